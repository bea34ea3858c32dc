/**
 * @file A piece of a search that one thread can do alone: plain data in, plain data out.
 *
 * The whole search is cut the same way however many threads share it, so its result does not depend
 * on them.
 */
import { Rng } from '../util/rng.ts';
import { Algorithm1, ALGORITHM1_DEFAULTS } from './algorithm1.ts';
import { Annealing, annealingOptions } from './annealing.ts';
import { Evaluator } from './evaluator.ts';
import type { EvaluationCount } from './evaluator.ts';
import { Evolution, evolveOptions } from './evolve.ts';
import type { MappingProblem } from './mapspace.ts';
import type { Score } from './objective.ts';
import { bestOf } from './plan.ts';
import { PolishSearch } from './polish-search.ts';
import { ExhaustiveSearch } from './exhaustive.ts';
import { RandomSearch } from './random.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { frontOf } from './strategy.ts';
import { transplant } from './transplant.ts';

export const ALGORITHMS = ['evolve', 'algorithm1', 'random', 'annealing', 'exhaustive'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export interface Task {
  readonly kind: Algorithm | 'polish';
  readonly problem: number;
  readonly island: number;
  readonly seed: number;
  readonly score: Score;
  /** Valid evaluations to make. */
  readonly evaluations: number;
  /** Valid evaluations that this island will have made in all, for schedules and sizes. */
  readonly budget: number;
  /** Null for the first slice of an island. */
  readonly state: StrategyState | null;
  /** Mappings found elsewhere, for this layer or a similar one. */
  readonly offers: readonly Int32Array[];
}

export interface TaskResult {
  readonly problem: number;
  readonly island: number;
  readonly kind: Task['kind'];
  /** Made by this task alone. */
  readonly count: EvaluationCount;
  readonly state: StrategyState;
  /** Mappings that no other of the island beats in both energy and latency. */
  readonly front: readonly Found[];
}

/** A task under way: `step` until `done`, then `result`. */
export class TaskRun {
  readonly task: Task;
  readonly #evaluator: Evaluator;
  readonly #strategy: Strategy;
  readonly #start: EvaluationCount;
  #left: number;

  constructor(task: Task, problem: MappingProblem) {
    this.task = task;
    this.#evaluator = new Evaluator(problem, task.score);
    this.#strategy = createStrategy(task, this.#evaluator);
    this.#start = { ...this.#evaluator.count };
    for (const code of task.offers) {
      const fitted = transplant(code, this.#evaluator.space);
      if (fitted) this.#strategy.offer(fitted);
    }
    this.#left = task.evaluations - (this.#evaluator.count.valid - this.#start.valid);
  }

  get done(): boolean {
    return this.#left <= 0;
  }

  /** Valid and total evaluations of this task so far. */
  get count(): EvaluationCount {
    const { total, valid } = this.#evaluator.count;
    return { total: total - this.#start.total, valid: valid - this.#start.valid };
  }

  /** Make at most `evaluations` more. */
  step(evaluations: number): void {
    const slice = Math.min(evaluations, this.#left);
    this.#strategy.run(slice);
    // A strategy that gives up, because nothing it draws is valid, has used its slice all the same.
    this.#left -= slice;
  }

  /** The best mapping so far, null before the first. */
  best(): Found | null {
    const members = this.#strategy.members();
    return members.length === 0 ? null : bestOf(members, this.task.score);
  }

  /** Mappings in hand, in no order. */
  members(): readonly Found[] {
    return this.#strategy.members();
  }

  result(): TaskResult {
    const { problem, island, kind } = this.task;
    return {
      problem,
      island,
      kind,
      count: this.count,
      state: this.#strategy.state(),
      front: frontOf(this.#strategy.members()),
    };
  }
}

function createStrategy(task: Task, evaluator: Evaluator): Strategy {
  const start =
    task.state ?? new Rng(task.seed).fork(`${String(task.problem)}/${String(task.island)}`);
  switch (task.kind) {
    case 'evolve':
      return new Evolution(evaluator, evolveOptions(task.budget), start);
    case 'algorithm1':
      return new Algorithm1(evaluator, ALGORITHM1_DEFAULTS, start);
    case 'random':
      return new RandomSearch(evaluator, start);
    case 'annealing':
      return new Annealing(evaluator, annealingOptions(task.budget), start);
    case 'exhaustive':
      return new ExhaustiveSearch(evaluator, start);
    case 'polish':
      return new PolishSearch(evaluator, start);
    default:
      return task.kind satisfies never;
  }
}
