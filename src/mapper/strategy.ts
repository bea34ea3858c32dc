/**
 * @file What every search of this folder is: a strategy that costs mappings of one layer, a slice
 * of evaluations at a time, and can be put away as plain data and taken up again.
 *
 * The same problem, seed and slices give the same mappings, whoever runs them.
 */
import type { RngState } from '../util/rng.ts';
import type { EvaluationCount, Evaluator } from './evaluator.ts';

/** A mapping that fits, in flat form, with its cost. */
export interface Found {
  readonly code: Int32Array;
  readonly energyPj: number;
  readonly latencyCycles: number;
}

/** Everything a strategy needs to go on: plain data that can be stored or sent to another thread. */
export interface StrategyState {
  readonly rng: RngState;
  readonly count: EvaluationCount;
  /** Mappings in hand, best not first. */
  readonly members: readonly Found[];
  /** What the strategy alone understands. */
  readonly counters: readonly number[];
}

export interface Strategy {
  /** Go on until `evaluations` more mappings were valid, or there is nothing left to try. */
  run(evaluations: number): void;
  /** Take in a mapping found elsewhere; it costs one evaluation. */
  offer(code: Int32Array): void;
  /** Mappings in hand: the best by score is among them; empty before the first valid one. */
  members(): readonly Found[];
  state(): StrategyState;
}

/** Draws for each valid mapping after which a strategy gives up. */
export const MAX_DRAWS_PER_VALID = 50;

/** A population with its scores, as arrays that are reused. */
export class Pool {
  readonly codes: Int32Array[] = [];
  readonly energies: number[] = [];
  readonly latencies: number[] = [];
  readonly scores: number[] = [];

  get size(): number {
    return this.codes.length;
  }

  add(code: Int32Array, score: number, evaluator: Evaluator): void {
    this.codes.push(code.slice());
    this.scores.push(score);
    this.energies.push(evaluator.energyPj);
    this.latencies.push(evaluator.latencyCycles);
  }

  replace(index: number, code: Int32Array, score: number, evaluator: Evaluator): void {
    (this.codes[index] as Int32Array).set(code);
    this.scores[index] = score;
    this.energies[index] = evaluator.energyPj;
    this.latencies[index] = evaluator.latencyCycles;
  }

  remove(index: number): void {
    for (const list of [this.codes, this.energies, this.latencies, this.scores] as unknown[][])
      list.splice(index, 1);
  }

  /** Index of the smallest score; −1 if empty. */
  best(): number {
    let best = this.size - 1;
    for (let i = best - 1; i >= 0; i--)
      if ((this.scores[i] as number) < (this.scores[best] as number)) best = i;
    return best;
  }

  found(index: number): Found {
    return {
      code: this.codes[index] as Int32Array,
      energyPj: this.energies[index] as number,
      latencyCycles: this.latencies[index] as number,
    };
  }

  all(): Found[] {
    return this.codes.map((_, i) => this.found(i));
  }

  /** Load members, scoring them anew: the score may have changed since. */
  load(members: readonly Found[], score: (found: Found) => number): void {
    for (const found of members) {
      this.codes.push(found.code.slice());
      this.energies.push(found.energyPj);
      this.latencies.push(found.latencyCycles);
      this.scores.push(score(found));
    }
  }
}

/** Kept of a front: enough for a network to trade energy for latency among its layers. */
const FRONT_LIMIT = 32;

/** @returns those of `found` that no other beats in both energy and latency, by rising energy */
export function frontOf(found: readonly Found[]): Found[] {
  const sorted = [...found].sort(
    (a, b) => a.energyPj - b.energyPj || a.latencyCycles - b.latencyCycles,
  );
  const front: Found[] = [];
  for (const candidate of sorted) {
    const last = front[front.length - 1];
    if (!last || candidate.latencyCycles < last.latencyCycles) front.push(candidate);
  }
  if (front.length <= FRONT_LIMIT) return front;
  // Both ends, the best product, and the rest evenly.
  const kept = new Set<Found>([bestProduct(front)]);
  for (let i = 0; i < FRONT_LIMIT; i++)
    kept.add(front[Math.round((i * (front.length - 1)) / (FRONT_LIMIT - 1))] as Found);
  return front.filter((candidate) => kept.has(candidate));
}

function bestProduct(found: readonly Found[]): Found {
  return found.reduce((best, next) =>
    next.energyPj * next.latencyCycles < best.energyPj * best.latencyCycles ? next : best,
  );
}
