/**
 * @file The paper's evolutionary AutoMapper, as printed: Algorithm 1.
 *
 *     Build a pool with n random samples from DS
 *     while Efficiency Goal not met do
 *       if size(pool) ≤ n then
 *         for m iterations do
 *           Random Pick p ∈ pool; Random Perturb k features of p; Add p to pool
 *       else
 *         Rank the samples in pool with the given DNN; Remove the worst m samples from pool
 *     return optimal mapping in pool
 *
 * n, m and k are not given there; ours are below. A perturbed sample that does not fit is drawn
 * again, and the goal is a target or the end of the budget.
 *
 * @source InstantNet (DAC 2021), §III.D, Algorithm 1
 */
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import { Mutator } from './mutate.ts';
import { scoreOf } from './objective.ts';
import { Sampler } from './sample.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { MAX_DRAWS_PER_VALID, Pool } from './strategy.ts';

export interface Algorithm1Options {
  /** Samples that the pool keeps. */
  readonly n: number;
  /** Samples added, and removed, in turn. */
  readonly m: number;
  /** Features perturbed. */
  readonly k: number;
}

export const ALGORITHM1_DEFAULTS: Algorithm1Options = { n: 100, m: 50, k: 2 };

export class Algorithm1 implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #options: Algorithm1Options;
  readonly #rng: Rng;
  readonly #sampler: Sampler;
  readonly #mutator: Mutator;
  readonly #pool = new Pool();
  readonly #trial: Int32Array;
  /** Samples of the current batch of m still to be added; random ones while the pool is built. */
  #toAdd = 0;
  #built = false;

  constructor(evaluator: Evaluator, options: Algorithm1Options, start: Rng | StrategyState) {
    this.#evaluator = evaluator;
    this.#options = options;
    this.#sampler = new Sampler(evaluator.space);
    this.#mutator = new Mutator(evaluator.space, this.#sampler);
    this.#trial = evaluator.space.outermost();
    if (start instanceof Rng) {
      this.#rng = start;
      return;
    }
    this.#rng = Rng.fromState(start.rng);
    Object.assign(evaluator.count, start.count);
    this.#toAdd = start.counters[0] ?? 0;
    this.#built = start.counters[1] === 1;
    this.#pool.load(start.members, ({ energyPj, latencyCycles }) =>
      scoreOf(evaluator.score, energyPj, latencyCycles),
    );
  }

  run(evaluations: number): void {
    const { n, m, k } = this.#options;
    const { count } = this.#evaluator;
    const end = count.valid + evaluations;
    const last = count.total + evaluations * MAX_DRAWS_PER_VALID;
    while (count.valid < end && count.total < last) {
      if (!this.#built) {
        this.#sampler.sample(this.#trial, this.#rng);
        this.#add();
        this.#built = this.#pool.size >= n;
      } else if (this.#toAdd > 0) {
        this.#trial.set(this.#rng.pick(this.#pool.codes));
        if (this.#mutator.perturb(this.#trial, k, this.#rng)) this.#add();
        else count.total++;
        this.#toAdd--;
      } else if (this.#pool.size <= n) {
        this.#toAdd = m;
      } else {
        this.#removeWorst(m);
      }
    }
  }

  offer(code: Int32Array): void {
    this.#trial.set(code);
    this.#add();
  }

  members(): readonly Found[] {
    return this.#pool.all();
  }

  state(): StrategyState {
    return {
      rng: this.#rng.state,
      count: { ...this.#evaluator.count },
      members: this.#pool.all(),
      counters: [this.#toAdd, this.#built ? 1 : 0],
    };
  }

  #add(): void {
    const score = this.#evaluator.evaluate(this.#trial);
    if (score !== Infinity) this.#pool.add(this.#trial, score, this.#evaluator);
  }

  #removeWorst(m: number): void {
    const { scores } = this.#pool;
    for (let i = 0; i < m && this.#pool.size > 1; i++) {
      let worst = 0;
      for (let j = 1; j < scores.length; j++)
        if ((scores[j] as number) > (scores[worst] as number)) worst = j;
      this.#pool.remove(worst);
    }
  }
}
