/**
 * @file Simulated annealing: one mapping walks, worse steps taken ever more rarely.
 *
 * Energies of the Metropolis rule are logarithms of scores, so a temperature of 0.1 takes a mapping
 * 10 % worse with probability 1/e whatever the layer. Temperature falls geometrically with the share
 * of the budget spent.
 */
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import { Mutator } from './mutate.ts';
import { scoreOf } from './objective.ts';
import { Sampler } from './sample.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { MAX_DRAWS_PER_VALID, Pool } from './strategy.ts';

export interface AnnealingOptions {
  /** Evaluations over which the temperature falls from `hot` to `cold`. */
  readonly evaluations: number;
  readonly hot: number;
  readonly cold: number;
}

export function annealingOptions(evaluations: number): AnnealingOptions {
  return { evaluations, hot: 0.1, cold: 0.001 };
}

/** Temperatures of rise that are as good as never taken: e⁻⁸ is one in 3000. */
const NEVER = 8;

/** Places in the pool. */
const CURRENT = 0;
const BEST = 1;

export class Annealing implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #options: AnnealingOptions;
  readonly #rng: Rng;
  readonly #sampler: Sampler;
  readonly #mutator: Mutator;
  readonly #pool = new Pool();
  readonly #trial: Int32Array;

  constructor(evaluator: Evaluator, options: AnnealingOptions, start: Rng | StrategyState) {
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
    this.#pool.load(start.members, ({ energyPj, latencyCycles }) =>
      scoreOf(evaluator.score, energyPj, latencyCycles),
    );
  }

  run(evaluations: number): void {
    const { hot, cold } = this.#options;
    const { count } = this.#evaluator;
    const end = count.valid + evaluations;
    const last = count.total + evaluations * MAX_DRAWS_PER_VALID;
    while (count.valid < end && count.total < last) {
      if (this.#pool.size === 0) {
        this.#sampler.sample(this.#trial, this.#rng);
        this.#step(Infinity);
        continue;
      }
      this.#trial.set(this.#pool.codes[CURRENT] as Int32Array);
      const features = this.#rng.float() < 0.3 ? 2 : 1;
      if (!this.#mutator.perturb(this.#trial, features, this.#rng)) {
        count.total++;
        continue;
      }
      const spent = Math.min(1, count.valid / this.#options.evaluations);
      this.#step(hot * (cold / hot) ** spent);
    }
  }

  offer(code: Int32Array): void {
    this.#trial.set(code);
    this.#step(0);
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

  #step(temperature: number): void {
    const pool = this.#pool;
    const current = pool.scores[CURRENT] ?? Infinity;
    const score = this.#evaluator.evaluate(this.#trial, current * Math.exp(NEVER * temperature));
    if (score === Infinity) return;
    if (pool.size === 0) {
      pool.add(this.#trial, score, this.#evaluator);
      pool.add(this.#trial, score, this.#evaluator);
      return;
    }
    const rise = Math.log(score / current);
    if (rise <= 0 || this.#rng.float() < Math.exp(-rise / temperature))
      pool.replace(CURRENT, this.#trial, score, this.#evaluator);
    if (score < (pool.scores[BEST] as number))
      pool.replace(BEST, this.#trial, score, this.#evaluator);
  }
}
