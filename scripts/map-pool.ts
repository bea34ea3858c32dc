/** @file Threads that share a mapper run. What comes out does not depend on how many there are. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MapperRun } from '../src/mapper/run.ts';
import type { TaskResult } from '../src/mapper/task.ts';
import type { TaskMessage } from './map-worker.ts';

/** Evaluations between two looks at whether the run is done, in one thread. */
const SLICE = 20_000;

export class MapPool {
  readonly #threads: readonly Worker[];

  /** @param workers threads; with one, the work is done in this one */
  constructor(workers: number) {
    const url = new URL('./map-worker.js', import.meta.url);
    this.#threads = workers === 1 ? [] : Array.from({ length: workers }, () => new Worker(url));
  }

  /** Bring a run to its end. */
  async finish(run: MapperRun): Promise<void> {
    if (this.#threads.length === 0) while (!run.done) run.step(SLICE);
    while (!run.done) {
      await Promise.all(this.#threads.map((thread) => this.#work(thread, run)));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Take tasks until the round has none left. */
  async #work(thread: Worker, run: MapperRun): Promise<void> {
    for (let task = run.nextTask(); task; task = run.nextTask()) {
      const { shape, bits, accelerator } = run.problemOf(task);
      const message: TaskMessage = { task, problem: { shape, bits, accelerator } };
      thread.postMessage(message);
      const [result] = (await once(thread, 'message')) as [TaskResult];
      run.accept(result);
    }
  }
}
