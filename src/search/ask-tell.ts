/**
 * @file What every search speaks: `ask` proposes a candidate, `tell` reports what became of it.
 *
 * A searcher is pure: no tensor, no clock, no storage; a seed and the results told decide all. So one
 * driver, one log and one test suite serve gradient searches, REINFORCE, evolution and random search.
 * A candidate that cannot be (too large for a device) is data: its result says so.
 */

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

export interface DriverHooks<Candidate, Result> {
  /** After each candidate is told; a search paused or stopped here has lost nothing. */
  onTold(candidate: Candidate, result: Result): Promise<void> | void;
  /** Let messages in: one turn of the event loop. */
  breathe(): Promise<void>;
  onPause(): Promise<void>;
  onContinue(): Promise<void>;
}

/** Runs a search to its end, with pause, single steps and stop between candidates. */
export class SearchDriver<Candidate, Result> {
  readonly #searcher: Searcher<Candidate, Result>;
  readonly #evaluator: Evaluator<Candidate, Result>;
  readonly #hooks: DriverHooks<Candidate, Result>;
  #allowance = Infinity;
  #stopping = false;
  #wake: (() => void) | null = null;

  constructor(
    searcher: Searcher<Candidate, Result>,
    evaluator: Evaluator<Candidate, Result>,
    hooks: DriverHooks<Candidate, Result>,
  ) {
    this.#searcher = searcher;
    this.#evaluator = evaluator;
    this.#hooks = hooks;
  }

  pause(): void {
    this.#allowance = 0;
  }

  continue(): void {
    this.#allowance = Infinity;
    this.#wake?.();
  }

  /** One candidate, then pause again. */
  stepOnce(): void {
    this.#allowance = 1;
    this.#wake?.();
  }

  stop(): void {
    this.#stopping = true;
    this.#wake?.();
  }

  /** @returns whether the search came to its own end */
  async run(): Promise<boolean> {
    while (!this.#searcher.done && !this.#stopping) {
      if (this.#allowance === 0) {
        await this.#sleep();
        continue;
      }
      this.#allowance--;
      const candidate = this.#searcher.ask();
      if (candidate === null) throw new Error('internal: a search that waits for nothing');
      const result = await this.#evaluator.evaluate(candidate);
      this.#searcher.tell(candidate, result);
      await this.#hooks.onTold(candidate, result);
      await this.#hooks.breathe();
    }
    return this.#searcher.done;
  }

  async #sleep(): Promise<void> {
    await this.#hooks.onPause();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#allowance > 0 || this.#stopping) resolve();
    });
    this.#wake = null;
    await this.#hooks.onContinue();
  }
}
