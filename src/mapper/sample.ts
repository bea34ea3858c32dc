/**
 * @file Random mappings that always fit: factors are chosen against the room that is left.
 *
 * Loops are filled from the innermost level out. At each place the largest factor that keeps every
 * level's tiles within capacity and the array within its mesh is known (`Mapspace.maxExtent`), so
 * nothing is drawn only to be rejected, which is where random mappers lose most of their time.
 */
import { NEST } from '../hw/nest.ts';
import type { Rng } from '../util/rng.ts';
import { countUpTo } from './factors.ts';
import { DIMS } from './mapspace.ts';
import type { Mapspace, Slot } from './mapspace.ts';

export interface SampleOptions {
  /** Share of choices that may take factors that do not divide. */
  readonly imperfectRatio: number;
  /** Share of choices that take the largest factor that fits, in time and in space. */
  readonly greedyRatio: number;
  /** Share of temporal choices that leave the loop to the levels outside. */
  readonly skipRatio: number;
  /** Share of levels that keep all they may. */
  readonly keepAllRatio: number;
}

/** Where divisors fill the array as well: counting imperfect factors exactly takes long. */
const RARELY = 0.05;
/** Share of the array that divisors may leave idle before imperfect factors are drawn often. */
const IDLE_RATIO = 0.05;

export const SAMPLE_DEFAULTS: SampleOptions = {
  imperfectRatio: 0.3,
  greedyRatio: 0.7,
  skipRatio: 0.3,
  keepAllRatio: 0.5,
};

export class Sampler {
  readonly space: Mapspace;
  readonly options: SampleOptions;
  readonly #extents = new Float64Array(DIMS);
  readonly #dims: Int32Array;
  readonly #limits: Float64Array;
  readonly #most: readonly number[];
  readonly #backup: Int32Array;

  /** @param options left out: the defaults, with imperfect factors as often as the layer needs them */
  constructor(space: Mapspace, options?: SampleOptions) {
    this.space = space;
    this.options = options ?? {
      ...SAMPLE_DEFAULTS,
      imperfectRatio: idleRatio(space) > IDLE_RATIO ? SAMPLE_DEFAULTS.imperfectRatio : RARELY,
    };
    this.#dims = Int32Array.from(space.loopDims);
    this.#most = [...space.mayKeep.keys()].map((level) => space.mostKept(level));
    this.#limits = new Float64Array(space.levels);
    this.#backup = new Int32Array(space.levels * NEST.stride);
  }

