/**
 * @file Which instances of a level do the same work where a dimension does not divide.
 *
 * Along one dimension an instance visits a prefix of the positions that the temporal loops outside
 * it span, and all its blocks are full but perhaps the last. Both follow from where the dimension
 * ends, so instances fall into few classes: inside a parent whose last block is partial, children
 * are full, at most one is partial, and the others are one position short or idle.
 *
 * Levels are numbered from 1 here: row 0 stands for the MACs. Class 0 of a row is the instance at
 * the origin, which does the most.
 */
import { DIMS } from './dims.ts';
import type { LoopNest } from './loop-nest.ts';

/** A parent's children along one dimension come in at most three runs. */
const RUNS = 3;

export class InstanceClasses {
  /** Room for the classes of one level and dimension. */
  readonly slots: number;
  /** By row and dimension: number of classes. */
  readonly count: Int32Array;
  /** Below: by row, dimension and class, see `at`. Positions visited, at least 1. */
  readonly positions: Float64Array;
  /** Extent of the last block; all others have the row's full extent. */
  readonly last: Float64Array;
  /** Elements of the dimension that fall to the instance: all blocks together. */
  readonly owned: Float64Array;
  /** Instances of the class along this dimension. */
  readonly instances: Float64Array;
  /** Runs of children: how many runs, then by run the class and how many children. */
  readonly runs: Int32Array;
  readonly runClass: Int32Array;
  readonly runCount: Float64Array;
  /** 1 for dimensions that divide: every row has one class, every class one run. */
  readonly divides = new Int32Array(DIMS);

  constructor(levelCount: number) {
    this.slots = 2 * levelCount + 3;
    const rows = (levelCount + 1) * DIMS;
    this.count = new Int32Array(rows);
    this.positions = new Float64Array(rows * this.slots);
    this.last = new Float64Array(rows * this.slots);
    this.owned = new Float64Array(rows * this.slots);
    this.instances = new Float64Array(rows * this.slots);
    this.runs = new Int32Array(rows * this.slots);
    this.runClass = new Int32Array(rows * this.slots * RUNS);
    this.runCount = new Float64Array(rows * this.slots * RUNS);
  }

  /** Index of the first class of a row and dimension; class k follows at + k. */
  at(row: number, dim: number): number {
    return (row * DIMS + dim) * this.slots;
  }

  /** Index of the first run of a class. */
  runAt(index: number): number {
    return index * RUNS;
  }

  /** Work out the classes of every level of a loaded nest. */
  build(nest: LoopNest): void {
    const { levelCount, dims } = nest;
    this.count.fill(0);
    for (let d = 0; d < DIMS; d++) {
      // One instance of the outermost level walks from the start of the dimension to its end.
      const size = dims[d] as number;
      this.divides[d] = nest.extents[(levelCount - 1) * DIMS + d] === size ? 1 : 0;
      if (this.divides[d] === 1) {
        this.#addEqual(nest, d);
        continue;
      }
      this.#add(levelCount, d, 1, size, size, 1);
      for (let row = levelCount; row > 0; row--) {
        const first = this.at(row, d);
        const classes = this.count[row * DIMS + d] as number;
        for (let index = first; index < first + classes; index++) this.#split(nest, row, d, index);
      }
    }
  }

  /** The one class of every row, along a dimension that divides. */
  #addEqual(nest: LoopNest, d: number): void {
    let positions = 1;
    let instances = 1;
    for (let row = nest.levelCount; row >= 0; row--) {
      const index = this.at(row, d);
      const extent = nest.innerExtent(row, d);
      this.count[row * DIMS + d] = 1;
      this.positions[index] = positions;
      this.last[index] = extent;
      this.owned[index] = positions * extent;
      this.instances[index] = instances;
      if (row === 0) break;
      const inside = (row - 1) * DIMS + d;
      const siblings = nest.spatial[inside] as number;
      this.runs[index] = 1;
      this.runClass[this.runAt(index)] = 0;
      this.runCount[this.runAt(index)] = siblings;
      positions *= (nest.extents[inside] as number) / (nest.blocks[inside] as number);
      instances *= siblings;
    }
  }

  /** Children of one class: those of `nest` level `row − 1` along `d`. */
  #split(nest: LoopNest, row: number, d: number, index: number): void {
    const level = row - 1;
    const inner = nest.innerExtent(level, d);
    const siblings = nest.spatial[level * DIMS + d] as number;
    const block = nest.blocks[level * DIMS + d] as number; // all siblings together
    const extent = nest.extents[level * DIMS + d] as number;
    const trips = extent / block; // of the level's temporal loop
    const before = ((this.positions[index] as number) - 1) * trips; // in the parent's full blocks
    const last = this.last[index] as number;
    const whole = Math.floor(last / block);
    const rest = last - whole * block;
    const full = Math.floor(rest / inner); // children with one more full block
    const partial = rest - full * inner;
    this.runs[index] = 0;
    this.#addRun(index, row - 1, d, full, before + whole + 1, inner, inner);
    if (partial > 0) this.#addRun(index, row - 1, d, 1, before + whole + 1, partial, inner);
    const others = siblings - full - (partial > 0 ? 1 : 0);
    if (before + whole > 0) this.#addRun(index, row - 1, d, others, before + whole, inner, inner);
  }

  #addRun(
    parent: number,
    row: number,
    d: number,
    children: number,
    positions: number,
    last: number,
    full: number,
  ): void {
    if (children === 0) return;
    const run = this.runAt(parent) + (this.runs[parent] as number);
    this.runs[parent] = (this.runs[parent] as number) + 1;
    const instances = children * (this.instances[parent] as number);
    const owned = (positions - 1) * full + last;
    this.runCount[run] = children;
    this.runClass[run] = this.#add(row, d, positions, last, owned, instances);
  }

  /** Find or add a class. @returns its number in the row */
  #add(
    row: number,
    d: number,
    positions: number,
    last: number,
    owned: number,
    instances: number,
  ): number {
    const first = this.at(row, d);
    const classes = this.count[row * DIMS + d] as number;
    for (let k = 0; k < classes; k++)
      if (this.positions[first + k] === positions && this.last[first + k] === last) {
        this.instances[first + k] = (this.instances[first + k] as number) + instances;
        return k;
      }
    if (classes === this.slots) throw new Error('internal: more classes of instances than can be');
    this.count[row * DIMS + d] = classes + 1;
    this.positions[first + classes] = positions;
    this.last[first + classes] = last;
    this.owned[first + classes] = owned;
    this.instances[first + classes] = instances;
    return classes;
  }
}
