/**
 * @file Every mapping of the space, where it is small enough: the optimum that others are held to.
 *
 * All tilings (imperfect ones included), all uses of the array, all bypasses, and all orders of the
 * loops that iterate. Orders at the innermost level are left out: nothing lies inside them that they
 * could keep in place.
 */
import { NEST } from '../hw/nest.ts';
import { Rng } from '../util/rng.ts';
import type { Evaluator } from './evaluator.ts';
import type { FactorTable } from './factors.ts';
import { DIMS } from './mapspace.ts';
import { scoreOf } from './objective.ts';
import type { Found, Strategy, StrategyState } from './strategy.ts';
import { Pool } from './strategy.ts';

export class ExhaustiveSearch implements Strategy {
  readonly #evaluator: Evaluator;
  readonly #rng: Rng;
  readonly #pool = new Pool();
  readonly #code: Int32Array;
  /** By loop dimension: all ways to spread its factors over the slots. */
  readonly #columns: readonly (readonly Int32Array[])[];
  /** All masks that each inner level may keep. */
  readonly #masks: readonly (readonly number[])[];
  /** By level: the loops that iterate there; and how many orders they have together. */
  readonly #loops: number[][];
  #orders = 1;
  /** Which tiling, which bypass of it, which order: where the walk stands. */
  #tiling: number;
  #bypass: number;
  #order: number;

  constructor(evaluator: Evaluator, start: Rng | StrategyState) {
    const { space } = evaluator;
    this.#evaluator = evaluator;
    this.#code = space.outermost();
    this.#columns = space.loopDims.map((d) =>
      splits(space.sizes[d] as number, space.slots.length, space.factors),
    );
    this.#masks = Array.from({ length: space.levels - 1 }, (_, level) =>
      subsetsOf(space.mayKeep[level] as number).filter((mask) => space.keepFits(level, mask)),
    );
    this.#loops = Array.from({ length: space.levels }, () => []);
    if (start instanceof Rng) {
      this.#rng = start;
      this.#tiling = this.#bypass = this.#order = 0;
      return;
    }
    this.#rng = Rng.fromState(start.rng);
    Object.assign(evaluator.count, start.count);
    [this.#tiling = 0, this.#bypass = 0, this.#order = 0] = start.counters;
    this.#pool.load(start.members, ({ energyPj, latencyCycles }) =>
      scoreOf(evaluator.score, energyPj, latencyCycles),
    );
  }

  /** Tilings of the space; each has its bypasses and orders. */
  get tilings(): number {
    return this.#columns.reduce((product, { length }) => product * length, 1);
  }

  get done(): boolean {
    return this.#tiling >= this.tilings;
  }

  run(evaluations: number): void {
    const { count, space } = this.#evaluator;
    const end = count.valid + evaluations;
    const bypasses = this.#masks.reduce((product, { length }) => product * length, 1);
    for (; !this.done; this.#tiling++, this.#bypass = 0) {
      if (!this.#layOut()) continue;
      this.#noteLoops();
      for (; this.#bypass < bypasses; this.#bypass++, this.#order = 0) {
        this.#setBypass();
        if (this.#order === 0 && !space.fits(this.#code)) {
          count.total++;
          continue;
        }
        for (; this.#order < this.#orders; this.#order++) {
          if (count.valid >= end) return;
          this.#setOrder();
          this.#keep();
        }
      }
    }
  }

  offer(code: Int32Array): void {
    this.#code.set(code);
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
      counters: [this.#tiling, this.#bypass, this.#order],
    };
  }

  #keep(): void {
    const score = this.#evaluator.evaluate(this.#code, this.#pool.scores[0] ?? Infinity);
    if (score >= (this.#pool.scores[0] ?? Infinity)) return;
    if (this.#pool.size === 0) this.#pool.add(this.#code, score, this.#evaluator);
    else this.#pool.replace(0, this.#code, score, this.#evaluator);
  }

  /** Write the factors of the current tiling. @returns false where the array has no room for it */
  #layOut(): boolean {
    const { space } = this.#evaluator;
    let rest = this.#tiling;
    space.loopDims.forEach((d, i) => {
      const columns = this.#columns[i] as readonly Int32Array[];
      const column = columns[rest % columns.length] as Int32Array;
      rest = Math.floor(rest / columns.length);
      space.slots.forEach((slot, s) => {
        this.#code[slot.at + d] = column[s] as number;
      });
    });
    for (let level = 0; level < space.levels; level++)
      if (!space.spatialFits(this.#code, level)) return false;
    return true;
  }

  #setBypass(): void {
    let rest = this.#bypass;
    this.#masks.forEach((masks, level) => {
      this.#code[level * NEST.stride + NEST.keep] = masks[rest % masks.length] as number;
      rest = Math.floor(rest / masks.length);
    });
  }

  /** Note which loops iterate at each level of the tiling that is laid out. */
  #noteLoops(): void {
    const { space } = this.#evaluator;
    this.#orders = 1;
    for (let level = 1; level < space.levels; level++) {
      const at = level * NEST.stride;
      const loops = space.loopDims.filter(
        (d) => (this.#code[at + NEST.temporal + d] as number) > 1,
      );
      this.#loops[level] = loops;
      for (let n = loops.length; n > 1; n--) this.#orders *= n;
      // Loops that do not iterate stand outside, anyhow.
      let position = loops.length;
      for (let d = 0; d < DIMS; d++)
        if (!loops.includes(d)) this.#code[at + NEST.order + position++] = d;
    }
  }

  #setOrder(): void {
    let rest = this.#order;
    for (let level = 1; level < this.#loops.length; level++) {
      const left = [...(this.#loops[level] as number[])];
      const at = level * NEST.stride + NEST.order;
      for (let n = left.length, position = 0; n > 0; n--, position++) {
        const index = rest % n;
        rest = (rest - index) / n;
        this.#code[at + position] = left[index] as number;
        left[index] = left[n - 1] as number;
      }
    }
  }
}

/** All ways to split a loop of `n` over `slots` places, inner to outer. */
function splits(n: number, slots: number, table: FactorTable): Int32Array[] {
  if (slots === 1) return [Int32Array.of(n)];
  return [...table.of(n, true)].flatMap((factor) =>
    splits(Math.ceil(n / factor), slots - 1, table).map((rest) => Int32Array.of(factor, ...rest)),
  );
}

function subsetsOf(mask: number): number[] {
  return Array.from({ length: 8 }, (_, subset) => subset).filter(
    (subset) => (subset & ~mask) === 0,
  );
}
