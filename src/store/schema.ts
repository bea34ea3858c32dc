/**
 * @file What lies in IndexedDB: one database, written from the workers, read by the page.
 *
 * The version is the number of steps in `migrations.ts`.
 */
import type { DBSchema, IDBPDatabase } from 'idb';
import type { Dataset } from '../data/dataset.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import type { DraftClass, DraftImage } from '../spec/draft.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';

export const DATABASE_NAME = 'instantnet-lab';

/** One named array of numbers of a checkpoint: a parameter, a moment, a batch-norm statistic. */
export interface CheckpointTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Product of `shape` numbers. */
  readonly data: Float32Array;
}

/** All that training needs to go on from a step as if it had never stopped. */
export interface Checkpoint {
  readonly step: number;
  readonly epoch: number;
  /** Plain data that survives JSON: generator states, position in the epoch. */
  readonly state: unknown;
  readonly tensors: readonly CheckpointTensor[];
}

export interface StoredCheckpoint extends Checkpoint {
  readonly runId: string;
  readonly checksum: string;
}

export interface StoredLogEntry {
  readonly runId: string;
  readonly step: number;
  readonly entry: LogEntry;
}

/** Where a mapping stands; the next one of the same run, asked for the same, goes on from there. */
export interface MapCheckpoint {
  /** Of the run, or of the network without one. */
  readonly runId: string;
  /** What was asked for, as text: anything else begins anew. */
  readonly asked: string;
  /** Searching time so far, without pauses. */
  readonly seconds: number;
  /** States of its runs (spec/saved-mapping.ts). */
  readonly runs: string;
}

export interface StoredMapCheckpoint extends MapCheckpoint {
  readonly checksum: string;
}

export interface LabSchema extends DBSchema {
  runs: { key: string; value: RunRecord; indexes: { byCreated: number } };
  /** Key: order of writing. */
  logs: { key: number; value: StoredLogEntry; indexes: { byRun: [string, number] } };
  checkpoints: { key: [string, number]; value: StoredCheckpoint };
  mappings: { key: string; value: MappingRecord };
  mapCheckpoints: { key: string; value: StoredMapCheckpoint };
  datasets: { key: string; value: DatasetInfo };
  /** The reader's own; presets are in the code. */
  accelerators: { key: string; value: Accelerator };
  searches: { key: string; value: SearchRecord; indexes: { byCreated: number } };
  /** Key: order of writing. */
  searchLogs: {
    key: number;
    value: { readonly searchId: string; readonly step: number; readonly entry: SearchLogEntry };
    indexes: { bySearch: [string, number] };
  };
  searchCheckpoints: {
    key: [string, number];
    value: Checkpoint & { readonly searchId: string; readonly checksum: string };
  };
  sweeps: { key: string; value: SweepRecord };
  /** Classes of images that are being collected, and the images. */
  draftClasses: { key: string; value: DraftClass };
  draftImages: { key: string; value: DraftImage; indexes: { byClass: string } };
  /** The pixels, apart from their description so that listing reads none of them. */
  images: { key: string; value: Dataset };
}

export type LabDatabase = IDBPDatabase<LabSchema>;

/** @returns the range of all keys that start with this run's id: `[runId, …]` */
export function keysOfRun(runId: string): IDBKeyRange {
  return IDBKeyRange.bound([runId], [runId, []]); // an array sorts after every number and string
}
