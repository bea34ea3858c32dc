/**
 * @file Sums over classes of instances, for all four sets of shares at once.
 *
 * Each method multiplies four running products by the weighted sum of something over the classes of
 * one row, along one dimension or one axis of Inputs.
 */
import { DIMS } from './dims.ts';
import type { InstanceClasses } from './instance-classes.ts';
import { AXES, SETS } from './shares.ts';
import type { Shares } from './shares.ts';

/** One number for each set of shares. */
export type Four = Float64Array;

/** Set all four; a loop of its own, as `fill` takes longer than so few numbers are worth. */
export function setAll(four: Four, value: number): Four {
  four[0] = four[1] = four[2] = four[3] = value;
  return four;
}

export class ClassSums {
  readonly #classes: InstanceClasses;
  readonly #shares: Shares;
  readonly #sums: Four = new Float64Array(SETS);

  constructor(classes: InstanceClasses, shares: Shares) {
    this.#classes = classes;
    this.#shares = shares;
  }

  /** By the values of all classes but those of the bit mask `without`. */
  times(into: Four, row: number, d: number, values: Float64Array, without = 0): void {
    const first = this.#classes.at(row, d);
    const weight = this.#shares.at(d);
    const count = this.#classes.count[row * DIMS + d] as number;
    if (count === 1 && without === 0) {
      this.#multiplyBy(into, weight, values[first] as number);
      return;
    }
    setAll(this.#sums, 0);
    for (let k = 0; k < count; k++)
      if (((without >> k) & 1) === 0) this.#add(weight + k * SETS, values[first + k] as number);
    this.#multiply(into);
  }

  /** By the positions that the loops outside a run of `span` positions visit. */
  timesOutside(into: Four, row: number, d: number, span: number): void {
    const first = this.#classes.at(row, d);
    const weight = this.#shares.at(d);
    const { positions } = this.#classes;
    const count = this.#classes.count[row * DIMS + d] as number;
    if (count === 1) {
      this.#multiplyBy(into, weight, Math.ceil((positions[first] as number) / span));
      return;
    }
    setAll(this.#sums, 0);
    for (let k = 0; k < count; k++)
      this.#add(weight + k * SETS, Math.ceil((positions[first + k] as number) / span));
    this.#multiply(into);
  }

  /** By the steps of the loop that goes from runs of `from` positions to runs of `to`. */
  timesSteps(into: Four, row: number, d: number, from: number, to: number): void {
    const first = this.#classes.at(row, d);
    const weight = this.#shares.at(d);
    const { positions } = this.#classes;
    setAll(this.#sums, 0);
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++) {
      const visits = positions[first + k] as number;
      this.#add(weight + k * SETS, Math.ceil(visits / from) - Math.ceil(visits / to));
    }
    this.#multiply(into);
  }

  /** By the last extents of the classes whose last run of `span` positions has only one. */
  timesSingle(into: Four, row: number, d: number, span: number): void {
    const first = this.#classes.at(row, d);
    const weight = this.#shares.at(d);
    const { positions, last } = this.#classes;
    setAll(this.#sums, 0);
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++)
      if (((positions[first + k] as number) - 1) % span === 0)
        this.#add(weight + k * SETS, last[first + k] as number);
    this.#multiply(into);
  }

  /** By the pairs of positions along an axis. */
  timesVisits(into: Four, row: number, axis: number): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const { positions, count } = this.#classes;
    const firstA = this.#classes.at(row, outputs);
    const firstB = this.#classes.at(row, taps);
    setAll(this.#sums, 0);
    for (let a = 0; a < (count[row * DIMS + outputs] as number); a++)
      for (let b = 0; b < (count[row * DIMS + taps] as number); b++)
        this.#addPair(
          this.#shares.pairAt(axis, a, b),
          (positions[firstA + a] as number) * (positions[firstB + b] as number),
        );
    this.#multiply(into);
  }

  /**
   * By the extents along an axis of all tiles, without classes of a bit mask.
   *
   * @param unitA words that one output moves the window, `unitB` that one tap does
   */
  timesExtents(
    into: Four,
    row: number,
    axis: number,
    unitA: number,
    unitB: number,
    withoutA: number,
    withoutB: number,
  ): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const { positions, owned, count } = this.#classes;
    const firstA = this.#classes.at(row, outputs);
    const firstB = this.#classes.at(row, taps);
    setAll(this.#sums, 0);
    for (let a = 0; a < (count[row * DIMS + outputs] as number); a++) {
      if (((withoutA >> a) & 1) === 1) continue;
      const visitsA = positions[firstA + a] as number;
      const ownedA = owned[firstA + a] as number;
      for (let b = 0; b < (count[row * DIMS + taps] as number); b++) {
        if (((withoutB >> b) & 1) === 1) continue;
        const visitsB = positions[firstB + b] as number;
        const extents =
          unitA * ownedA * visitsB +
          unitB * visitsA * (owned[firstB + b] as number) +
          (1 - unitA - unitB) * visitsA * visitsB;
        this.#addPair(this.#shares.pairAt(axis, a, b), extents);
      }
    }
    this.#multiply(into);
  }

  /** By the overlaps along an axis at all steps of a sliding loop. */
  timesOverlaps(into: Four, row: number, axis: number, slide: AxisSlide): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    const { positions, last, count } = this.#classes;
    const { byTaps, from, to, without, base, unitOther, fullOther } = slide;
    const firstA = this.#classes.at(row, outputs);
    const firstB = this.#classes.at(row, taps);
    const overlapFull = Math.max(0, base + fullOther * unitOther);
    setAll(this.#sums, 0);
    for (let a = 0; a < (count[row * DIMS + outputs] as number); a++)
      for (let b = 0; b < (count[row * DIMS + taps] as number); b++) {
        if (((without >> (byTaps ? b : a)) & 1) === 1) continue;
        const moving = byTaps ? firstB + b : firstA + a;
        const other = byTaps ? firstA + a : firstB + b;
        const visits = positions[moving] as number;
        const slides = Math.ceil(visits / from) - Math.ceil(visits / to);
        const overlaps =
          ((positions[other] as number) - 1) * overlapFull +
          Math.max(0, base + (last[other] as number) * unitOther);
        this.#addPair(this.#shares.pairAt(axis, a, b), slides * overlaps);
      }
    this.#multiply(into);
  }

  #add(weight: number, value: number): void {
    const sums = this.#sums;
    const { weights } = this.#shares;
    sums[0] = (sums[0] as number) + (weights[weight] as number) * value;
    sums[1] = (sums[1] as number) + (weights[weight + 1] as number) * value;
    sums[2] = (sums[2] as number) + (weights[weight + 2] as number) * value;
    sums[3] = (sums[3] as number) + (weights[weight + 3] as number) * value;
  }

