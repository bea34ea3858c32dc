/**
 * @file The cost model as a search sees it: a flat mapping in, one number out, everything counted.
 */
import { compileCost } from '../hw/compile.ts';
import type { CompiledCost } from '../hw/compile.ts';
import { Estimate } from './estimate.ts';
import { Mapspace } from './mapspace.ts';
import type { MappingProblem } from './mapspace.ts';
import { scoreOf } from './objective.ts';
import type { Score } from './objective.ts';

/** Mappings drawn, and those of them that fit and were costed, exactly or by the quick guess. */
export interface EvaluationCount {
  total: number;
  valid: number;
}

export class Evaluator {
  readonly space: Mapspace;
  readonly count: EvaluationCount = { total: 0, valid: 0 };
  score: Score;
  /** Of the last mapping that was valid. */
  energyPj = 0;
  latencyCycles = 0;
  readonly #cost: CompiledCost;
  readonly #estimate: Estimate;

  constructor(problem: MappingProblem, score: Score) {
    this.space = new Mapspace(problem);
    this.score = score;
    this.#estimate = new Estimate(this.space);
    this.#cost = compileCost(problem.shape, problem.bits, problem.accelerator);
  }

  /**
   * Score a mapping.
   *
   * @param limit a score that the mapping must beat to be of use; one with factors that do not divide
   *   is then first guessed at (estimate.ts), and counted only if the guess beats it
   * @returns Infinity if it does not fit, or is ruled out by the guess
   */
  evaluate(code: Int32Array, limit = Infinity): number {
    this.count.total++;
    if (limit < Infinity && !this.#estimate.divides(code) && this.#estimate.guess(code)) {
      const { energyPj, latencyCycles } = this.#estimate;
      if (scoreOf(this.score, energyPj, latencyCycles) >= limit) {
        this.count.valid++;
        return Infinity;
      }
    }
    if (this.#cost.evaluate(code) !== 'ok') return Infinity;
    this.count.valid++;
    this.energyPj = this.#cost.energyPj;
    this.latencyCycles = this.#cost.latencyCycles;
    return scoreOf(this.score, this.energyPj, this.latencyCycles);
  }
}
