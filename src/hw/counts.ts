/**
 * @file The counting core: words moved at every level by a mapping, exactly as Timeloop counts.
 *
 * Mappings whose factors divide are counted in closed form here, the others by `imperfect.ts`.
 *
 * Closed form of what enters a tile: let loop 0 be the innermost temporal loop outside the tile that
 * moves it. Steps of loop 0 all translate by the same v, and every run of loop 0 ends with v
 * remembered, so a step of loop 0 pays the tile less its overlap; a step of a loop outside it pays
 * nothing if its translation is zero, the tile less its overlap if it equals v, and else the whole
 * tile. Loops inside loop 0 cost nothing.
 *
 * @source the counting rules in docs/cost-model.md, after NVlabs/timeloop@4cf6d4c
 */
import { C, DIMS, distinctOffsets, G, INPUTS, K, N, OUTPUTS, P, Q, R, S } from './dims.ts';
import { SPACES, WEIGHTS } from './dims.ts';
import { ImperfectCounter } from './imperfect.ts';
import type { LoopNest } from './loop-nest.ts';

/**
 * Words by level and dataspace, index `level · 3 + dataspace`; only entries of dataspaces that a
 * level keeps are valid. Totals over all instances in use, and of the
 * busiest: the one at the origin, which has the most iterations.
 */
export interface Counts {
  readonly reads: Float64Array;
  readonly fills: Float64Array;
  readonly updates: Float64Array;
  /** Updates that bring the finished sum (Outputs only). */
  readonly finals: Float64Array;
  readonly busyReads: Float64Array;
  readonly busyFills: Float64Array;
  readonly busyUpdates: Float64Array;
  readonly busyFinals: Float64Array;
  readonly usedInstances: Float64Array;
  /** Cycles of the nest at one product a MAC a cycle. */
  cycles: number;
  /** Working memory for mappings whose factors do not divide. */
  readonly imperfect: ImperfectCounter;
}

export function createCounts(levelCount: number): Counts {
  const words = (): Float64Array => new Float64Array(levelCount * SPACES);
  return {
    reads: words(),
    fills: words(),
    updates: words(),
    finals: words(),
    busyReads: words(),
    busyFills: words(),
    busyUpdates: words(),
    busyFinals: words(),
    usedInstances: new Float64Array(levelCount),
    cycles: 0,
    imperfect: new ImperfectCounter(levelCount),
  };
}

/** Dimensions that leave Inputs in the same plane: the others move them to words never overlapping. */
const IN_PLANE = (1 << P) | (1 << Q) | (1 << R) | (1 << S) | (1 << K);

/** Count a nest into `counts`. The nest must be loaded and cover its dimensions. */
export function countNest(nest: LoopNest, counts: Counts): void {
  if (nest.kind === 'imperfect') {
    counts.imperfect.count(nest, counts);
    return;
  }
  nest.link();
  counts.cycles = nest.outside[0] as number;
  let used = 1;
  for (let level = nest.levelCount - 1; level >= 0; level--) {
    counts.usedInstances[level] = used;
    used *= nest.spatialProduct[level] as number;
  }
  countOperand(nest, counts, WEIGHTS);
  countOperand(nest, counts, INPUTS);
  countOutputs(nest, counts);
}

function countOperand(nest: LoopNest, counts: Counts, dataspace: number): void {
  const top = nest.levelCount - 1;
  let accesses = counts.cycles; // by one instance inside
  for (let level = 0; level <= top; level++) {
    accesses *= distinctBelow(nest, level, dataspace);
    if (!nest.keeps(level, dataspace)) continue;
    const at = level * SPACES + dataspace;
    const used = counts.usedInstances[level] as number;
    const fills = level === top ? 0 : wordsEntering(nest, level, dataspace);
    counts.busyReads[at] = accesses;
    counts.busyFills[at] = fills;
    counts.reads[at] = accesses * used;
    counts.fills[at] = fills * used;
    accesses = fills;
  }
}

function countOutputs(nest: LoopNest, counts: Counts): void {
  const top = nest.levelCount - 1;
  const { busyFinals, finals } = counts;
  let responsible = nest.outputWords; // of one instance
  for (let level = top; level >= 0; level--) {
    const at = level * SPACES + OUTPUTS;
    const used = counts.usedInstances[level] as number;
    busyFinals[at] = responsible;
    finals[at] = used * responsible === nest.outputWords ? 1 : 0; // nothing left to reduce outside
    responsible /= distinctBelow(nest, level, OUTPUTS);
  }
  let accesses = counts.cycles;
  for (let level = 0; level <= top; level++) {
    accesses *= distinctBelow(nest, level, OUTPUTS);
    if (!nest.keeps(level, OUTPUTS)) continue;
    const at = level * SPACES + OUTPUTS;
    const used = counts.usedInstances[level] as number;
    const first = busyFinals[at] as number; // first visits are not read back
    const entering = level === top ? first : wordsEntering(nest, level, OUTPUTS);
    counts.busyUpdates[at] = accesses;
    counts.busyReads[at] = accesses - first;
    counts.busyFills[at] = entering - first;
    counts.updates[at] = accesses * used;
    counts.reads[at] = (accesses - first) * used;
    counts.fills[at] = (entering - first) * used;
    const finished = first * (finals[at] as number);
    busyFinals[at] = finished;
    finals[at] = finished * used;
    accesses = entering;
  }
}

