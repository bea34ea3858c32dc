/**
 * @file Counts of mappings whose factors do not divide: the loops end at the dimension's end.
 *
 * Every instance walks a nest of its own; `instance-classes.ts` says which walk alike, `shares.ts`
 * how often the words of each class move. What enters a tile follows in closed form as in
 * `counts.ts`, summed over partial tiles, unless a sliding window has runs of a single step: then
 * `tile-walk.ts` walks it run by run.
 *
 * @source docs/cost-model.md, "Imperfect factors"; checked in loop-walk.test.ts
 */
import { ClassSums, setAll } from './class-sums.ts';
import type { Counts } from './counts.ts';
import { C, DIMS, G, INPUTS, isRelevant, K, N, OUTPUTS, SPACES, WEIGHTS } from './dims.ts';
import { InstanceClasses } from './instance-classes.ts';
import type { LoopNest } from './loop-nest.ts';
import { AXES, BUSY_FILLS, BUSY_READS, FILLS, READS, SETS, Shares } from './shares.ts';
import { WindowCounter } from './window-counts.ts';

export class ImperfectCounter {
  readonly #classes: InstanceClasses;
  readonly #shares: Shares;
  readonly #sums: ClassSums;
  readonly #windows: WindowCounter;
  /** Words by share set. */
  readonly #words = new Float64Array(SETS);
  readonly #still = new Float64Array(SETS);
  /** Positions of each dimension inside the loop being looked at. */
  readonly #spans = new Float64Array(DIMS);

  constructor(levelCount: number) {
    this.#classes = new InstanceClasses(levelCount);
    this.#shares = new Shares(this.#classes.slots);
    this.#sums = new ClassSums(this.#classes, this.#shares);
    this.#windows = new WindowCounter(levelCount, this.#classes, this.#shares, this.#sums);
  }

  /** Count a loaded nest that covers its dimensions. */
  count(nest: LoopNest, counts: Counts): void {
    const classes = this.#classes;
    classes.build(nest);
    counts.cycles = 1;
    for (let d = 0; d < DIMS; d++) counts.cycles *= classes.positions[classes.at(0, d)] as number;
    for (let level = 0; level < nest.levelCount; level++) {
      let used = 1;
      for (let d = 0; d < DIMS; d++) used *= this.#instances(level + 1, d);
      counts.usedInstances[level] = used;
    }
    for (let dataspace: number = WEIGHTS; dataspace < SPACES; dataspace++)
      this.#countSpace(nest, counts, dataspace);
  }

