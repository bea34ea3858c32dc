/** @file One task of a mapper run, searched a slice at a time. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import type { MappingProblem } from '../src/mapper/mapspace.ts';
import type { Objective } from '../src/mapper/objective.ts';
import { spreadOf } from '../src/mapper/spread.ts';
import { TaskRun } from '../src/mapper/task.ts';
import type { Task, TaskResult } from '../src/mapper/task.ts';
import type { LayerQuestion, Rival } from '../src/rpc/map-api.ts';
import type { MapHelpApi, TaskAdvance } from '../src/rpc/map-help-api.ts';
import type { MappingSpec } from '../src/spec/mapping.ts';
import { rivalOf } from './map-questions.ts';

/** Evaluations between looks at the clock: a few milliseconds. */
const SLICE = 500;

export class MapHelper implements MapHelpApi {
  #run: TaskRun | null = null;
  #objective: Objective = 'edp';

  begin(task: Task, problem: MappingProblem, objective: Objective): Promise<void> {
    this.#objective = objective;
    this.#run = new TaskRun(task, problem);
    return Promise.resolve();
  }

  advance(sliceMs: number): Promise<TaskAdvance> {
    const run = this.#inHand();
    const end = performance.now() + sliceMs;
    do run.step(SLICE);
    while (!run.done && performance.now() < end);
    const { count, done } = run;
    return Promise.resolve({
      count,
      best: run.best(),
      spread: spreadOf(run.members(), this.#objective),
      result: done ? run.result() : null,
    });
  }

  finish(): Promise<TaskResult> {
    return Promise.resolve(this.#inHand().result());
  }

  rival(
    name: string,
    accelerator: Accelerator,
    layers: readonly LayerQuestion[],
    objective: MappingSpec['objective'],
  ): Promise<Rival> {
    return Promise.resolve(rivalOf(name, accelerator, layers, objective));
  }

  #inHand(): TaskRun {
    if (this.#run === null) throw new Error('internal: mapper helper used before it began a task');
    return this.#run;
  }
}