  #addPair(weight: number, value: number): void {
    const sums = this.#sums;
    const { pairs } = this.#shares;
    sums[0] = (sums[0] as number) + (pairs[weight] as number) * value;
    sums[1] = (sums[1] as number) + (pairs[weight + 1] as number) * value;
    sums[2] = (sums[2] as number) + (pairs[weight + 2] as number) * value;
    sums[3] = (sums[3] as number) + (pairs[weight + 3] as number) * value;
  }

  /** By what one class alone makes. */
  #multiplyBy(into: Four, weight: number, value: number): void {
    const { weights } = this.#shares;
    into[0] = (into[0] as number) * (weights[weight] as number) * value;
    into[1] = (into[1] as number) * (weights[weight + 1] as number) * value;
    into[2] = (into[2] as number) * (weights[weight + 2] as number) * value;
    into[3] = (into[3] as number) * (weights[weight + 3] as number) * value;
  }

  #multiply(into: Four): void {
    const sums = this.#sums;
    into[0] = (into[0] as number) * (sums[0] as number);
    into[1] = (into[1] as number) * (sums[1] as number);
    into[2] = (into[2] as number) * (sums[2] as number);
    into[3] = (into[3] as number) * (sums[3] as number);
  }
}

/** A loop whose steps slide the window along an axis. */
export interface AxisSlide {
  /** Whether taps move the window, or outputs. */
  byTaps: boolean;
  /** Positions of the moving dimension in a run inside the loop, and in a run of the loop. */
  from: number;
  to: number;
  /** Bit mask of classes of the moving dimension to leave out. */
  without: number;
  /** The overlap is `base + unitOther · (extent of the other dimension)`. */
  base: number;
  unitOther: number;
  fullOther: number;
}
