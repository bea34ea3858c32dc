/**
 * @file What the page needs from outside, as one value: worker spawns, the store of runs, ids.
 *
 * The product passes the real ones (app/main.ts), tests pass fakes; no state class names a worker
 * or a database itself.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import type { Project, ProjectDataset, ProjectRun } from '../project/contents.ts';
import type { DataApi } from '../rpc/data-api.ts';
import type { MapApi } from '../rpc/map-api.ts';
import type { ProjectApi } from '../rpc/project-api.ts';
import type { SearchApi } from '../rpc/search-api.ts';
import type { Spawned } from '../rpc/spawned.ts';
import type { TabLink } from '../rpc/tab-link.ts';
import type { TrainApi } from '../rpc/train-api.ts';
import type { Draft, DraftClass, DraftImage } from '../spec/draft.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import type { StorageUse } from '../store/usage.ts';

export type RunWords = Partial<Pick<RunRecord, 'name' | 'note' | 'color'>>;

/** Stored runs as the page reads them; the workers write them. */
export interface RunStore {
  listRuns(): Promise<RunRecord[]>;
  getRun(id: string): Promise<RunRecord | undefined>;
  readLog(id: string): Promise<LogEntry[]>;
  getMapping(id: string): Promise<MappingRecord | undefined>;
  listAccelerators(): Promise<Accelerator[]>;
  putAccelerator(accelerator: Accelerator): Promise<void>;
  renameAccelerator(name: string, next: string): Promise<void>;
  deleteAccelerator(name: string): Promise<void>;
  /** Change what the reader says of a run: name, note, colour. */
  describeRun(id: string, words: RunWords): Promise<void>;
  deleteRun(id: string): Promise<void>;
  deleteAllRuns(): Promise<void>;
  listSearches(): Promise<SearchRecord[]>;
  getSearch(id: string): Promise<SearchRecord | undefined>;
  readSearchLog(id: string): Promise<SearchLogEntry[]>;
  /** Keep which run trains what a search found; undefined when the search is gone. */
  linkSearch(id: string, runId: string): Promise<SearchRecord | undefined>;
  deleteSearch(id: string): Promise<void>;
  /** Oldest first. */
  listSweeps(): Promise<SweepRecord[]>;
  putSweep(sweep: SweepRecord): Promise<void>;
  updateSweep(id: string, change: (sweep: SweepRecord) => SweepRecord): Promise<void>;
  deleteSweep(id: string): Promise<void>;
  /** A run with all that belongs to it. */
  readWholeRun(id: string): Promise<ProjectRun | undefined>;
  readWholeDataset(id: string): Promise<ProjectDataset | undefined>;
  /** Write runs of a project file: all or nothing. */
  addProject(project: Project): Promise<void>;
  /** Images that are being collected. */
  readDraft(): Promise<Draft>;
  putDraftClass(draftClass: DraftClass): Promise<void>;
  addDraftImages(images: readonly DraftImage[]): Promise<void>;
  deleteDraftImage(id: string): Promise<void>;
  /** With its images. */
  deleteDraftClass(id: string): Promise<void>;
  storageUse(): Promise<StorageUse>;
  /** Ask the browser not to clear the store when the disk runs low. */
  requestPersistence(): Promise<boolean>;
}

export interface LabServices {
  readonly spawnData: () => Spawned<DataApi>;
  readonly spawnTrainer: () => Spawned<TrainApi>;
  readonly spawnSearch: () => Spawned<SearchApi>;
  readonly spawnMapper: () => Spawned<MapApi>;
  readonly spawnProject: () => Spawned<ProjectApi>;
  readonly store: RunStore;
  readonly tabs: TabLink;
  /** A file under `examples/`, which comes with the page. @throws when it cannot be had */
  readonly fetchExample: (file: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** A fresh run id. */
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly codeVersion: string;
}
