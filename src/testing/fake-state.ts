/** @file What the fake workers and the fake store of a lab share. */
import type { Remote } from 'comlink';
import type { Accelerator } from '../hw/accelerator.ts';
import type { Spawned } from '../rpc/spawned.ts';
import type { Draft } from '../spec/draft.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { FakeSearches } from './fake-search.ts';

export interface FakeOptions {
  /** Milliseconds a training step or a mapped layer takes. */
  readonly stepMs: number;
  readonly stepsPerRun: number;
  /** Files of this name are refused, as the data worker refuses bad ones. */
  readonly badFile: string;
}

export interface FakeState extends FakeOptions {
  readonly runs: Map<string, RunRecord>;
  readonly logs: Map<string, LogEntry[]>;
  readonly mappings: Map<string, MappingRecord>;
  readonly accelerators: Map<string, Accelerator>;
  readonly sweeps: Map<string, SweepRecord>;
  readonly datasets: Map<string, DatasetInfo>;
  readonly searches: FakeSearches;
  draft: Draft;
  nextId: number;
}

type Command = 'run' | 'pause' | 'step' | 'stop';

/** What a fake worker was told last. Methods, because it changes while a loop awaits. */
export class FakeGate {
  #command: Command = 'run';

  is(command: Command): boolean {
    return this.#command === command;
  }

  set(command: Command): Promise<void> {
    this.#command = command;
    return Promise.resolve();
  }
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A worker that is an object of this thread. */
export function spawned<T>(api: T): Spawned<T> {
  return {
    api: api as unknown as Remote<T>,
    worker: new EventTarget() as Worker,
    terminate: () => undefined,
  };
}
