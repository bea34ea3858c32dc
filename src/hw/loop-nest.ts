/**
 * @file A mapping laid out for counting: extents, tiles and the temporal loops in one row.
 *
 * One `LoopNest` is made for a layer and a number of levels and loaded with mapping after mapping;
 * its arrays are allocated once.
 */
import {
  C,
  DIMS,
  G,
  INPUTS,
  K,
  N,
  OUTPUTS,
  P,
  Q,
  R,
  RELEVANT,
  S,
  SPACES,
  WEIGHTS,
} from './dims.ts';
import { NEST } from './nest.ts';
import { CONV_DIMS, wordsOf } from './workload.ts';
import type { ConvShape } from './workload.ts';

/** Whether all factors divide, some loop ends early, or a dimension is not covered. */
export type NestKind = 'perfect' | 'imperfect' | 'uncovered';

/**
 * Arrays by level and dataspace have index `level · 3 + dataspace`, by level and dimension
 * `level · 8 + dim`.
 */
export class LoopNest {
  readonly levelCount: number;
  /** Size of each dimension. */
  readonly dims: Float64Array;
  /** Words that one step of a dimension moves Inputs along width or height; else 1. */
  readonly coefficients: Float64Array;
  outputWords: number;

  /** Extents over all loops at a level and inside it; past the dimension's end where imperfect. */
  readonly extents: Float64Array;
  /** Extents inside a level's temporal loops, its spatial ones included. */
  readonly blocks: Float64Array;
  /** Spatial factors, X times Y. */
  readonly spatial: Float64Array;
  /** Product of a level's spatial factors. */
  readonly spatialProduct: Float64Array;
  /** Bit masks of the dataspaces that each level keeps. */
  readonly keep: Int32Array;
  /** The largest tile of one instance. */
  readonly tileWords: Float64Array;

  /** Temporal loops with a factor above 1, all levels, innermost first. */
  readonly loopDim: Int32Array;
  readonly loopFactor: Float64Array;
  /** How far a step of the loop moves its dimension. */
  readonly loopStride: Float64Array;
  /** First loop of each level; entry `levelCount` is the number of loops. */
  readonly loopStart: Int32Array;
  /** Product of the factors of a loop and of all outside it; entry `loopCount` is 1. */
  readonly outside: Float64Array;
  /** By loop and dataspace: the first loop from here out that moves it, or `loopCount`. */
  readonly nextMoving: Int32Array;
  loopCount = 0;
  kind: NestKind = 'uncovered';

  constructor(shape: ConvShape, levelCount: number) {
    this.levelCount = levelCount;
    this.dims = Float64Array.from(CONV_DIMS, (dim) => shape[dim]);
    this.coefficients = new Float64Array(DIMS).fill(1);
    this.coefficients[P] = shape.wStride;
    this.coefficients[Q] = shape.hStride;
    this.coefficients[R] = shape.wDilation;
    this.coefficients[S] = shape.hDilation;
    this.outputWords = wordsOf(shape, 'Outputs');
    const loops = levelCount * DIMS;
    this.extents = new Float64Array(loops);
    this.blocks = new Float64Array(loops);
    this.spatial = new Float64Array(loops);
    this.spatialProduct = new Float64Array(levelCount);
    this.keep = new Int32Array(levelCount);
    this.tileWords = new Float64Array(levelCount * SPACES);
    this.loopDim = new Int32Array(loops);
    this.loopFactor = new Float64Array(loops);
    this.loopStride = new Float64Array(loops);
    this.loopStart = new Int32Array(levelCount + 1);
    this.outside = new Float64Array(loops + 1);
    this.nextMoving = new Int32Array((loops + 1) * SPACES);
  }

  /** Make the layer another size: `dims` by dimension. */
  resize(dims: Float64Array): void {
    this.dims.set(dims);
    let words = 1;
    for (let d = 0; d < DIMS; d++)
      if ((RELEVANT[OUTPUTS] & (1 << d)) !== 0) words *= dims[d] as number;
    this.outputWords = words;
  }

