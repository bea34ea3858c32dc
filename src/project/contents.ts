/** @file What a project file holds, as the store has it. */
import type { Dataset } from '../data/dataset.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import type { Checkpoint } from '../store/schema.ts';

export interface ProjectRun {
  readonly record: RunRecord;
  readonly log: readonly LogEntry[];
  readonly mapping: MappingRecord | null;
  /** The newest; null when there is none yet. */
  readonly checkpoint: Checkpoint | null;
}

/** Images of the reader's own; built-in ones follow from their id. */
export interface ProjectDataset {
  readonly info: DatasetInfo;
  readonly dataset: Dataset;
}

export interface Project {
  readonly runs: readonly ProjectRun[];
  readonly datasets: readonly ProjectDataset[];
}
