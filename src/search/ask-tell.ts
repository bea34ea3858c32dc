/**
 * @file What every search speaks: `ask` proposes a candidate, `tell` reports what became of it.
 *
 * A searcher is pure: no tensor, no clock, no storage; a seed and the results told decide all. So one
 * driver, one log and one test suite serve gradient searches, REINFORCE, evolution and random search.
 * A candidate that cannot be (too large for a device) is data: its result says so.
 */
import { Gate } from '../util/gate.ts';
import type { GateHooks } from '../util/gate.ts';

export interface Searcher<Candidate, Result> {
  /** Nothing more to ask and nothing outstanding. */
  readonly done: boolean;
  /** The next candidate; null when done, or while results of others must come first. */
  ask(): Candidate | null;
  /** Must be called once for each candidate asked, in the order of asking. */
  tell(candidate: Candidate, result: Result): void;
  /** Plain data that survives JSON: a searcher of the same spec goes on from it bit for bit. */
  state(): unknown;
}

/** Does what a searcher asks for. */
export interface Evaluator<Candidate, Result> {
  evaluate(candidate: Candidate): Promise<Result>;
}

export interface DriverHooks<Candidate, Result> extends GateHooks {
  /** After each candidate is told; a search paused or stopped here has lost nothing. */
  onTold(candidate: Candidate, result: Result): Promise<void> | void;
  /** Let messages in: one turn of the event loop. */
  breathe(): Promise<void>;
}

/** Runs a search to its end, with pause, single steps and stop between candidates. */
export class SearchDriver<Candidate, Result> {
  readonly #searcher: Searcher<Candidate, Result>;
  readonly #evaluator: Evaluator<Candidate, Result>;
  readonly #hooks: DriverHooks<Candidate, Result>;
  readonly #gate: Gate;

  constructor(
    searcher: Searcher<Candidate, Result>,
    evaluator: Evaluator<Candidate, Result>,
    hooks: DriverHooks<Candidate, Result>,
  ) {
    this.#searcher = searcher;
    this.#evaluator = evaluator;
    this.#hooks = hooks;
    this.#gate = new Gate(hooks);
  }

  pause(): void {
    this.#gate.pause();
  }

  continue(): void {
    this.#gate.continue();
  }

  /** One candidate, then pause again. */
  stepOnce(): void {
    this.#gate.stepOnce();
  }

  stop(): void {
    this.#gate.stop();
  }

  /** @returns whether the search came to its own end */
  async run(): Promise<boolean> {
    while (!this.#searcher.done && !this.#gate.isStopped) {
      if (!this.#gate.pass()) {
        await this.#gate.wait();
        continue;
      }
      const candidate = this.#searcher.ask();
      if (candidate === null) throw new Error('internal: a search that waits for nothing');
      const result = await this.#evaluator.evaluate(candidate);
      this.#searcher.tell(candidate, result);
      await this.#hooks.onTold(candidate, result);
      await this.#hooks.breathe();
    }
    return this.#searcher.done;
  }
}
