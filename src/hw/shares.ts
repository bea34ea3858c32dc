/**
 * @file How often the words of each class of instances move: once an instance when counted where
 * they arrive, once a set of siblings at one offset when counted where they are read.
 *
 * A share is a weight by class: along each dimension by itself, but along width and height of Inputs
 * by pairs of classes (outputs, taps), because two spatial loops there meet at equal offsets. Of the
 * siblings at one offset the parent reads for the one with most outputs, then most taps.
 */
import { DIMS, distinctOffsets, greatestDivisor, INPUTS, isRelevant, P, Q, R, S } from './dims.ts';
import type { InstanceClasses } from './instance-classes.ts';
import type { LoopNest } from './loop-nest.ts';

/** What is weighed: arrivals at all instances, at the busiest; reads of all parents, of the busiest. */
export const [FILLS, BUSY_FILLS, READS, BUSY_READS] = [0, 1, 2, 3] as const;
/** The four weights of a class stand next to each other. */
export const SETS = 4;
/** Axes of Inputs: outputs and taps that move along them. */
export const AXES = [
  [P, R],
  [Q, S],
] as const;

const RUNS = 3;

export class Shares {
  readonly slots: number;
  /** By dimension and class, see `at`. */
  readonly weights: Float64Array;
  /** By axis, class of outputs and class of taps; for Inputs in place of the dimensions' own. */
  readonly pairs: Float64Array;
  readonly #next: Float64Array;
  readonly #meeting = new Float64Array(RUNS * RUNS);

  constructor(slots: number) {
    this.slots = slots;
    this.weights = new Float64Array(SETS * DIMS * slots);
    this.pairs = new Float64Array(SETS * AXES.length * slots * slots);
    this.#next = new Float64Array(SETS * slots * slots);
  }

  /** Index of the first weight of class 0 along a dimension. */
  at(dim: number): number {
    return dim * this.slots * SETS;
  }

  /** Index of the first weight of the pair of classes `outputs` and `taps` along an axis. */
  pairAt(axis: number, outputs: number, taps: number): number {
    return ((axis * this.slots + outputs) * this.slots + taps) * SETS;
  }

  /** Weigh the words of row `child` as its own and as level `parent` reads them. */
  weigh(
    nest: LoopNest,
    classes: InstanceClasses,
    child: number,
    parent: number,
    dataspace: number,
  ): void {
    const inputs = dataspace === INPUTS;
    for (let d = 0; d < DIMS; d++) {
      if (inputs && (d === P || d === Q || d === R || d === S)) continue;
      if (nest.dims[d] === 1) {
        this.#weighOne(d);
        continue;
      }
      const all = isRelevant(dataspace, d);
      if (classes.divides[d] === 1) this.#weighEqual(classes, child, parent + 1, d, all);
      else this.#weighClasses(classes, child, parent + 1, d, all);
    }
    if (!inputs) return;
    for (let axis = 0; axis < AXES.length; axis++) {
      const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
      this.#pairUp(classes, child, axis, FILLS);
      this.#pairUp(classes, parent + 1, axis, READS);
      const divides = classes.divides[outputs] === 1 && classes.divides[taps] === 1;
      for (let row = parent + 1; row > child; row--)
        if (divides) this.#descendEqual(nest, row, axis);
        else this.#descendPairs(nest, classes, row, axis);
    }
  }