  /** Write a random mapping that fits into `code`. */
  sample(code: Int32Array, rng: Rng): void {
    const { space } = this;
    const imperfect = rng.float() < this.options.imperfectRatio;
    code.fill(1);
    this.#extents.fill(1);
    for (let level = 0; level < space.levels; level++) {
      this.randomKeep(code, level, rng);
      this.#randomOrder(code, level, rng);
    }
    for (const slot of space.slots) {
      this.#shuffleDims(rng);
      for (const d of this.#dims) {
        const left = Math.ceil((space.sizes[d] as number) / (this.#extents[d] as number));
        if (left === 1) continue;
        if (slot.kind === 'temporal' && slot.level === space.levels - 1) {
          code[slot.at + d] = left;
          continue;
        }
        let limit = Infinity;
        for (let m = slot.level; m < space.levels - 1; m++) {
          const keep = code[m * NEST.stride + NEST.keep] as number;
          limit = Math.min(limit, space.maxExtent(m, d, this.#extents, 0, keep));
        }
        this.#place(code, slot, d, left, limit, this.#extents[d] as number, imperfect, rng);
        this.#extents[d] = Math.min(
          (this.#extents[d] as number) * (code[slot.at + d] as number),
          space.sizes[d] as number,
        );
      }
    }
  }

  /** Draw all factors of one dimension anew, everything else as it is. */
  retile(code: Int32Array, d: number, rng: Rng): void {
    const { space } = this;
    const imperfect = rng.float() < this.options.imperfectRatio;
    for (const { at } of space.slots) code[at + d] = 1;
    const extents = space.extentsOf(code);
    let limit = Infinity;
    for (let m = space.levels - 1; m >= 0; m--) {
      const keep = code[m * NEST.stride + NEST.keep] as number;
      limit = Math.min(limit, space.maxExtent(m, d, extents, m * DIMS, keep));
      this.#limits[m] = limit;
    }
    let extent = 1;
    for (const slot of space.slots) {
      const left = Math.ceil((space.sizes[d] as number) / extent);
      if (left === 1) return;
      if (slot.kind === 'temporal' && slot.level === space.levels - 1) {
        code[slot.at + d] = left;
        return;
      }
      const room = this.#limits[slot.level] as number;
      this.#place(code, slot, d, left, room, extent, imperfect, rng);
      extent *= code[slot.at + d] as number;
    }
  }

  /** Choose what a level keeps; the outermost keeps everything. */
  randomKeep(code: Int32Array, level: number, rng: Rng): void {
    const { space } = this;
    const at = level * NEST.stride + NEST.keep;
    code[at] = this.#most[level] as number;
    if (level === space.levels - 1 || rng.float() < this.options.keepAllRatio) return;
    const drawn = (space.mayKeep[level] as number) & rng.int(8);
    if (space.keepFits(level, drawn)) code[at] = drawn;
  }

  #randomOrder(code: Int32Array, level: number, rng: Rng): void {
    const at = level * NEST.stride + NEST.order;
    for (let i = 0; i < DIMS; i++) {
      const j = rng.int(i + 1);
      code[at + i] = code[at + j] as number;
      code[at + j] = i;
    }
  }

  /** Give `d` a factor at `slot`: at most `left`, with its extent at most `limit`. */
  #place(
    code: Int32Array,
    slot: Slot,
    d: number,
    left: number,
    limit: number,
    extent: number,
    imperfect: boolean,
    rng: Rng,
  ): void {
    const { greedyRatio, skipRatio } = this.options;
    const temporal = slot.kind === 'temporal';
    const luck = rng.float();
    if (temporal && luck < skipRatio) return;
    let room = limit >= (this.space.sizes[d] as number) ? left : Math.floor(limit / extent);
    if (!temporal) room = Math.min(room, this.#meshRoom(code, slot, d));
    if (room <= 1) return;
    const factors = this.space.factors.of(left, imperfect);
    const count = countUpTo(factors, room);
    if (count <= 1) return;
    const greedy = temporal ? luck < skipRatio + greedyRatio * (1 - skipRatio) : luck < greedyRatio;
    const index = greedy ? count - 1 : rng.int(count);
    code[slot.at + d] = factors[index] as number;
  }

  /** The largest factor of `d` that the mesh still takes at a spatial slot. */
  #meshRoom(code: Int32Array, slot: Slot, d: number): number {
    const { space } = this;
    const { level, at, kind } = slot;
    let used = 1;
    for (let i = 0; i < DIMS; i++) used *= code[at + i] as number;
    const fan = (kind === 'spatialX' ? space.fanoutX[level] : space.fanoutY[level]) as number;
    const room = Math.floor(fan / used);
    if (level > 0 || ((space.laneDims >> d) & 1) === 1) return room;
    let plain = 1;
    for (let i = 0; i < DIMS; i++)
      if (((space.laneDims >> i) & 1) === 0)
        plain *= (code[NEST.spatialX + i] as number) * (code[NEST.spatialY + i] as number);
    return Math.min(room, Math.floor(space.plainRoom / plain));
  }

  #shuffleDims(rng: Rng): void {
    const dims = this.#dims;
    for (let i = dims.length - 1; i > 0; i--) {
      const j = rng.int(i + 1);
      const held = dims[i] as number;
      dims[i] = dims[j] as number;
      dims[j] = held;
    }
  }

  /** Keep a copy to return to (`restore`). */
  save(code: Int32Array): void {
    this.#backup.set(code);
  }

  restore(code: Int32Array): void {
    code.set(this.#backup);
  }
}

/** Share of the array that stays idle with divisors only, at the level where it is largest. */
function idleRatio(space: Mapspace): number {
  let idle = 0;
  for (let level = 0; level < space.levels; level++)
    for (const fan of [space.fanoutX[level] as number, space.fanoutY[level] as number])
      idle = Math.max(idle, 1 - largestFill(space, fan) / fan);
  return idle;
}

/** The largest product of divisors of different dimensions that fits `fan`. */
function largestFill(space: Mapspace, fan: number): number {
  let reached = new Set([1]);
  for (const d of space.loopDims) {
    const next = new Set<number>();
    for (const product of reached)
      for (const factor of space.factors.of(space.sizes[d] as number, false))
        if (product * factor <= fan) next.add(product * factor);
    reached = next;
  }
  return Math.max(...reached);
}
