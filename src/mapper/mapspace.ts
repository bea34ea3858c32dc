/**
 * @file The space of mappings of one layer on one accelerator, made ready for fast sampling.
 *
 * A mapping is written in the flat form of hw/nest.ts. Its features are the paper's (§III.D): the
 * order of the loops at each level, the size of each loop (`factors.ts`), the dimensions spread over
 * the array in X and Y, and, beyond the paper, which level each dataspace passes by.
 *
 * Capacity is kept by construction: the words of a tile are an affine function of the extent of any
 * one dimension, so the largest extent that still fits follows from two sums (`maxExtent`).
 */
import { fanoutOf, mayKeep, usableBits } from '../hw/accelerator.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import { macLaw } from '../hw/mac-law.ts';
import { NEST } from '../hw/nest.ts';
import { CONV_DIMS, DATASPACES } from '../hw/workload.ts';
import type { ConvShape, OperandBits } from '../hw/workload.ts';
import { countTilings, FactorTable } from './factors.ts';

/** One layer to be mapped: the question that every search here answers. */
export interface MappingProblem {
  readonly shape: ConvShape;
  readonly accelerator: Accelerator;
  readonly bits: OperandBits;
}

export const DIMS = CONV_DIMS.length;
const [N, K, C, P, Q, R, S, G] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const WEIGHTS = 1;
const INPUTS = 2;
const OUTPUTS = 4;
export const KEEP_ALL = WEIGHTS | INPUTS | OUTPUTS;

/** A place where a loop can stand: an offset into the 33 integers of a level. */
export interface Slot {
  readonly level: number;
  /** Offset of the 8 factors in the flat mapping. */
  readonly at: number;
  readonly kind: 'temporal' | 'spatialX' | 'spatialY';
}

export class Mapspace {
  readonly problem: MappingProblem;
  readonly levels: number;
  /** Size of each dimension. */
  readonly sizes: Float64Array;
  /** Dimensions larger than 1: the loops there are. */
  readonly loopDims: readonly number[];
  /** Bits of tiles that fit, by level. */
  readonly capacity: Float64Array;
  /** Mask of the dataspaces that a level may keep and of which it can hold a word. */
  readonly mayKeep: Int32Array;
  /** Children in X and Y, by level; at level 0 X holds the lanes of each MAC as well. */
  readonly fanoutX: Int32Array;
  readonly fanoutY: Int32Array;
  /** Mask of the dimensions that lanes can take, and what is left for all others at level 0. */
  readonly laneDims: number;
  readonly plainRoom: number;
  /** All places for a loop, inner to outer; spatial ones only where there is a fan-out. */
  readonly slots: readonly Slot[];
  readonly factors = new FactorTable();

  readonly #weightBits: number;
  readonly #inputBits: number;
  readonly #partialBits: number;
  readonly #finalBits: number;
  readonly #extents: Float64Array;

  constructor(problem: MappingProblem) {
    const { shape, accelerator, bits } = problem;
    this.problem = problem;
    this.levels = accelerator.levels.length;
    this.sizes = Float64Array.from(CONV_DIMS, (dim) => shape[dim]);
    this.loopDims = CONV_DIMS.map((_, d) => d).filter((d) => (this.sizes[d] as number) > 1);
    this.capacity = Float64Array.from(accelerator.levels, usableBits);
    const fanouts = accelerator.levels.map((_, level) => fanoutOf(accelerator, level));
    const { lanes, laneDims } = macLaw(accelerator.mac, bits);
    this.fanoutX = Int32Array.from(fanouts, ({ x }, level) => (level === 0 ? x * lanes : x));
    this.fanoutY = Int32Array.from(fanouts, ({ y }) => y);
    this.plainRoom = (fanouts[0]?.x ?? 1) * (fanouts[0]?.y ?? 1);
    this.laneDims = laneDims.reduce((mask, dim) => mask | (1 << CONV_DIMS.indexOf(dim)), 0);
    this.slots = this.#placesForLoops();
    this.#weightBits = bits.weights;
    this.#inputBits = bits.inputs;
    this.#partialBits = Math.max(bits.psums, bits.outputs);
    this.#finalBits = bits.outputs;
    this.#extents = new Float64Array(this.levels * DIMS).fill(1);
    this.mayKeep = Int32Array.from(accelerator.levels, (level, i) =>
      DATASPACES.reduce((mask, space, bit) => {
        const allowed = mayKeep(level, space) && this.keepFits(i, 1 << bit);
        return allowed ? mask | (1 << bit) : mask;
      }, 0),
    );
  }

