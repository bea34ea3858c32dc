/** @file The local search of polish.ts as a strategy: offered mappings, it improves the best. */
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import { Mutator } from './mutate.ts';
import { scoreOf } from './objective.ts';
import { Polisher } from './polish.ts';
import type { Polished } from './polish.ts';
import { Sampler } from './sample.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';

export class PolishSearch implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #rng: Rng;
  readonly #mutator: Mutator;
  #start: Polished | null = null;
  #polisher: Polisher | null = null;

  constructor(evaluator: Evaluator, start: Rng | StrategyState) {
    this.#evaluator = evaluator;
    this.#mutator = new Mutator(evaluator.space, new Sampler(evaluator.space));
    if (start instanceof Rng) {
      this.#rng = start;
      return;
    }
    this.#rng = Rng.fromState(start.rng);
    Object.assign(evaluator.count, start.count);
    const [found] = start.members;
    if (!found) return;
    const { energyPj, latencyCycles } = found;
    const score = scoreOf(evaluator.score, energyPj, latencyCycles);
    this.#start = { ...found, code: found.code.slice(), score };
  }

  run(evaluations: number): void {
    if (!this.#start) return;
    this.#polisher ??= new Polisher(this.#evaluator, this.#mutator, this.#start, this.#rng);
    this.#polisher.run(evaluations);
  }

  /** Must come before the first `run`: the walk starts from the best offer. */
  offer(code: Int32Array): void {
    const score = this.#evaluator.evaluate(code);
    if (score >= (this.#start?.score ?? Infinity)) return;
    const { energyPj, latencyCycles } = this.#evaluator;
    this.#start = { code: code.slice(), score, energyPj, latencyCycles };
  }

  members(): readonly Found[] {
    const best = this.#polisher?.best ?? this.#start;
    if (!best) return [];
    const { code, energyPj, latencyCycles } = best;
    return [{ code, energyPj, latencyCycles }];
  }

  state(): StrategyState {
    return {
      rng: this.#rng.state,
      count: { ...this.#evaluator.count },
      members: this.members(),
      counters: [],
    };
  }
}
