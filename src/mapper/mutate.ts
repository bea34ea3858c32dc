/**
 * @file Small changes of a mapping that keep it a mapping that fits: the moves of every search here.
 *
 * Features are those of the paper's design space: loop order (`mutateOrder`), loop size
 * (`mutateTile`), the use of the array (`mutateFanout`), and bypass (`mutateKeep`). Each returns
 * whether it changed anything; what no longer fits is undone and drawn again a few times.
 */
import { NEST } from '../hw/nest.ts';
import type { Rng } from '../util/rng.ts';
import { countUpTo } from './factors.ts';
import { DIMS } from './mapspace.ts';
import type { Mapspace, Slot } from './mapspace.ts';
import type { Sampler } from './sample.ts';

/** Draws before a move gives up. */
const TRIES = 6;

export class Mutator {
  readonly #space: Mapspace;
  readonly #sampler: Sampler;
  readonly #spatial: readonly Slot[];
  readonly #bypassable: readonly number[];

  readonly #imperfectRatio: number;

  constructor(space: Mapspace, sampler: Sampler) {
    this.#imperfectRatio = sampler.options.imperfectRatio;
    this.#space = space;
    this.#sampler = sampler;
    this.#spatial = space.slots.filter(({ kind }) => kind !== 'temporal');
    this.#bypassable = [...space.mayKeep.keys()].filter(
      (level) => level < space.levels - 1 && space.mayKeep[level] !== 0,
    );
  }

  /** Change `features` features of `code`, chosen at random. @returns whether anything changed */
  perturb(code: Int32Array, features: number, rng: Rng): boolean {
    let changed = false;
    for (let i = 0; i < features; i++) {
      const luck = rng.float();
      const done =
        luck < 0.4
          ? this.mutateTile(code, rng)
          : luck < 0.7
            ? this.mutateOrder(code, rng)
            : luck < 0.9
              ? this.mutateFanout(code, rng)
              : this.mutateKeep(code, rng);
      changed = done || changed;
    }
    return changed;
  }

  /** Move a factor of one dimension between two places, or draw all of its factors anew. */
  mutateTile(code: Int32Array, rng: Rng): boolean {
    const { loopDims, slots } = this.#space;
    if (loopDims.length === 0) return false;
    const d = rng.pick(loopDims);
    if (rng.float() < 0.25) {
      this.#sampler.save(code);
      this.#sampler.retile(code, d, rng);
      return true;
    }
    for (let i = 0; i < TRIES; i++) if (this.#shift(code, d, rng.pick(slots), rng)) return true;
    return false;
  }

  /** Change one spatial place: give it another factor of a dimension, or another dimension. */
  mutateFanout(code: Int32Array, rng: Rng): boolean {
    const { loopDims } = this.#space;
    if (this.#spatial.length === 0 || loopDims.length === 0) return this.mutateTile(code, rng);
    const slot = rng.pick(this.#spatial);
    for (let i = 0; i < TRIES; i++) {
      this.#sampler.save(code);
      const used = this.#countUsed(code, slot);
      // Make room first, half of the time, by sending one loop of the place elsewhere.
      if (used > 0 && rng.float() < 0.5) {
        const out = this.#nthUsed(code, slot, rng.int(used));
        const factor = code[slot.at + out] as number;
        code[slot.at + out] = 1;
        const to = this.#temporalSlot(rng).at + out;
        code[to] = (code[to] as number) * factor;
        this.#tighten(code, out);
      }
      const d = rng.pick(loopDims);
      if (this.#refactor(code, d, slot, rng)) return true;
      this.#sampler.restore(code);
    }
    return false;
  }

  /** Move one loop of a level to another place in its order. */
  mutateOrder(code: Int32Array, rng: Rng): boolean {
    const { levels } = this.#space;
    for (let i = 0; i < TRIES; i++) {
      const base = rng.int(levels) * NEST.stride;
      // Only loops that iterate have a place that matters.
      let loops = 0;
      for (let d = 0; d < DIMS; d++) if ((code[base + NEST.temporal + d] as number) > 1) loops++;
      if (loops < 2) continue;
      const from = this.#nthLoop(code, base, rng.int(loops));
      const to = this.#nthLoop(code, base, rng.int(loops));
      if (from === to) continue;
      const at = base + NEST.order;
      const dim = code[at + from] as number;
      if (from < to) code.copyWithin(at + from, at + from + 1, at + to + 1);
      else code.copyWithin(at + to + 1, at + to, at + from);
      code[at + to] = dim;
      return true;
    }
    return false;
  }

  /** Let one dataspace pass a level by, or hold it there. */
  mutateKeep(code: Int32Array, rng: Rng): boolean {
    const space = this.#space;
    if (this.#bypassable.length === 0) return false;
    for (let i = 0; i < TRIES; i++) {
      const level = rng.pick(this.#bypassable);
      const bit = 1 << rng.int(3);
      if (((space.mayKeep[level] as number) & bit) === 0) continue;
      const at = level * NEST.stride + NEST.keep;
      const held = code[at] as number;
      code[at] = held ^ bit;
      if (space.fits(code)) return true;
      code[at] = held;
    }
    return false;
  }

  /** Loops at a place. */
  #countUsed(code: Int32Array, slot: Slot): number {
    let used = 0;
    for (const d of this.#space.loopDims) if ((code[slot.at + d] as number) > 1) used++;
    return used;
  }

  /** The dimension of the n-th loop at a place. */
  #nthUsed(code: Int32Array, slot: Slot, n: number): number {
    let left = n;
    for (const d of this.#space.loopDims)
      if ((code[slot.at + d] as number) > 1 && left-- === 0) return d;
    return 0;
  }

  /** Position in the order of the n-th loop of a level that iterates. */
  #nthLoop(code: Int32Array, base: number, n: number): number {
    let left = n;
    for (let position = 0; position < DIMS; position++) {
      const d = code[base + NEST.order + position] as number;
      if ((code[base + NEST.temporal + d] as number) > 1 && left-- === 0) return position;
    }
    return 0;
  }

  #temporalSlot(rng: Rng): Slot {
    const { slots } = this.#space;
    for (;;) {
      const slot = rng.pick(slots);
      if (slot.kind === 'temporal') return slot;
    }
  }

  /** Move a divisor of the factor of `d` at `from` to another place. Undone where it does not fit. */
  #shift(code: Int32Array, d: number, from: Slot, rng: Rng): boolean {
    const space = this.#space;
    const factor = code[from.at + d] as number;
    if (factor === 1) return false;
    const to = rng.pick(space.slots);
    if (to === from) return false;
    const held = code[to.at + d] as number;
    const imperfect = rng.float() < 0.3 * this.#imperfectRatio;
    const factors = space.factors.of(factor, imperfect);
    const keep = factors[rng.int(factors.length - 1)] as number;
    code[from.at + d] = keep;
    code[to.at + d] = 1;
    let others = 1;
    for (const { at } of space.slots) others *= code[at + d] as number;
    code[to.at + d] = Math.ceil((space.sizes[d] as number) / others);
    if (space.fits(code)) return true;
    code[from.at + d] = factor;
    code[to.at + d] = held;
    return false;
  }

  /** Give `d` another factor at `slot`, its outer loops taking what is left. */
  #refactor(code: Int32Array, d: number, slot: Slot, rng: Rng): boolean {
    const space = this.#space;
    const held = code[slot.at + d] as number;
    const to = this.#temporalSlot(rng);
    const moved = code[to.at + d] as number;
    const size = space.sizes[d] as number;
    code[slot.at + d] = 1;
    code[to.at + d] = 1;
    let others = 1;
    for (const { at } of space.slots) others *= code[at + d] as number;
    const factors = space.factors.of(Math.ceil(size / others), rng.float() < this.#imperfectRatio);
    const fan = (
      slot.kind === 'spatialX' ? space.fanoutX[slot.level] : space.fanoutY[slot.level]
    ) as number;
    let used = 1;
    for (let i = 0; i < DIMS; i++) used *= code[slot.at + i] as number;
    const count = countUpTo(factors, Math.floor(fan / used));
    if (count === 0) return false;
    const factor = factors[rng.float() < 0.5 ? count - 1 : rng.int(count)] as number;
    code[slot.at + d] = factor;
    code[to.at + d] = Math.ceil(size / (others * factor));
    if ((factor !== held || code[to.at + d] !== moved) && space.fits(code)) return true;
    code[slot.at + d] = held;
    code[to.at + d] = moved;
    return false;
  }

  /** Shrink temporal factors of `d` that go past its end, outermost first. */
  #tighten(code: Int32Array, d: number): void {
    const { slots, sizes } = this.#space;
    const size = sizes[d] as number;
    let product = 1;
    for (const { at } of slots) product *= code[at + d] as number;
    for (let i = slots.length - 1; i >= 0 && product > size; i--) {
      const at = (slots[i] as Slot).at + d;
      const others = product / (code[at] as number);
      code[at] = Math.max(1, Math.ceil(size / others));
      product = others * (code[at] as number);
    }
  }

  /**
   * Write a child of two mappings that fit into `child`: each dimension's factors, each level's order
   * and bypass from one or the other.
   *
   * @returns false where no mix that was drawn fits; `child` is then a copy of `a`
   */
  crossover(a: Int32Array, b: Int32Array, child: Int32Array, rng: Rng): boolean {
    const { loopDims, slots, levels } = this.#space;
    for (let i = 0; i < TRIES; i++) {
      child.set(a);
      for (const d of loopDims)
        if (rng.float() < 0.5) for (const { at } of slots) child[at + d] = b[at + d] as number;
      for (let level = 0; level < levels; level++) {
        const at = level * NEST.stride + NEST.order;
        if (rng.float() < 0.5) for (let i = 0; i < DIMS; i++) child[at + i] = b[at + i] as number;
        if (rng.float() < 0.3)
          child[at - NEST.order + NEST.keep] = b[at - NEST.order + NEST.keep] as number;
      }
      if (this.#space.fits(child)) return true;
    }
    child.set(a);
    return false;
  }
}