  /** Whether a level has room for one word of every dataspace in the mask. */
  keepFits(level: number, mask: number): boolean {
    const ones = this.#extents.fill(1);
    return this.#tileBits(mask, ones, 0, this.#partialBits) <= (this.capacity[level] as number);
  }

  /** What a level keeps at most: all it may, or what of it has room for a word each. */
  mostKept(level: number): number {
    let mask = this.mayKeep[level] as number;
    for (let bit = OUTPUTS; bit >= WEIGHTS && !this.keepFits(level, mask); bit >>= 1) mask &= ~bit;
    return mask;
  }

  #placesForLoops(): Slot[] {
    const slots: Slot[] = [];
    for (let level = 0; level < this.levels; level++) {
      const base = level * NEST.stride;
      if ((this.fanoutX[level] as number) > 1)
        slots.push({ level, at: base + NEST.spatialX, kind: 'spatialX' });
      if ((this.fanoutY[level] as number) > 1)
        slots.push({ level, at: base + NEST.spatialY, kind: 'spatialY' });
      slots.push({ level, at: base + NEST.temporal, kind: 'temporal' });
    }
    return slots;
  }

  /** A mapping with every loop at the outermost level, every dataspace kept wherever it may be. */
  outermost(): Int32Array {
    const code = new Int32Array(this.levels * NEST.stride).fill(1);
    const top = (this.levels - 1) * NEST.stride;
    for (let level = 0; level < this.levels; level++) {
      const base = level * NEST.stride;
      for (let d = 0; d < DIMS; d++) code[base + NEST.order + d] = d;
      code[base + NEST.keep] = this.mostKept(level);
    }
    for (let d = 0; d < DIMS; d++) code[top + NEST.temporal + d] = this.sizes[d] as number;
    return code;
  }

  /**
   * Extents of each dimension over all loops at a level and inside it, at most its size.
   *
   * @returns index level · 8 + dim; the array is reused by the next call
   */
  extentsOf(code: Int32Array): Float64Array {
    for (let level = 0; level < this.levels; level++) this.#extend(code, level);
    return this.#extents;
  }

  /** Extents of one level from those of the level inside. */
  #extend(code: Int32Array, level: number): void {
    const { sizes, loopDims } = this;
    const extents = this.#extents; // 1 for ever along dimensions of size 1
    const at = level * NEST.stride;
    const row = level * DIMS;
    const fanned = this.#isFanned(level);
    for (const d of loopDims) {
      const inner = level === 0 ? 1 : (extents[row - DIMS + d] as number);
      let extent = inner * (code[at + d] as number);
      if (fanned)
        extent *=
          (code[at + NEST.spatialX + d] as number) * (code[at + NEST.spatialY + d] as number);
      const size = sizes[d] as number;
      extents[row + d] = extent < size ? extent : size;
    }
  }

  /** Whether a level has children to spread loops over: at the others no spatial loop is drawn. */
  #isFanned(level: number): boolean {
    return (this.fanoutX[level] as number) > 1 || (this.fanoutY[level] as number) > 1;
  }

  /** Whether every kept tile and every spatial loop has room. Cheap: no counts are made. */
  fits(code: Int32Array): boolean {
    const extents = this.#extents;
    for (let level = 0; level < this.levels; level++) {
      if (this.#isFanned(level) && !this.spatialFits(code, level)) return false;
      this.#extend(code, level);
      const capacity = this.capacity[level] as number;
      if (capacity === Infinity) continue;
      const keep = code[level * NEST.stride + NEST.keep] as number;
      const width =
        this.#partialBits === this.#finalBits || !this.#finished(code, level, extents)
          ? this.#partialBits
          : this.#finalBits;
      if (this.#tileBits(keep, extents, level * DIMS, width) > capacity) return false;
    }
    return true;
  }

  /** Whether the spatial loops of a level have room in its fan-out. */
  spatialFits(code: Int32Array, level: number): boolean {
    const fanX = this.fanoutX[level] as number;
    const fanY = this.fanoutY[level] as number;
    const at = level * NEST.stride;
    let x = 1;
    let y = 1;
    let plain = 1;
    for (const d of this.loopDims) {
      const fx = code[at + NEST.spatialX + d] as number;
      const fy = code[at + NEST.spatialY + d] as number;
      x *= fx;
      y *= fy;
      if (((this.laneDims >> d) & 1) === 0) plain *= fx * fy;
    }
    if (x > fanX || y > fanY) return false;
    return level > 0 || plain <= this.plainRoom;
  }

  /**
   * Whether only finished outputs arrive at `level`: all is summed in the next level inside that
   * keeps outputs, or on the way out of it. (Sums finished by luck of the loop order are not seen.)
   */
  #finished(code: Int32Array, level: number, extents: Float64Array): boolean {
    let keeper = level - 1;
    while (keeper >= 0 && ((code[keeper * NEST.stride + NEST.keep] as number) & OUTPUTS) === 0)
      keeper--;
    for (const d of [C, R, S]) {
      let summed = keeper < 0 ? 1 : (extents[keeper * DIMS + d] as number);
      for (let at = (keeper + 1) * NEST.stride; at <= level * NEST.stride; at += NEST.stride)
        summed *=
          (code[at + NEST.spatialX + d] as number) * (code[at + NEST.spatialY + d] as number);
      if (summed < (this.sizes[d] as number)) return false;
    }
    return true;
  }

  #tileBits(keep: number, e: Float64Array, row: number, outputBits: number): number {
    const n = e[row + N] as number;
    const k = e[row + K] as number;
    const c = e[row + C] as number;
    const p = e[row + P] as number;
    const q = e[row + Q] as number;
    const r = e[row + R] as number;
    const s = e[row + S] as number;
    const g = e[row + G] as number;
    const { shape } = this.problem;
    let bits = 0;
    if ((keep & WEIGHTS) !== 0) bits += g * k * c * r * s * this.#weightBits;
    if ((keep & OUTPUTS) !== 0) bits += g * n * k * p * q * outputBits;
    if ((keep & INPUTS) !== 0) {
      const width = (p - 1) * shape.wStride + (r - 1) * shape.wDilation + 1;
      const height = (q - 1) * shape.hStride + (s - 1) * shape.hDilation + 1;
      bits += g * n * c * width * height * this.#inputBits;
    }
    return bits;
  }

  /**
   * The largest extent of `dim` with which the tiles of `level` still fit, all else as in `extents`.
   *
   * @param extents by dimension from index `row` on
   * @param keep mask of the dataspaces that the level keeps
   */
  maxExtent(level: number, dim: number, extents: Float64Array, row: number, keep: number): number {
    const capacity = this.capacity[level] as number;
    if (capacity === Infinity) return Infinity;
    const held = extents[row + dim] as number;
    extents[row + dim] = 1;
    const one = this.#tileBits(keep, extents, row, this.#partialBits);
    extents[row + dim] = 2;
    const slope = this.#tileBits(keep, extents, row, this.#partialBits) - one;
    extents[row + dim] = held;
    return slope === 0 ? Infinity : 1 + Math.floor((capacity - one) / slope);
  }

  /** log10 of the number of mappings: tilings × loop orders × spatial choices × bypasses. */
  sizeLog10({ imperfect = true }: { readonly imperfect?: boolean } = {}): number {
    let log = 0;
    for (const d of this.loopDims)
      log += Math.log10(countTilings(this.sizes[d] as number, this.slots.length, imperfect));
    log += this.levels * log10Factorial(this.loopDims.length);
    for (let level = 0; level < this.levels - 1; level++)
      log +=
        DATASPACES.filter((_, i) => (((this.mayKeep[level] as number) >> i) & 1) === 1).length *
        Math.LOG10E *
        Math.LN2;
    return log;
  }
}

function log10Factorial(n: number): number {
  let log = 0;
  for (let i = 2; i <= n; i++) log += Math.log10(i);
  return log;
}
