/**
 * @file One instance's tile of Inputs over the whole nest, where loops end early: the words that
 * enter it.
 *
 * The instance visits, in each dimension, a prefix of the positions that the temporal loops outside
 * its tile span; all its tiles are full but the last of each dimension. The walk is not stepped
 * through: a run of equal iterations of a loop is counted once. What a run costs depends on the one
 * translation remembered when it starts, and only on whether that agrees with the run's first
 * translation, so every run has two summaries.
 *
 * @source rules 2 and 3 of docs/cost-model.md; checked step by step in loop-walk.test.ts
 */
import { C, DIMS, G, K, N, P, Q, R, S } from './dims.ts';
import type { InstanceClasses } from './instance-classes.ts';
import type { LoopNest } from './loop-nest.ts';

/** Nothing remembered; translations have numbers from 0. */
const NONE = -1;
/** What a run may start with: something that agrees with its first translation, or not. */
const AGREES = -2;
const DISAGREES = -3;

/**
 * A summary of a run is eight numbers: its first translation that is not zero; words brought and
 * translation remembered at the end if the one before agrees with the first, and if it does not; and
 * how far its last position is from its first, along width, height and all other axes.
 */
const [FIRST, WORDS, MEMORY, OTHER_WORDS, OTHER_MEMORY, MOVED_W, MOVED_H, MOVED_OTHER] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
const SUMMARY = 8;
/** The run without steps is the first summary. */
const EMPTY = 0;

/** Walks tiles of Inputs; made once, as it keeps its memory. */
export class TileWalk {
  #coefficients: Float64Array = new Float64Array(DIMS);
  // Temporal loops outside the tile, innermost first: dimension, positions that an iteration spans,
  // translation of a step.
  #loopCount = 0;
  readonly #dim: Int32Array;
  readonly #span: Float64Array;
  readonly #moveW: Float64Array;
  readonly #moveH: Float64Array;
  readonly #moveOther: Float64Array;
  /** Extents of full and of last tiles. */
  readonly #full = new Float64Array(DIMS);
  readonly #last = new Float64Array(DIMS);
  /** Positions of each dimension in the run being counted, and whether they end with its last. */
  readonly #positions = new Float64Array(DIMS);
  readonly #ends = new Uint8Array(DIMS);
  /** Translations seen, three numbers each. */
  #translations = new Float64Array(3 * 64);
  #translationEnd = 0;
  #summaries = new Float64Array(SUMMARY * 64);
  #summaryEnd = 0;
  /** Summaries by number of loops and dimensions that reach their end. */
  readonly #known = new Map<number, number>();
  readonly #before = new Float64Array(DIMS);
  readonly #after = new Float64Array(DIMS);
  // where a run stands: words so far, and the translation remembered
  #words = 0;
  #memory = NONE;
  // a step: words of the tile moved into, and of it those that the tile before did not hold
  #whole = 0;
  #slid = 0;

  constructor(levelCount: number) {
    const loops = levelCount * DIMS;
    this.#dim = new Int32Array(loops);
    this.#span = new Float64Array(loops);
    this.#moveW = new Float64Array(loops);
    this.#moveH = new Float64Array(loops);
    this.#moveOther = new Float64Array(loops);
  }