  /** Along a dimension of size 1 there is one instance of everything. */
  #weighOne(d: number): void {
    const at = this.at(d);
    for (let set = 0; set < SETS; set++) this.weights[at + set] = 1;
  }

  /** Along a dimension that divides all instances do the same. */
  #weighEqual(
    classes: InstanceClasses,
    child: number,
    parentRow: number,
    d: number,
    all: boolean,
  ): void {
    const { weights } = this;
    const at = this.at(d);
    const instances = classes.instances[classes.at(child, d)] as number;
    const parents = classes.instances[classes.at(parentRow, d)] as number;
    weights[at + FILLS] = instances;
    weights[at + BUSY_FILLS] = 1;
    weights[at + READS] = all ? instances : parents;
    weights[at + BUSY_READS] = all ? instances / parents : 1;
  }

  #weighClasses(
    classes: InstanceClasses,
    child: number,
    parentRow: number,
    d: number,
    all: boolean,
  ): void {
    const { weights } = this;
    const at = this.at(d);
    const parents = classes.at(parentRow, d);
    for (let k = 0; k < (classes.count[parentRow * DIMS + d] as number); k++) {
      weights[at + k * SETS + READS] = classes.instances[parents + k] as number;
      weights[at + k * SETS + BUSY_READS] = k === 0 ? 1 : 0;
    }
    for (let row = parentRow; row > child; row--) this.#descend(classes, row, d, all);
    const children = classes.at(child, d);
    for (let k = 0; k < (classes.count[child * DIMS + d] as number); k++) {
      weights[at + k * SETS + FILLS] = classes.instances[children + k] as number;
      weights[at + k * SETS + BUSY_FILLS] = k === 0 ? 1 : 0;
    }
  }

  /** Reads from the classes of a row to those of its children: all of them, or the first for all. */
  #descend(classes: InstanceClasses, row: number, d: number, all: boolean): void {
    const { weights } = this;
    const next = this.#next;
    const at = this.at(d);
    const from = classes.at(row, d);
    const { runs, runClass, runCount } = classes;
    const children = classes.count[(row - 1) * DIMS + d] as number;
    for (let k = 0; k < children; k++) next[k * SETS + READS] = next[k * SETS + BUSY_READS] = 0;
    for (let k = 0; k < (classes.count[row * DIMS + d] as number); k++) {
      const reads = weights[at + k * SETS + READS] as number;
      const busyReads = weights[at + k * SETS + BUSY_READS] as number;
      const run = classes.runAt(from + k);
      const end = run + (all ? (runs[from + k] as number) : 1);
      for (let i = run; i < end; i++) {
        const to = (runClass[i] as number) * SETS;
        const count = all ? (runCount[i] as number) : 1;
        next[to + READS] = (next[to + READS] as number) + reads * count;
        next[to + BUSY_READS] = (next[to + BUSY_READS] as number) + busyReads * count;
      }
    }
    for (let k = 0; k < children; k++) {
      weights[at + k * SETS + READS] = next[k * SETS + READS] as number;
      weights[at + k * SETS + BUSY_READS] = next[k * SETS + BUSY_READS] as number;
    }
  }

  /** All instances of a row by pairs of classes into set `set`, the busiest into the next set. */
  #pairUp(classes: InstanceClasses, row: number, axis: number, set: number): void {
    const { pairs } = this;
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const a = classes.at(row, outputs);
    const b = classes.at(row, taps);
    const countA = classes.count[row * DIMS + outputs] as number;
    const countB = classes.count[row * DIMS + taps] as number;
    for (let i = 0; i < countA; i++)
      for (let j = 0; j < countB; j++) {
        const at = this.pairAt(axis, i, j) + set;
        pairs[at] = (classes.instances[a + i] as number) * (classes.instances[b + j] as number);
        pairs[at + 1] = i === 0 && j === 0 ? 1 : 0;
      }
  }

  /** Reads of the one pair of classes where both dimensions divide. */
  #descendEqual(nest: LoopNest, row: number, axis: number): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const a = nest.spatial[(row - 1) * DIMS + outputs] as number;
    const b = nest.spatial[(row - 1) * DIMS + taps] as number;
    if (a === 1 && b === 1) return;
    const stepA = nest.innerExtent(row - 1, outputs) * (nest.coefficients[outputs] as number);
    const stepB = nest.innerExtent(row - 1, taps) * (nest.coefficients[taps] as number);
    const offsets = distinctOffsets(a, stepA, b, stepB);
    const { pairs } = this;
    const at = this.pairAt(axis, 0, 0);
    pairs[at + READS] = (pairs[at + READS] as number) * offsets;
    pairs[at + BUSY_READS] = (pairs[at + BUSY_READS] as number) * offsets;
  }

  #descendPairs(nest: LoopNest, classes: InstanceClasses, row: number, axis: number): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const { slots, pairs } = this;
    const { count, runs, runClass } = classes;
    const next = this.#next;
    const meeting = this.#meeting;
    const outputsAt = classes.at(row, outputs);
    const tapsAt = classes.at(row, taps);
    const childrenA = count[(row - 1) * DIMS + outputs] as number;
    const childrenB = count[(row - 1) * DIMS + taps] as number;
    for (let i = 0; i < childrenA; i++)
      for (let j = 0; j < childrenB; j++) {
        const to = (i * slots + j) * SETS;
        next[to + READS] = next[to + BUSY_READS] = 0;
      }
    for (let a = 0; a < (count[row * DIMS + outputs] as number); a++)
      for (let b = 0; b < (count[row * DIMS + taps] as number); b++) {
        const at = this.pairAt(axis, a, b);
        const reads = pairs[at + READS] as number;
        if (reads === 0) continue;
        const busyReads = pairs[at + BUSY_READS] as number;
        this.#countMeeting(nest, classes, row, axis, outputsAt + a, tapsAt + b);
        const runA = classes.runAt(outputsAt + a);
        const runB = classes.runAt(tapsAt + b);
        for (let i = 0; i < (runs[outputsAt + a] as number); i++)
          for (let j = 0; j < (runs[tapsAt + b] as number); j++) {
            const to =
              ((runClass[runA + i] as number) * slots + (runClass[runB + j] as number)) * SETS;
            const offsets = meeting[i * RUNS + j] as number;
            next[to + READS] = (next[to + READS] as number) + reads * offsets;
            next[to + BUSY_READS] = (next[to + BUSY_READS] as number) + busyReads * offsets;
          }
      }
    for (let i = 0; i < childrenA; i++)
      for (let j = 0; j < childrenB; j++) {
        const at = this.pairAt(axis, i, j);
        const from = (i * slots + j) * SETS;
        pairs[at + READS] = next[from + READS] as number;
        pairs[at + BUSY_READS] = next[from + BUSY_READS] as number;
      }
  }

  /** Into #meeting: by run of outputs and of taps, the offsets that a child of them reads for. */
  #countMeeting(
    nest: LoopNest,
    classes: InstanceClasses,
    row: number,
    axis: number,
    outputs: number,
    taps: number,
  ): void {
    const [p, r] = AXES[axis] as (typeof AXES)[number];
    const stepA = nest.innerExtent(row - 1, p) * (nest.coefficients[p] as number);
    const stepB = nest.innerExtent(row - 1, r) * (nest.coefficients[r] as number);
    const runsA = classes.runs[outputs] as number;
    const runsB = classes.runs[taps] as number;
    const runA = classes.runAt(outputs);
    const runB = classes.runAt(taps);
    const { runCount } = classes;
    const meeting = this.#meeting;
    if (runsA > 1 && runsB > 1) {
      this.#enumerateMeeting(classes, outputs, taps, stepA, stepB);
      return;
    }
    // runs come in order, so what the first runs cover is again one grid
    let a = 0;
    let known = 0;
    for (let i = 0; i < runsA; i++) {
      a += runCount[runA + i] as number;
      let b = 0;
      for (let j = 0; j < runsB; j++) {
        b += runCount[runB + j] as number;
        const covered = distinctOffsets(a, stepA, b, stepB);
        meeting[i * RUNS + j] = covered - known;
        known = covered;
      }
    }
  }

  /**
   * Where both have several runs: siblings at one offset stand on a line through the grid. The first
   * on it has the most outputs; of those in its run the one furthest along the line has most taps.
   */
  #enumerateMeeting(
    classes: InstanceClasses,
    outputs: number,
    taps: number,
    stepA: number,
    stepB: number,
  ): void {
    const { runCount, runs } = classes;
    const runA = classes.runAt(outputs);
    const runB = classes.runAt(taps);
    const divisor = greatestDivisor(stepA, stepB);
    const alongA = stepB / divisor;
    const alongB = stepA / divisor;
    let countB = 0;
    for (let j = 0; j < (runs[taps] as number); j++) countB += runCount[runB + j] as number;
    const meeting = this.#meeting.fill(0);
    let endA = 0;
    for (let i = 0, a = 0; i < (runs[outputs] as number); i++) {
      endA += runCount[runA + i] as number;
      for (; a < endA; a++)
        for (let b = a >= alongA ? Math.max(0, countB - alongB) : 0; b < countB; b++) {
          const further = Math.min(Math.floor((endA - 1 - a) / alongA), Math.floor(b / alongB));
          let j = 0;
          let endB = runCount[runB] as number;
          while (b - further * alongB >= endB) endB += runCount[runB + ++j] as number;
          const pair = i * RUNS + j;
          meeting[pair] = (meeting[pair] as number) + 1;
        }
    }
  }
}
