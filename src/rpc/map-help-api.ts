import type { EvaluationCount } from '../mapper/evaluator.ts';
import type { MappingProblem } from '../mapper/mapspace.ts';
import type { Found } from '../mapper/strategy.ts';
import type { Task, TaskResult } from '../mapper/task.ts';

/** How far a helper has come with its task. */
export interface TaskAdvance {
  /** Made by this task so far. */
  readonly count: EvaluationCount;
  /** Null before the first valid mapping. */
  readonly best: Found | null;
  /** Null until the task is done. */
  readonly result: TaskResult | null;
}

/**
 * Contract of a mapper helper: one task at a time, a slice at a call, so that the lead pauses it by
 * not calling again.
 */
export interface MapHelpApi {
  begin(task: Task, problem: MappingProblem): Promise<void>;
  /** Search for about `sliceMs` milliseconds, or to the task's end. */
  advance(sliceMs: number): Promise<TaskAdvance>;
  /** Give up the task and return what it has found. */
  finish(): Promise<TaskResult>;
}