  /**
   * Words that enter the tile: the whole tile first, then what each step brings.
   *
   * @param row of the instance's classes
   * @param chosen the instance's class along each dimension
   */
  words(nest: LoopNest, classes: InstanceClasses, row: number, chosen: Int32Array): number {
    this.#coefficients = nest.coefficients;
    const after = this.#after;
    for (let d = 0; d < DIMS; d++) {
      const index = classes.at(row, d) + (chosen[d] as number);
      this.#full[d] = nest.innerExtent(row, d);
      this.#last[d] = classes.last[index] as number;
      this.#positions[d] = classes.positions[index] as number;
      this.#ends[d] = 1;
      after[d] = (this.#positions[d] === 1 ? this.#last[d] : this.#full[d]) as number;
    }
    const tile = plane(after) * this.#extent(after, P, R) * this.#extent(after, Q, S);
    this.#readLoops(nest, row);
    this.#translationEnd = 0;
    if (this.#known.size > 0) this.#known.clear();
    this.#summaries[EMPTY + FIRST] = NONE; // its other numbers are never read, or 0
    this.#summaryEnd = SUMMARY;
    const all = this.#run(this.#loopCount);
    return tile + (this.#summaries[all + WORDS] as number);
  }

  #readLoops(nest: LoopNest, row: number): void {
    const spans = this.#before.fill(1); // not in use yet
    // so far apart that moves along several of the other dimensions never add up to zero
    const batches = 2 * (nest.dims[N] as number);
    const channels = 2 * (nest.dims[C] as number);
    let count = 0;
    for (let j = nest.loopStart[row] as number; j < nest.loopCount; j++) {
      const d = nest.loopDim[j] as number;
      const span = spans[d] as number;
      spans[d] = span * (nest.loopFactor[j] as number);
      if (count === 0 && d === K) continue; // moves nothing
      const move = (nest.loopStride[j] as number) * (nest.coefficients[d] as number);
      this.#dim[count] = d;
      this.#span[count] = span;
      this.#moveW[count] = d === P || d === R ? move : 0;
      this.#moveH[count] = d === Q || d === S ? move : 0;
      this.#moveOther[count] =
        d === N ? move : d === C ? move * batches : d === G ? move * batches * channels : 0;
      count++;
    }
    this.#loopCount = count;
  }

  /** The summary of the run over loops 0 … count − 1, from where #positions and #ends stand. */
  #run(count: number): number {
    const ends = this.#ends;
    for (let loop = count - 1; loop >= 0; loop--) {
      const d = this.#dim[loop] as number;
      const trips = Math.ceil((this.#positions[d] as number) / (this.#span[loop] as number));
      if (trips === 1) continue;
      let key = loop;
      for (let i = 0; i < DIMS; i++) key = key * 2 + (ends[i] as number);
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      const counted = this.#countRun(loop, d, trips);
      this.#known.set(key, counted);
      return counted;
    }
    return EMPTY;
  }

  /** The summary of the run whose outermost loop is `loop`. */
  #countRun(loop: number, d: number, trips: number): number {
    const positions = this.#positions[d] as number;
    const ends = this.#ends[d] as number;
    const span = this.#span[loop] as number;

    this.#positions[d] = span;
    this.#ends[d] = 0;
    const full = this.#run(loop);
    const stepW = (this.#moveW[loop] as number) - (this.#summaries[full + MOVED_W] as number);
    const stepH = (this.#moveH[loop] as number) - (this.#summaries[full + MOVED_H] as number);
    const stepOther =
      (this.#moveOther[loop] as number) - (this.#summaries[full + MOVED_OTHER] as number);
    const step = this.#numberOf(stepW, stepH, stepOther);
    this.#costStep(d, step, stepW, stepH, stepOther);
    const whole = this.#whole;
    const slid = this.#slid;

    this.#positions[d] = positions - (trips - 1) * span;
    this.#ends[d] = ends;
    let last = full;
    if (this.#positions[d] !== span || (ends === 1 && this.#last[d] !== this.#full[d])) {
      last = this.#run(loop);
      this.#costStep(d, step, stepW, stepH, stepOther);
    }
    const lastWhole = this.#whole;
    const lastSlid = this.#slid;
    this.#positions[d] = positions;

    const at = this.#newSummary();
    const summaries = this.#summaries;
    const first = summaries[full + FIRST] as number;
    summaries[at + FIRST] =
      first !== NONE ? first : step !== NONE ? step : (summaries[last + FIRST] as number);
    for (let other = 0; other < 2; other++) {
      this.#words = 0;
      this.#memory = other === 0 ? AGREES : DISAGREES;
      this.#enter(full);
      this.#repeat(trips - 2, step, whole, slid, full);
      this.#advance(step, lastWhole, lastSlid);
      this.#enter(last);
      summaries[at + (other === 0 ? WORDS : OTHER_WORDS)] = this.#words;
      summaries[at + (other === 0 ? MEMORY : OTHER_MEMORY)] = this.#memory;
    }
    const steps = trips - 1;
    summaries[at + MOVED_W] =
      (this.#moveW[loop] as number) * steps + (summaries[last + MOVED_W] as number);
    summaries[at + MOVED_H] =
      (this.#moveH[loop] as number) * steps + (summaries[last + MOVED_H] as number);
    summaries[at + MOVED_OTHER] =
      (this.#moveOther[loop] as number) * steps + (summaries[last + MOVED_OTHER] as number);
    return at;
  }

  #newSummary(): number {
    const at = this.#summaryEnd;
    this.#summaryEnd += SUMMARY;
    if (this.#summaryEnd > this.#summaries.length) this.#summaries = doubled(this.#summaries);
    return at;
  }

  /** `times` equal iterations. What is remembered after them settles, or takes turns. */
  #repeat(times: number, step: number, whole: number, slid: number, run: number): void {
    let left = times;
    let words = this.#words; // two iterations back
    let memory = NaN;
    while (left > 0) {
      const wordsBefore = this.#words;
      const memoryBefore = this.#memory;
      this.#advance(step, whole, slid);
      this.#enter(run);
      left--;
      if (this.#memory === memoryBefore) {
        this.#words += (this.#words - wordsBefore) * left;
        return;
      }
      if (this.#memory === memory) {
        const pairs = Math.floor(left / 2);
        this.#words += (this.#words - words) * pairs;
        left -= 2 * pairs;
      }
      words = wordsBefore;
      memory = memoryBefore;
    }
  }

  /** Words of one step along `moving`, from where the loops inside end to where they start. */
  #costStep(moving: number, step: number, byW: number, byH: number, byOther: number): void {
    if (step === NONE) return;
    const before = this.#before;
    const after = this.#after;
    for (let d = 0; d < DIMS; d++) {
      const full = this.#full[d] as number;
      const atEnd = this.#ends[d] === 1;
      before[d] = d !== moving && atEnd ? (this.#last[d] as number) : full;
      after[d] = atEnd && this.#positions[d] === 1 ? (this.#last[d] as number) : full;
    }
    const width = this.#extent(after, P, R);
    const height = this.#extent(after, Q, S);
    const column = plane(after);
    this.#whole = this.#slid = column * width * height;
    if (byOther !== 0) return;
    const w = common(this.#extent(before, P, R), byW, width);
    const h = common(this.#extent(before, Q, S), byH, height);
    this.#slid -= column * w * h;
  }

  /** One step: nothing where nothing moves, else the slid or the whole tile (rule 3). */
  #advance(step: number, whole: number, slid: number): void {
    if (step === NONE) return;
    const memory = this.#memory;
    if (memory === NONE || memory === AGREES || memory === step) {
      this.#words += slid;
      this.#memory = step;
    } else {
      this.#words += whole;
      this.#memory = NONE;
    }
  }

  /** Go through a run. */
  #enter(run: number): void {
    const summaries = this.#summaries;
    const first = summaries[run + FIRST] as number;
    if (first === NONE) return;
    const memory = this.#memory;
    const agrees = memory === NONE || memory === AGREES || memory === first;
    this.#words += summaries[run + (agrees ? WORDS : OTHER_WORDS)] as number;
    this.#memory = summaries[run + (agrees ? MEMORY : OTHER_MEMORY)] as number;
  }

  #extent(extents: Float64Array, outputs: number, taps: number): number {
    return (
      ((extents[outputs] as number) - 1) * (this.#coefficients[outputs] as number) +
      ((extents[taps] as number) - 1) * (this.#coefficients[taps] as number) +
      1
    );
  }

  /** A number for a translation; NONE for none at all. */
  #numberOf(w: number, h: number, other: number): number {
    if (w === 0 && h === 0 && other === 0) return NONE;
    const end = this.#translationEnd;
    if (end === this.#translations.length) this.#translations = doubled(this.#translations);
    const seen = this.#translations;
    for (let i = 0; i < end; i += 3)
      if (seen[i] === w && seen[i + 1] === h && seen[i + 2] === other) return i;
    seen[end] = w;
    seen[end + 1] = h;
    seen[end + 2] = other;
    this.#translationEnd = end + 3;
    return end;
  }
}

/** Words of one column of a tile. */
function plane(extents: Float64Array): number {
  return (extents[N] as number) * (extents[C] as number) * (extents[G] as number);
}

/** Length of the overlap of [0, before) and [by, by + after). */
function common(before: number, by: number, after: number): number {
  return Math.max(0, Math.min(before, by + after) - Math.max(0, by));
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(values.length * 2);
  more.set(values);
  return more;
}
