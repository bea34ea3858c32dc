/**
 * @file Random search, the default of most mappers: independent draws, the best is kept.
 *
 * As Timeloop's random-pruned search it never draws a mapping that differs from another only in the
 * place of loops that do not iterate more than by chance, and it goes further: every draw fits
 * (sample.ts), where Timeloop rejects most of its own.
 */
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import { scoreOf } from './objective.ts';
import { Sampler } from './sample.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { MAX_DRAWS_PER_VALID, Pool } from './strategy.ts';

/** The best draws that are kept. */
const KEPT = 8;

export class RandomSearch implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #rng: Rng;
  readonly #sampler: Sampler;
  readonly #pool = new Pool();
  readonly #trial: Int32Array;

  constructor(evaluator: Evaluator, start: Rng | StrategyState) {
    this.#evaluator = evaluator;
    this.#sampler = new Sampler(evaluator.space);
    this.#trial = evaluator.space.outermost();
    if (start instanceof Rng) {
      this.#rng = start;
      return;
    }
    this.#rng = Rng.fromState(start.rng);
    Object.assign(evaluator.count, start.count);
    this.#pool.load(start.members, ({ energyPj, latencyCycles }) =>
      scoreOf(evaluator.score, energyPj, latencyCycles),
    );
  }

  run(evaluations: number): void {
    const { count } = this.#evaluator;
    const end = count.valid + evaluations;
    const last = count.total + evaluations * MAX_DRAWS_PER_VALID;
    while (count.valid < end && count.total < last) {
      this.#sampler.sample(this.#trial, this.#rng);
      this.#keep();
    }
  }

  offer(code: Int32Array): void {
    this.#trial.set(code);
    this.#keep();
  }

  members(): readonly Found[] {
    return this.#pool.all();
  }

  state(): StrategyState {
    return {
      rng: this.#rng.state,
      count: { ...this.#evaluator.count },
      members: this.#pool.all(),
      counters: [],
    };
  }

  #keep(): void {
    const pool = this.#pool;
    let worst = 0;
    for (let i = 1; i < pool.size; i++)
      if ((pool.scores[i] as number) > (pool.scores[worst] as number)) worst = i;
    const full = pool.size >= KEPT;
    const limit = full ? (pool.scores[worst] as number) : Infinity;
    const score = this.#evaluator.evaluate(this.#trial, limit);
    if (score >= limit) return;
    if (full) pool.replace(worst, this.#trial, score, this.#evaluator);
    else pool.add(this.#trial, score, this.#evaluator);
  }
}
