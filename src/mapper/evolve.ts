/**
 * @file Our evolution: one island of a steady-state genetic search over mappings that all fit.
 *
 * Random mappings fill the population; then each evaluation makes one child of a tournament's
 * winner, by a few features changed or by crossover with another, and the child replaces the loser
 * of a second tournament if it is better. A child that costs exactly what a member does is dropped:
 * equal costs are nearly always equal mappings, and without this the population collapses.
 *
 * @source after Kao & Krishna, "GAMMA", ICCAD 2020 (genes: tile, order, parallelism); the paper's
 * own algorithm is in algorithm1.ts.
 */
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import { Mutator } from './mutate.ts';
import { scoreOf } from './objective.ts';
import { Sampler } from './sample.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { MAX_DRAWS_PER_VALID, Pool } from './strategy.ts';

export interface EvolveOptions {
  /** Members of the island. */
  readonly population: number;
  /** Random mappings drawn for each member at the start. */
  readonly initialDraws: number;
  /** Share of children that have two parents. */
  readonly crossoverRatio: number;
  /** Chance of each further feature being changed, up to `maxFeatures`. */
  readonly furtherRatio: number;
  readonly maxFeatures: number;
}

/** A population that a budget can fill and still evolve for many generations. */
export function evolveOptions(evaluations: number): EvolveOptions {
  return {
    population: Math.round(Math.min(200, Math.max(40, evaluations / 100))),
    initialDraws: 10,
    crossoverRatio: 0.25,
    furtherRatio: 0.4,
    maxFeatures: 4,
  };
}

export class Evolution implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #options: EvolveOptions;
  readonly #rng: Rng;
  readonly #sampler: Sampler;
  readonly #mutator: Mutator;
  readonly #pool = new Pool();
  readonly #child: Int32Array;
  /** Random mappings still to be drawn. */
  #draws: number;

  constructor(evaluator: Evaluator, options: EvolveOptions, start: Rng | StrategyState) {
    this.#evaluator = evaluator;
    this.#options = options;
    this.#sampler = new Sampler(evaluator.space);
    this.#mutator = new Mutator(evaluator.space, this.#sampler);
    this.#child = evaluator.space.outermost();
    if (start instanceof Rng) {
      this.#rng = start;
      this.#draws = options.population * options.initialDraws;
    } else {
      this.#rng = Rng.fromState(start.rng);
      Object.assign(evaluator.count, start.count);
      this.#draws = start.counters[0] ?? 0;
      this.#pool.load(start.members, ({ energyPj, latencyCycles }) =>
        scoreOf(evaluator.score, energyPj, latencyCycles),
      );
    }
  }

  run(evaluations: number): void {
    const { count } = this.#evaluator;
    const end = count.valid + evaluations;
    const last = count.total + evaluations * MAX_DRAWS_PER_VALID;
    while (count.valid < end && count.total < last) {
      if (this.#draws > 0) {
        this.#draws--;
        this.#sampler.sample(this.#child, this.#rng);
      } else if (!this.#breed()) {
        count.total++; // a draw that changed nothing
        continue;
      }
      this.#admit();
    }
  }

  offer(code: Int32Array): void {
    this.#child.set(code);
    this.#admit();
  }

  members(): readonly Found[] {
    return this.#pool.all();
  }

  state(): StrategyState {
    return {
      rng: this.#rng.state,
      count: { ...this.#evaluator.count },
      members: this.#pool.all(),
      counters: [this.#draws],
    };
  }

  #breed(): boolean {
    const rng = this.#rng;
    const { codes } = this.#pool;
    const parent = codes[this.#tournament(3, -1)] as Int32Array;
    if (rng.float() < this.#options.crossoverRatio) {
      const other = codes[this.#tournament(2, -1)] as Int32Array;
      const mixed = this.#mutator.crossover(parent, other, this.#child, rng);
      if (mixed && rng.float() < 0.5) return true;
      return this.#mutator.perturb(this.#child, 1, rng) || mixed;
    }
    this.#child.set(parent);
    let features = 1;
    while (features < this.#options.maxFeatures && rng.float() < this.#options.furtherRatio)
      features++;
    return this.#mutator.perturb(this.#child, features, rng);
  }

  /** Winner (sign −1: the smallest score) or loser (1) among `size` members drawn. */
  #tournament(size: number, sign: number): number {
    const { scores } = this.#pool;
    let chosen = this.#rng.int(scores.length);
    for (let i = 1; i < size; i++) {
      const other = this.#rng.int(scores.length);
      if (((scores[other] as number) - (scores[chosen] as number)) * sign > 0) chosen = other;
    }
    return chosen;
  }

  #admit(): void {
    const pool = this.#pool;
    const evaluator = this.#evaluator;
    const full = pool.size >= this.#options.population;
    const loser = full ? this.#tournament(5, 1) : 0;
    const limit = full ? (pool.scores[loser] as number) : Infinity;
    const score = evaluator.evaluate(this.#child, limit);
    if (score >= limit || pool.scores.includes(score)) return;
    if (full) pool.replace(loser, this.#child, score, evaluator);
    else pool.add(this.#child, score, evaluator);
  }
}
