/**
 * @file Words entering tiles of Inputs where loops end early, summed over classes of instances.
 *
 * Closed form, as in `counts.ts`: all positions pay their tile, less the overlap where a step slides
 * the window. It holds for classes in which every run of the innermost moving loop has at least two
 * positions; for those that halt it, and where loops along one axis might turn the window back onto
 * itself, `tile-walk.ts` walks class by class.
 */
import { setAll } from './class-sums.ts';
import type { AxisSlide, ClassSums, Four } from './class-sums.ts';
import { C, DIMS, G, K, N, P, Q, R, S } from './dims.ts';
import type { InstanceClasses } from './instance-classes.ts';
import type { LoopNest } from './loop-nest.ts';
import { AXES, SETS } from './shares.ts';
import type { Shares } from './shares.ts';
import { TileWalk } from './tile-walk.ts';

const ALL_CLASSES = -1;
/** The other dimension along the same axis, by dimension. */
const PARTNERS = new Int32Array(DIMS).fill(-1);
PARTNERS[P] = R;
PARTNERS[R] = P;
PARTNERS[Q] = S;
PARTNERS[S] = Q;

export class WindowCounter {
  readonly #classes: InstanceClasses;
  readonly #shares: Shares;
  readonly #sums: ClassSums;
  readonly #tileWalk: TileWalk;
  readonly #part = new Float64Array(SETS);
  readonly #spans = new Float64Array(DIMS);
  readonly #chosen = new Int32Array(DIMS);
  /** Classes, as a bit mask, along the innermost moving dimension that halt it. */
  #halting = 0;
  /** Sliding loops: positions inside, positions with it, iterations of K inside. */
  #slideCount = 0;
  readonly #slideFrom: Float64Array;
  readonly #slideTo: Float64Array;
  readonly #slideChannels: Float64Array;
  readonly #slide: AxisSlide = {
    byTaps: false,
    from: 1,
    to: 1,
    without: 0,
    base: 0,
    unitOther: 1,
    fullOther: 1,
  };

  constructor(levelCount: number, classes: InstanceClasses, shares: Shares, sums: ClassSums) {
    this.#classes = classes;
    this.#shares = shares;
    this.#sums = sums;
    this.#tileWalk = new TileWalk(levelCount);
    this.#slideFrom = new Float64Array(levelCount);
    this.#slideTo = new Float64Array(levelCount);
    this.#slideChannels = new Float64Array(levelCount);
  }

  /** Words entering the tiles of a row into `words`; its shares must have been weighed. */
  count(nest: LoopNest, row: number, words: Four): void {
    let first = nest.loopStart[row] as number;
    let channels = 1; // iterations of K inside
    while (first < nest.loopCount && nest.loopDim[first] === K) {
      channels *= nest.loopFactor[first] as number;
      first++;
    }
    const dim = first < nest.loopCount ? (nest.loopDim[first] as number) : N;
    this.#markHalting(nest, row, first, dim);
    if (!this.#findSlides(nest, row, first, dim, channels)) {
      this.#halting = ALL_CLASSES;
      setAll(words, 0);
      this.#walkClasses(nest, row, dim, 0, words);
      return;
    }
    this.#sumTiles(nest, row, dim, channels, words);
    for (let slide = 0; slide < this.#slideCount; slide++) {
      this.#sumSlides(nest, row, first, slide);
      for (let set = 0; set < SETS; set++)
        words[set] = (words[set] as number) - (this.#part[set] as number);
    }
    if (this.#halting !== 0) this.#walkClasses(nest, row, dim, 0, words);
  }

  /** All tiles in full. */
  #sumTiles(nest: LoopNest, row: number, dim: number, channels: number, words: Four): void {
    setAll(words, 1);
    for (let axis = 0; axis < AXES.length; axis++) this.#timesExtents(nest, row, axis, dim, words);
    this.#timesPlane(row, dim, channels, words);
  }

  /** Into #part: the overlaps of all steps of one sliding loop. */
  #sumSlides(nest: LoopNest, row: number, first: number, index: number): void {
    const part = setAll(this.#part, 1);
    const dim = nest.loopDim[first] as number;
    const other = PARTNERS[dim] as number;
    const axis = dim === P || dim === R ? 0 : 1;
    const unit = nest.coefficients[dim] as number;
    const unitOther = nest.coefficients[other] as number;
    const slide = this.#slide;
    slide.byTaps = dim === R || dim === S;
    slide.from = this.#slideFrom[index] as number;
    slide.to = this.#slideTo[index] as number;
    slide.without = this.#halting;
    slide.base =
      (nest.innerExtent(row, dim) - 1) * unit - unitOther + 1 - this.#stepOf(nest, first);
    slide.unitOther = unitOther;
    slide.fullOther = nest.innerExtent(row, other);
    this.#sums.timesOverlaps(part, row, axis, slide);
    this.#timesExtents(nest, row, 1 - axis, dim, part);
    this.#timesPlane(row, dim, this.#slideChannels[index] as number, part);
  }

  /** By tiles' extents along an axis, without the classes that halt along `dim`. */
  #timesExtents(nest: LoopNest, row: number, axis: number, dim: number, into: Four): void {
    const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
    this.#sums.timesExtents(
      into,
      row,
      axis,
      nest.coefficients[outputs] as number,
      nest.coefficients[taps] as number,
      dim === outputs ? this.#halting : 0,
      dim === taps ? this.#halting : 0,
    );
  }

  /** By batch, channels and groups of all tiles, and by the iterations of K outside `channels`. */
  #timesPlane(row: number, dim: number, channels: number, into: Four): void {
    const { owned } = this.#classes;
    const halting = this.#halting;
    this.#sums.times(into, row, N, owned, dim === N ? halting : 0);
    this.#sums.times(into, row, C, owned, dim === C ? halting : 0);
    this.#sums.times(into, row, G, owned, dim === G ? halting : 0);
    this.#sums.timesOutside(into, row, K, channels);
  }

  /**
   * Mark the classes along the innermost moving dimension that halt it: a run of its loop that has
   * one position only, after which the window is moved by some loop further out.
   */
  #markHalting(nest: LoopNest, row: number, first: number, dim: number): void {
    this.#halting = 0;
    if (first === nest.loopCount) return;
    const run = nest.loopFactor[first] as number;
    const at = this.#classes.at(row, dim);
    for (let k = 0; k < (this.#classes.count[row * DIMS + dim] as number); k++)
      if (((this.#classes.positions[at + k] as number) - 1) % run === 0) this.#halting |= 1 << k;
  }

  /**
   * Find the loops whose steps slide the window: the innermost that moves it, and those of the same
   * dimension that carry on with the same step.
   *
   * @param inside iterations of K inside the first loop
   * @returns false where loops along the same axis might turn the window back onto itself
   */
  #findSlides(nest: LoopNest, row: number, first: number, dim: number, inside: number): boolean {
    this.#slideCount = 0;
    if (first === nest.loopCount || dim === N || dim === C || dim === G) return true;
    const spans = this.#spans.fill(1);
    const partner = PARTNERS[dim] as number;
    const step = this.#stepOf(nest, first);
    let run = nest.loopFactor[first] as number;
    let channels = inside;
    this.#addSlide(1, run, channels);
    let back = (run - 1) * step; // the furthest that the loops inside have moved the window
    let carries = true;
    let alone = true; // nothing else has moved it
    for (let j = first + 1; j < nest.loopCount; j++) {
      const d = nest.loopDim[j] as number;
      const factor = nest.loopFactor[j] as number;
      if (d === K) channels *= factor;
      else if (d === dim || d === partner) {
        const move = this.#stepOf(nest, j);
        carries &&= d === partner || move === step * run;
        if (d === dim && carries && alone) {
          this.#addSlide(run, run * factor, channels);
          run *= factor;
        } else if (d === partner || !alone) {
          // lands between move − back and move − step: never at 0 or at `step`?
          if (move - back <= step && move - step >= 0) return false;
          alone = false;
        }
        back += (factor - 1) * move;
      } else {
        spans[d] = (spans[d] as number) * factor;
        if (this.#alwaysMoves(row, d, spans[d] as number)) break; // every step outside leaves the axis
        alone = false;
      }
    }
    return true;
  }

  #addSlide(from: number, to: number, channels: number): void {
    this.#slideFrom[this.#slideCount] = from;
    this.#slideTo[this.#slideCount] = to;
    this.#slideChannels[this.#slideCount] = channels;
    this.#slideCount++;
  }

  #stepOf(nest: LoopNest, loop: number): number {
    const dim = nest.loopDim[loop] as number;
    return (nest.loopStride[loop] as number) * (nest.coefficients[dim] as number);
  }

  /** True if the run of `span` positions that each class ends with has more than one. */
  #alwaysMoves(row: number, d: number, span: number): boolean {
    const at = this.#classes.at(row, d);
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++)
      if (((this.#classes.positions[at + k] as number) - 1) % span === 0) return false;
    return true;
  }

  /**
   * Add what enters, class by class, for the classes that halt along `dim`.
   *
   * @param d the dimensions before it have their class chosen
   */
  #walkClasses(nest: LoopNest, row: number, dim: number, d: number, words: Four): void {
    if (d === DIMS) {
      this.#walkChosen(nest, row, words);
      return;
    }
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++) {
      if (d === dim && ((this.#halting >> k) & 1) === 0) continue;
      this.#chosen[d] = k;
      this.#walkClasses(nest, row, dim, d + 1, words);
    }
  }

  #walkChosen(nest: LoopNest, row: number, words: Four): void {
    let walked = -1;
    for (let set = 0; set < SETS; set++) {
      const weight = this.#chosenWeight(set);
      if (weight === 0) continue;
      if (walked < 0) walked = this.#tileWalk.words(nest, this.#classes, row, this.#chosen);
      words[set] = (words[set] as number) + weight * walked;
    }
  }

  #chosenWeight(set: number): number {
    const chosen = this.#chosen;
    const { weights, pairs } = this.#shares;
    let weight = 1;
    for (let d = 0; d < DIMS; d++)
      if (PARTNERS[d] === -1)
        weight *= weights[this.#shares.at(d) + (chosen[d] as number) * SETS + set] as number;
    for (let axis = 0; axis < AXES.length; axis++) {
      const [outputs, taps] = AXES[axis] as (typeof AXES)[number];
      const pair = this.#shares.pairAt(axis, chosen[outputs] as number, chosen[taps] as number);
      weight *= pairs[pair + set] as number;
    }
    return weight;
  }
}
