/** @file One task of a mapper run, searched a slice at a time. */
import type { MappingProblem } from '../src/mapper/mapspace.ts';
import { TaskRun } from '../src/mapper/task.ts';
import type { Task, TaskResult } from '../src/mapper/task.ts';
import type { MapHelpApi, TaskAdvance } from '../src/rpc/map-help-api.ts';

/** Evaluations between looks at the clock: a few milliseconds. */
const SLICE = 500;

export class MapHelper implements MapHelpApi {
  #run: TaskRun | null = null;

  begin(task: Task, problem: MappingProblem): Promise<void> {
    this.#run = new TaskRun(task, problem);
    return Promise.resolve();
  }

  advance(sliceMs: number): Promise<TaskAdvance> {
    const run = this.#inHand();
    const end = performance.now() + sliceMs;
    do run.step(SLICE);
    while (!run.done && performance.now() < end);
    const { count, done } = run;
    return Promise.resolve({ count, best: run.best(), result: done ? run.result() : null });
  }

  finish(): Promise<TaskResult> {
    return Promise.resolve(this.#inHand().result());
  }

  #inHand(): TaskRun {
    if (this.#run === null) throw new Error('internal: mapper helper used before it began a task');
    return this.#run;
  }
}
