import type { Accelerator } from '../hw/accelerator.ts';
import type { EvaluationCount } from '../mapper/evaluator.ts';
import type { MappingProblem } from '../mapper/mapspace.ts';
import type { Objective } from '../mapper/objective.ts';
import type { Spread } from '../mapper/spread.ts';
import type { Found } from '../mapper/strategy.ts';
import type { Task, TaskResult } from '../mapper/task.ts';
import type { MappingSpec } from '../spec/mapping.ts';
import type { LayerQuestion, Rival } from './map-api.ts';

/** How far a helper has come with its task. */
export interface TaskAdvance {
  /** Made by this task so far. */
  readonly count: EvaluationCount;
  /** Null before the first valid mapping. */
  readonly best: Found | null;
  /** Of the mappings in hand, in the objective's unit. */
  readonly spread: Spread | null;
  /** Null until the task is done. */
  readonly result: TaskResult | null;
}

/**
 * Contract of a mapper helper: one task at a time, a slice at a call, so that the lead pauses it by
 * not calling again.
 */
export interface MapHelpApi {
  begin(task: Task, problem: MappingProblem, objective: Objective): Promise<void>;
  /** Search for about `sliceMs` milliseconds, or to the task's end. */
  advance(sliceMs: number): Promise<TaskAdvance>;
  /** Give up the task and return what it has found. */
  finish(): Promise<TaskResult>;
  /** Map the layers by an expert's rule; seconds at a time. */
  rival(
    name: string,
    accelerator: Accelerator,
    layers: readonly LayerQuestion[],
    objective: MappingSpec['objective'],
  ): Promise<Rival>;
}
