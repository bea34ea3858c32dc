/**
 * @file The lead of a search on several threads: hands a run's tasks to helpers and takes their
 * results back. The run's outcome does not depend on how many helpers there are or who is faster.
 */
import type { EvaluationCount } from '../src/mapper/evaluator.ts';
import type { MapperRun } from '../src/mapper/run.ts';
import type { Spread } from '../src/mapper/spread.ts';
import type { Found } from '../src/mapper/strategy.ts';
import type { Task, TaskResult } from '../src/mapper/task.ts';
import type { MapHelpApi } from '../src/rpc/map-help-api.ts';

/** A helper, here or behind a worker's port. */
export type CrewMember = Pick<MapHelpApi, 'begin' | 'advance' | 'finish'>;

/** A task that a helper is searching. */
export interface TaskInHand {
  readonly task: Task;
  readonly count: EvaluationCount;
  readonly best: Found | null;
  readonly spread: Spread | null;
}

/** How long a helper searches without hearing of a pause or a stop. */
const SLICE_MS = 50;
const MOST_HELPERS = 8;
const NOTHING_YET = { count: { total: 0, valid: 0 }, best: null, spread: null } as const;

/** One helper for each spare core: one core stays with the page. */
export function crewSize(cores: number): number {
  return Math.max(1, Math.min(MOST_HELPERS, cores - 1));
}

export class MapCrew {
  readonly #run: MapperRun;
  readonly #onAdvance: () => void;
  readonly #inHand = new Map<CrewMember, TaskInHand>();
  #waiting: (() => void)[] = [];
  #isPaused = false;
  #resultsTaken = 0;

  /** @param onAdvance called after every slice of every helper */
  constructor(run: MapperRun, onAdvance: () => void) {
    this.#run = run;
    this.#onAdvance = onAdvance;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The tasks being searched, oldest first. */
  get inHand(): readonly TaskInHand[] {
    return [...this.#inHand.values()];
  }

  /** Grows whenever the run knows more than before. */
  get resultsTaken(): number {
    return this.#resultsTaken;
  }

  /** Evaluations of the whole run, those of tasks in hand too. */
  get count(): EvaluationCount {
    const count = this.#run.count;
    for (const { count: made } of this.#inHand.values()) {
      count.total += made.total;
      count.valid += made.valid;
    }
    return count;
  }

  pause(): void {
    this.#isPaused = true;
  }

  continue(): void {
    this.#isPaused = false;
    this.#wake();
  }

  /** End now; what the tasks in hand have found is kept. */
  stop(): void {
    this.#run.stop();
    this.#isPaused = false;
    this.#wake();
  }

  /** Search to the end or a stop. */
  async search(members: readonly CrewMember[]): Promise<void> {
    await Promise.all(members.map((member) => this.#serve(member)));
  }

  async #serve(member: CrewMember): Promise<void> {
    for (let task = await this.#next(); task; task = await this.#next()) {
      this.#inHand.set(member, { task, ...NOTHING_YET });
      await member.begin(task, this.#run.problemOf(task), this.#run.spec.objective);
      const result = await this.#finished(member, task);
      this.#inHand.delete(member);
      this.#run.accept(result);
      this.#resultsTaken++;
      this.#wake();
      this.#onAdvance();
    }
  }

  /** The next task; waits while the others of a round are still out. */
  async #next(): Promise<Task | null> {
    await this.#whilePaused();
    let task = this.#run.nextTask();
    while (task === null && !this.#run.done) {
      await this.#woken();
      task = this.#run.nextTask();
    }
    return task;
  }

  async #finished(member: CrewMember, task: Task): Promise<TaskResult> {
    for (;;) {
      await this.#whilePaused();
      if (this.#run.done) return member.finish();
      const { count, best, spread, result } = await member.advance(SLICE_MS);
      if (result) return result;
      this.#inHand.set(member, { task, count, best, spread });
      this.#onAdvance();
    }
  }

  async #whilePaused(): Promise<void> {
    while (this.#isPaused) await this.#woken();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
