/**
 * @file Local search at the end: try every small move of the best mapping until none helps.
 *
 * The neighbourhood: a prime of one factor moved to another place; two loops of a level exchanged;
 * one loop moved to the front of its level; one bypass flipped; a loop of the array exchanged for
 * another. First improvement, in a random order drawn from the seed; after a pass without gain the
 * mapping is kicked and the walk starts again from there, keeping the better end.
 */
import { NEST } from '../hw/nest.ts';
import type { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import type { Mutator } from './mutate.ts';
import { DIMS } from './mapspace.ts';
import { MAX_DRAWS_PER_VALID } from './strategy.ts';

/** Features changed by a kick. */
const KICK = 4;

export interface Polished {
  readonly code: Int32Array;
  score: number;
  energyPj: number;
  latencyCycles: number;
}

export class Polisher {
  readonly #evaluator: Evaluator;
  readonly #mutator: Mutator;
  readonly #rng: Rng;
  readonly #trial: Int32Array;
  /** The best end of a descent. */
  readonly best: Polished;
  /** Where the walk stands, the moves from there, and how many were tried since the last gain. */
  readonly #current: Polished;
  #moves: Move[];
  #next = 0;

  /** @param start a mapping that fits, with its costs */
  constructor(evaluator: Evaluator, mutator: Mutator, start: Polished, rng: Rng) {
    this.#evaluator = evaluator;
    this.#mutator = mutator;
    this.#rng = rng;
    this.#trial = evaluator.space.outermost();
    this.best = { ...start, code: start.code.slice() };
    this.#current = { ...start, code: start.code.slice() };
    this.#moves = this.#shuffledMoves();
  }

  /** Go on for at most `evaluations` more valid evaluations. */
  run(evaluations: number): void {
    const { count } = this.#evaluator;
    const end = count.valid + evaluations;
    const last = count.total + evaluations * MAX_DRAWS_PER_VALID;
    while (count.valid < end && count.total < last) {
      const move = this.#moves[this.#next++];
      if (move) this.#attempt(move);
      else this.#kick();
    }
  }

  #attempt(move: Move): void {
    const { space } = this.#evaluator;
    this.#trial.set(this.#current.code);
    move(this.#trial);
    if (!space.fits(this.#trial)) {
      this.#evaluator.count.total++;
      return;
    }
    const score = this.#evaluator.evaluate(this.#trial, this.#current.score);
    if (score >= this.#current.score) return;
    this.#moveTo(score);
    if (score < this.best.score) copy(this.#current, this.best);
  }

  /** From the best, change a few features at once, whatever they cost. */
  #kick(): void {
    this.#trial.set(this.best.code);
    this.#mutator.perturb(this.#trial, KICK, this.#rng);
    const score = this.#evaluator.evaluate(this.#trial);
    if (score !== Infinity) this.#moveTo(score);
  }

  #moveTo(score: number): void {
    this.#current.code.set(this.#trial);
    this.#current.score = score;
    this.#current.energyPj = this.#evaluator.energyPj;
    this.#current.latencyCycles = this.#evaluator.latencyCycles;
    this.#moves = this.#shuffledMoves();
    this.#next = 0;
  }

  #shuffledMoves(): Move[] {
    return this.#rng.shuffle(this.#movesFrom(this.#current.code));
  }

  #movesFrom(code: Int32Array): Move[] {
    const { slots, loopDims, levels, mayKeep } = this.#evaluator.space;
    const moves: Move[] = [];
    for (const d of loopDims)
      for (const from of slots) {
        const factor = code[from.at + d] as number;
        if (factor === 1) continue;
        for (const prime of primesOf(factor))
          for (const to of slots) {
            if (to === from) continue;
            moves.push((trial) => {
              trial[from.at + d] = factor / prime;
              trial[to.at + d] = (trial[to.at + d] as number) * prime;
            });
          }
      }
    for (let level = 0; level < levels; level++) {
      const base = level * NEST.stride;
      const at = base + NEST.order;
      const active: number[] = [];
      for (let i = 0; i < DIMS; i++)
        if ((code[base + NEST.temporal + (code[at + i] as number)] as number) > 1) active.push(i);
      for (const i of active)
        for (const j of active)
          if (i < j)
            moves.push((trial) => {
              const held = trial[at + i] as number;
              trial[at + i] = trial[at + j] as number;
              trial[at + j] = held;
            });
      if (level === levels - 1) continue;
      for (let bit = 1; bit < 8; bit <<= 1)
        if (((mayKeep[level] as number) & bit) !== 0)
          moves.push((trial) => {
            trial[base + NEST.keep] = (trial[base + NEST.keep] as number) ^ bit;
          });
    }
    this.#pushExchanges(code, moves);
    return moves;
  }

  /** On the array: one dimension's factor goes out to a temporal loop as another's comes in. */
  #pushExchanges(code: Int32Array, moves: Move[]): void {
    const { slots, loopDims } = this.#evaluator.space;
    const temporal = slots.filter(({ kind }) => kind === 'temporal');
    for (const place of slots) {
      if (place.kind === 'temporal') continue;
      for (const out of loopDims) {
        const leaving = code[place.at + out] as number;
        if (leaving === 1) continue;
        for (const to of temporal)
          for (const come of loopDims) {
            if (come === out) continue;
            for (const from of temporal)
              for (const prime of primesOf(code[from.at + come] as number))
                for (const gone of new Set([leaving, ...primesOf(leaving)]))
                  moves.push((trial) => {
                    trial[place.at + out] = leaving / gone;
                    trial[to.at + out] = (trial[to.at + out] as number) * gone;
                    trial[from.at + come] = (trial[from.at + come] as number) / prime;
                    trial[place.at + come] = (trial[place.at + come] as number) * prime;
                  });
          }
      }
    }
  }
}

/** Changes a copy of the current mapping. */
type Move = (trial: Int32Array) => void;

function copy(from: Polished, to: Polished): void {
  to.code.set(from.code);
  to.score = from.score;
  to.energyPj = from.energyPj;
  to.latencyCycles = from.latencyCycles;
}

/** @returns the distinct primes that divide `n` */
function primesOf(n: number): number[] {
  const primes: number[] = [];
  let rest = n;
  for (let p = 2; p * p <= rest; p++) {
    if (rest % p !== 0) continue;
    primes.push(p);
    while (rest % p === 0) rest /= p;
  }
  if (rest > 1) primes.push(rest);
  return primes;
}