  /**
   * Lay out a mapping. A factor larger than its dimension can use counts as what it can use.
   *
   * @param code see nest.ts
   */
  load(code: Int32Array): NestKind {
    const { dims, extents, blocks, spatial, loopDim, loopFactor, loopStride, levelCount } = this;
    let loops = 0;
    let divides = true;
    for (let level = 0; level < levelCount; level++) {
      const at = level * NEST.stride;
      const row = level * DIMS;
      let product = 1;
      for (let d = 0; d < DIMS; d++) {
        const inner = level === 0 ? 1 : (extents[row - DIMS + d] as number);
        let factor =
          (code[at + NEST.spatialX + d] as number) * (code[at + NEST.spatialY + d] as number);
        if (factor > 1) {
          const size = dims[d] as number;
          if (inner * factor > size) {
            factor = Math.ceil(size / inner);
            if (inner * factor > size) divides = false;
          }
          product *= factor;
        }
        spatial[row + d] = factor;
        extents[row + d] = blocks[row + d] = inner * factor;
      }
      this.spatialProduct[level] = product;
      this.loopStart[level] = loops;
      for (let position = 0; position < DIMS; position++) {
        const d = code[at + NEST.order + position] as number;
        let factor = code[at + NEST.temporal + d] as number;
        if (factor === 1) continue;
        const size = dims[d] as number;
        const block = blocks[row + d] as number;
        if (factor * block > size) {
          factor = Math.ceil(size / block);
          if (factor === 1) continue;
          if (factor * block > size) divides = false;
        }
        loopDim[loops] = d;
        loopFactor[loops] = factor;
        loopStride[loops] = block;
        loops++;
        extents[row + d] = factor * block;
      }
      this.keep[level] = code[at + NEST.keep] as number;
    }
    this.loopStart[levelCount] = this.loopCount = loops;
    this.kind = divides ? 'perfect' : 'imperfect';
    const top = (levelCount - 1) * DIMS;
    for (let d = 0; d < DIMS; d++)
      if ((extents[top + d] as number) < (dims[d] as number)) this.kind = 'uncovered';
    this.#measureTiles();
    return this.kind;
  }

  keeps(level: number, dataspace: number): boolean {
    return (((this.keep[level] as number) >> dataspace) & 1) === 1;
  }

  /** Extent of one instance inside a level: the level's child, or one MAC. */
  innerExtent(level: number, dim: number): number {
    return level === 0 ? 1 : (this.extents[(level - 1) * DIMS + dim] as number);
  }

  #measureTiles(): void {
    const { extents, tileWords, dims, coefficients } = this;
    const clip = this.kind === 'imperfect';
    for (let level = 0; level < this.levelCount; level++) {
      const row = level * DIMS;
      let n = extents[row + N] as number;
      let k = extents[row + K] as number;
      let c = extents[row + C] as number;
      let p = extents[row + P] as number;
      let q = extents[row + Q] as number;
      let r = extents[row + R] as number;
      let s = extents[row + S] as number;
      let g = extents[row + G] as number;
      if (clip) {
        n = Math.min(n, dims[N] as number);
        k = Math.min(k, dims[K] as number);
        c = Math.min(c, dims[C] as number);
        p = Math.min(p, dims[P] as number);
        q = Math.min(q, dims[Q] as number);
        r = Math.min(r, dims[R] as number);
        s = Math.min(s, dims[S] as number);
        g = Math.min(g, dims[G] as number);
      }
      const width =
        (p - 1) * (coefficients[P] as number) + (r - 1) * (coefficients[R] as number) + 1;
      const height =
        (q - 1) * (coefficients[Q] as number) + (s - 1) * (coefficients[S] as number) + 1;
      const at = level * SPACES;
      tileWords[at + WEIGHTS] = g * k * c * r * s;
      tileWords[at + INPUTS] = g * n * c * width * height;
      tileWords[at + OUTPUTS] = g * n * k * p * q;
    }
  }

  /** Fill `outside` and `nextMoving`. */
  link(): void {
    const { loopDim, loopFactor, outside, nextMoving, loopCount } = this;
    let weights = loopCount;
    let inputs = loopCount;
    let outputs = loopCount;
    outside[loopCount] = 1;
    const end = loopCount * SPACES;
    nextMoving[end + WEIGHTS] = nextMoving[end + INPUTS] = nextMoving[end + OUTPUTS] = loopCount;
    for (let i = loopCount - 1; i >= 0; i--) {
      const bit = 1 << (loopDim[i] as number);
      outside[i] = (outside[i + 1] as number) * (loopFactor[i] as number);
      if ((bit & RELEVANT[WEIGHTS]) !== 0) weights = i;
      if ((bit & RELEVANT[INPUTS]) !== 0) inputs = i;
      if ((bit & RELEVANT[OUTPUTS]) !== 0) outputs = i;
      const at = i * SPACES;
      nextMoving[at + WEIGHTS] = weights;
      nextMoving[at + INPUTS] = inputs;
      nextMoving[at + OUTPUTS] = outputs;
    }
  }
}
