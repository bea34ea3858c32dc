/**
 * @file The lab's services without workers: plausible streams on timers, runs in memory. For
 * component tests and for the design page (fake-lab.html); never part of the product.
 */
import { ProjectSession } from '../../workers/project-session.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import type { ProjectApi } from '../rpc/project-api.ts';
import type { Draft } from '../spec/draft.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { LabServices } from '../state/services.ts';
import { fakeData } from './fake-data.ts';
import { fakeMapper } from './fake-map.ts';
import { fakeSearch, FakeSearches } from './fake-search.ts';
import { sleep, spawned } from './fake-state.ts';
import type { FakeOptions, FakeState } from './fake-state.ts';
import { fakeStore } from './fake-store.ts';
import { fakeTrainer } from './fake-train.ts';

export class FakeLab implements FakeState {
  readonly runs = new Map<string, RunRecord>();
  readonly logs = new Map<string, LogEntry[]>();
  readonly mappings = new Map<string, MappingRecord>();
  readonly accelerators = new Map<string, Accelerator>();
  readonly sweeps = new Map<string, SweepRecord>();
  readonly datasets = new Map<string, DatasetInfo>();
  readonly searches = new FakeSearches();
  draft: Draft = { classes: [], images: [] };
  nextId = 1;
  readonly stepMs: number;
  readonly stepsPerRun: number;
  readonly badFile: string;
  readonly services: LabServices;

  constructor({ stepMs = 40, stepsPerRun = 160, badFile = 'bad.bin' }: Partial<FakeOptions> = {}) {
    this.stepMs = stepMs;
    this.stepsPerRun = stepsPerRun;
    this.badFile = badFile;
    this.services = {
      spawnData: () => spawned(fakeData(this)),
      spawnTrainer: () => spawned(fakeTrainer(this)),
      spawnSearch: () => spawned(fakeSearch(this.searches, stepsPerRun, () => sleep(stepMs))),
      spawnMapper: () => spawned(fakeMapper(this)),
      spawnProject: () => spawned<ProjectApi>(new ProjectSession()),
      tabs: {
        post: () => undefined,
        listen: () => undefined,
        runsInTraining: () => Promise.resolve([]),
        searchesInProgress: () => Promise.resolve([]),
        withQueue: async (work) => {
          await work();
          return true;
        },
      },
      fetchExample: (file) => Promise.reject(new Error(`no example ${file} here`)),
      newId: () => `run-${this.nextId++}`,
      now: () => 1_700_000_000_000,
      codeVersion: 'test',
      store: fakeStore(this),
    };
  }
}