/** Words that enter one instance's tile over the whole nest. */
function wordsEntering(nest: LoopNest, level: number, dataspace: number): number {
  const start = nest.loopStart[level + 1] as number;
  const first = nest.nextMoving[start * SPACES + dataspace] as number;
  const tile = nest.tileWords[level * SPACES + dataspace] as number;
  const whole = tile * (nest.outside[first] as number);
  if (dataspace !== INPUTS || first === nest.loopCount) return whole;
  return ((1 << (nest.loopDim[first] as number)) & IN_PLANE) === 0
    ? whole
    : whole - wordsStaying(nest, level, first);
}

/** Words of Inputs that steps find in the tile; `first` is the innermost loop that moves it. */
function wordsStaying(nest: LoopNest, level: number, first: number): number {
  const { loopDim, loopFactor, loopStride, outside, extents, coefficients, loopCount } = nest;
  const row = level * DIMS;
  const width =
    ((extents[row + P] as number) - 1) * (coefficients[P] as number) +
    ((extents[row + R] as number) - 1) * (coefficients[R] as number) +
    1;
  const height =
    ((extents[row + Q] as number) - 1) * (coefficients[Q] as number) +
    ((extents[row + S] as number) - 1) * (coefficients[S] as number) +
    1;
  const plane =
    (extents[row + N] as number) * (extents[row + C] as number) * (extents[row + G] as number);

  const dim = loopDim[first] as number;
  const v = (loopStride[first] as number) * (coefficients[dim] as number);
  const alongWidth = dim === P || dim === R;
  const overlap = alongWidth
    ? plane * Math.max(0, width - v) * height
    : plane * width * Math.max(0, height - v);
  const steps = (loopFactor[first] as number) - 1;
  let words = overlap * steps * (outside[first + 1] as number);

  let backW = alongWidth ? steps * v : 0; // from the first position to the last of the inner loops
  let backH = alongWidth ? 0 : steps * v;
  for (let j = first + 1; j < loopCount; j++) {
    const d = loopDim[j] as number;
    if (((1 << d) & IN_PLANE) === 0) break; // from here out every step leaves the plane
    if (d === K) continue; // goes back only: neither zero nor v
    const step = (loopStride[j] as number) * (coefficients[d] as number);
    const count = (loopFactor[j] as number) - 1;
    const isWidth = d === P || d === R;
    const moveW = (isWidth ? step : 0) - backW;
    const moveH = (isWidth ? 0 : step) - backH;
    if (moveW === 0 && moveH === 0)
      words += plane * width * height * count * (outside[j + 1] as number);
    else if (alongWidth ? moveW === v && moveH === 0 : moveW === 0 && moveH === v)
      words += overlap * count * (outside[j + 1] as number);
    if (isWidth) backW += count * step;
    else backH += count * step;
  }
  return words;
}

/** Distinct offsets of a dataspace over the fan-out below one instance of a level. */
function distinctBelow(nest: LoopNest, level: number, dataspace: number): number {
  if (nest.spatialProduct[level] === 1) return 1;
  const row = level * DIMS;
  const { spatial, coefficients } = nest;
  const k = spatial[row + K] as number;
  const c = spatial[row + C] as number;
  const p = spatial[row + P] as number;
  const q = spatial[row + Q] as number;
  const r = spatial[row + R] as number;
  const s = spatial[row + S] as number;
  const g = spatial[row + G] as number;
  if (dataspace === WEIGHTS) return g * k * c * r * s;
  const n = spatial[row + N] as number;
  if (dataspace === OUTPUTS) return g * n * k * p * q;
  let width = p * r;
  if (p > 1 && r > 1) {
    const stepP = (coefficients[P] as number) * nest.innerExtent(level, P);
    const stepR = (coefficients[R] as number) * nest.innerExtent(level, R);
    width = distinctOffsets(p, stepP, r, stepR);
  }
  let height = q * s;
  if (q > 1 && s > 1) {
    const stepQ = (coefficients[Q] as number) * nest.innerExtent(level, Q);
    const stepS = (coefficients[S] as number) * nest.innerExtent(level, S);
    height = distinctOffsets(q, stepQ, s, stepS);
  }
  return g * n * c * width * height;
}