  #instances(row: number, d: number): number {
    const first = this.#classes.at(row, d);
    let sum = 0;
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++)
      sum += this.#classes.instances[first + k] as number;
    return sum;
  }

  #countSpace(nest: LoopNest, counts: Counts, dataspace: number): void {
    const words = this.#words;
    const top = nest.levelCount - 1;
    let child = 0; // row of the level inside that keeps it, or of the MACs
    for (let level = 0; level <= top; level++) {
      if (!nest.keeps(level, dataspace)) continue;
      this.#shares.weigh(nest, this.#classes, child, level, dataspace);
      if (child === 0) this.#countOperands(nest, dataspace);
      else if (dataspace === INPUTS) this.#windows.count(nest, child, words);
      else this.#countBoxes(nest, child, dataspace);
      if (child > 0) {
        const inside = (child - 1) * SPACES + dataspace;
        const entering = words[FILLS] as number;
        const busyEntering = words[BUSY_FILLS] as number;
        // `fills` holds what first visits of Outputs save, see below
        counts.fills[inside] = entering - (counts.fills[inside] as number);
        counts.busyFills[inside] = busyEntering - (counts.busyFills[inside] as number);
      }
      this.#setAccesses(nest, counts, level, dataspace);
      child = level + 1;
    }
    const outermost = top * SPACES + dataspace;
    counts.fills[outermost] = counts.busyFills[outermost] = 0;
  }

  /** Store what a level is asked for, and what its first visits to Outputs save. */
  #setAccesses(nest: LoopNest, counts: Counts, level: number, dataspace: number): void {
    const at = level * SPACES + dataspace;
    const accesses = this.#words[READS] as number;
    const busyAccesses = this.#words[BUSY_READS] as number;
    let first = 0;
    let busyFirst = 0;
    if (dataspace === OUTPUTS) {
      const classes = this.#classes;
      first = nest.outputWords;
      busyFirst = 1;
      for (let d = 0; d < DIMS; d++)
        if (isRelevant(OUTPUTS, d)) busyFirst *= classes.owned[classes.at(level + 1, d)] as number;
        else first *= this.#instances(level + 1, d);
      const finished = first === nest.outputWords ? 1 : 0; // nothing left to reduce outside
      counts.updates[at] = accesses;
      counts.busyUpdates[at] = busyAccesses;
      counts.finals[at] = first * finished;
      counts.busyFinals[at] = busyFirst * finished;
    }
    counts.reads[at] = accesses - first;
    counts.busyReads[at] = busyAccesses - busyFirst;
    counts.fills[at] = first;
    counts.busyFills[at] = busyFirst;
  }

  /** One operand for every product of every MAC. */
  #countOperands(nest: LoopNest, dataspace: number): void {
    const words = setAll(this.#words, 1);
    const { positions } = this.#classes;
    for (let d = 0; d < DIMS; d++)
      if (nest.dims[d] !== 1 && (dataspace !== INPUTS || d === N || d === K || d === C || d === G))
        this.#sums.times(words, 0, d, positions);
    if (dataspace === INPUTS)
      for (let axis = 0; axis < AXES.length; axis++) this.#sums.timesVisits(words, 0, axis);
  }

  /**
   * Words entering tiles of Weights or Outputs: every position pays its tile, but steps of a loop
   * that does not move it pay nothing where no loop inside has moved it.
   */
  #countBoxes(nest: LoopNest, row: number, dataspace: number): void {
    const words = setAll(this.#words, 1);
    const still = this.#still;
    const spans = this.#spans.fill(1);
    let j = nest.loopStart[row] as number;
    for (; j < nest.loopCount; j++) {
      const d = nest.loopDim[j] as number;
      if (isRelevant(dataspace, d)) break;
      spans[d] = (spans[d] as number) * (nest.loopFactor[j] as number);
    }
    for (let d = 0; d < DIMS; d++) {
      if (nest.dims[d] === 1) continue; // one position, one instance
      if (isRelevant(dataspace, d)) this.#sums.times(words, row, d, this.#classes.owned);
      else this.#sums.timesOutside(words, row, d, spans[d] as number);
    }
    let moves = false; // some loop inside moves the tile in every run
    for (; j < nest.loopCount && !moves; j++) {
      const d = nest.loopDim[j] as number;
      const factor = nest.loopFactor[j] as number;
      const to = (spans[d] as number) * factor;
      if (isRelevant(dataspace, d)) moves = !this.#halts(row, d, to);
      else {
        this.#countStill(nest, row, dataspace, d, to);
        for (let set = 0; set < SETS; set++)
          words[set] = (words[set] as number) - (still[set] as number);
      }
      spans[d] = to;
    }
  }

  /** True if some class ends with a run of `span` positions that has only one. */
  #halts(row: number, d: number, span: number): boolean {
    const first = this.#classes.at(row, d);
    for (let k = 0; k < (this.#classes.count[row * DIMS + d] as number); k++)
      if (((this.#classes.positions[first + k] as number) - 1) % span === 0) return true;
    return false;
  }

  /** Into #still: words of tiles that stay at the steps of a loop over `moving`, up to span `to`. */
  #countStill(nest: LoopNest, row: number, dataspace: number, moving: number, to: number): void {
    const still = setAll(this.#still, 1);
    for (let d = 0; d < DIMS; d++) {
      if (nest.dims[d] === 1) continue;
      const span = this.#spans[d] as number;
      if (!isRelevant(dataspace, d)) {
        if (d === moving) this.#sums.timesSteps(still, row, d, span, to);
        else this.#sums.timesOutside(still, row, d, span);
      } else if (span === 1) this.#sums.times(still, row, d, this.#classes.owned);
      else this.#sums.timesSingle(still, row, d, span);
    }
  }
}
