/**
 * @file Row-stationary: Eyeriss's dataflow, with its published parameters for AlexNet and by its
 * rules for any other layer.
 *
 * A PE convolves one row of a filter with one row of inputs: filter rows (S) lie on the PE rows,
 * output rows (Q) on the columns, sets of rows are repeated for more channels. Inside a PE, p
 * filters of q channels are interleaved. The buffer holds a pass's inputs and partial sums, weights
 * pass it by. Loops of channels that the published tables put at the buffer stand innermost at DRAM
 * here: a tile of ours holds all of its level's loops, the chip's only a channel's.
 *
 * For other layers all parameters that fit are tried and the best is taken (lowest energy times
 * latency unless asked otherwise), as Eyeriss's own mapper optimizes within the dataflow.
 *
 * @source Chen et al., ISCA 2016 §V and JSSC 2017 §IV; AlexNet's factors as DNN-Chip Predictor
 * (Zhao et al., ICASSP 2020) states them. Its conv3 has q = 6, for which neither the 12 words of
 * the input spad nor the 224 of the weight spad suffice: q = 4 there, as in JSSC 2017, table IV.
 */
import type { Accelerator } from '../accelerator.ts';
import { compileCost } from '../compile.ts';
import type { LevelMapping, Loop, Mapping } from '../mapping.ts';
import { encodeMapping } from '../nest.ts';
import type { ConvShape } from '../workload.ts';
import type { Dataflow, DataflowProblem } from './dataflow.ts';
import { scoreOf } from './tiler.ts';

const LEVELS = ['PsumSpad', 'WeightSpad', 'IfmapSpad', 'GlobalBuffer', 'DRAM'] as const;
const ROWS = 12;
const COLUMNS = 14;

/** Eyeriss's parameters: factors at each place; DRAM takes what is left. */
interface Parameters {
  /** Filters (K) and channels (C) interleaved in a PE, and taps of the row (R) it holds. */
  readonly p: number;
  readonly q: number;
  readonly taps: number;
  /** Output rows (Q) side by side, and sets of them for K and G on the columns. */
  readonly e: number;
  readonly tX: number;
  readonly gX: number;
  /** Filter rows (S), and sets for C, K and G on the rows. */
  readonly rows: number;
  readonly r: number;
  readonly t: number;
  readonly gY: number;
  /** Images (N) and filters (K) whose sums the buffer holds in a pass. */
  readonly n: number;
  readonly m: number;
}

/** AlexNet's convolutions: shape of one group, and the published factors. */
const ALEXNET: readonly { readonly is: Partial<ConvShape>; readonly use: Parameters }[] = [
  {
    is: { K: 96, C: 3, P: 55, R: 11 },
    use: published({ p: 16, q: 1, taps: 11, e: 7, tX: 2, m: 3 }),
  },
  {
    is: { K: 128, C: 48, P: 27, R: 5 },
    use: published({ p: 16, q: 2, taps: 5, e: 14, t: 2, m: 2 }),
  },
  {
    is: { K: 384, C: 256, P: 13, R: 3 },
    use: published({ p: 16, q: 4, taps: 3, e: 13, t: 4, n: 4 }),
  },
  {
    is: { K: 192, C: 192, P: 13, R: 3 },
    use: published({ p: 16, q: 3, taps: 3, e: 13, r: 2, t: 2, m: 2, n: 4 }),
  },
  {
    is: { K: 128, C: 192, P: 13, R: 3 },
    use: published({ p: 16, q: 3, taps: 3, e: 13, r: 2, t: 2, m: 2, n: 4 }),
  },
];

function published(
  given: Partial<Parameters> & Pick<Parameters, 'p' | 'q' | 'taps' | 'e'>,
): Parameters {
  return { tX: 1, gX: 1, rows: given.taps, r: 1, t: 1, gY: 1, n: 1, m: 1, ...given };
}

export const rowStationary: Dataflow = {
  name: 'row-stationary',
  title: 'Row-stationary (Eyeriss)',
  source: 'Eyeriss, ISCA 2016 and JSSC 2017; AlexNet as published, other layers by its rules',
  suits: ({ levels }: Accelerator) =>
    levels.length === LEVELS.length && levels.every(({ name }, i) => name === LEVELS[i]),
  mapping: (problem) => {
    const cost = compileCost(problem.shape, problem.bits, problem.accelerator);
    const known = ALEXNET.find(({ is }) =>
      Object.entries(is).every(([key, value]) => problem.shape[key as keyof ConvShape] === value),
    );
    if (known) {
      const mapping = mappingOf(problem.shape, known.use);
      if (scoreOf(cost, encodeMapping(mapping), problem) < Infinity) return mapping;
    }
    let best: Mapping | null = null;
    let score = Infinity;
    for (const parameters of candidates(problem)) {
      const mapping = mappingOf(problem.shape, parameters);
      const next = scoreOf(cost, encodeMapping(mapping), problem);
      if (next >= score) continue;
      best = mapping;
      score = next;
    }
    if (!best) throw new Error('internal: no row-stationary mapping fits');
    return best;
  },
};

function mappingOf(shape: ConvShape, use: Parameters): Mapping {
  const left = (size: number, ...used: number[]): number =>
    Math.ceil(size / used.reduce((product, factor) => product * factor, 1));
  const { p, q, taps, e, tX, gX, rows, r, t, gY } = use;
  const n = Math.min(use.n, shape.N);
  const m = Math.min(use.m, left(shape.K, p, tX, t));
  return {
    levels: [
      level(['Outputs'], [['K', p]]),
      level(
        ['Weights'],
        [
          ['C', q],
          ['R', taps],
        ],
      ),
      level(['Inputs'], []),
      {
        keep: ['Inputs', 'Outputs'],
        temporal: loops([
          ['P', shape.P],
          ['N', n],
          ['K', m],
        ]),
        spatialX: loops([
          ['Q', e],
          ['K', tX],
          ['G', gX],
        ]),
        spatialY: loops([
          ['S', rows],
          ['C', r],
          ['K', t],
          ['G', gY],
        ]),
      },
      level(
        ['Weights', 'Inputs', 'Outputs'],
        [
          ['C', left(shape.C, q, r)],
          ['R', left(shape.R, taps)],
          ['S', left(shape.S, rows)],
          ['Q', left(shape.Q, e)],
          ['K', left(shape.K, p, tX, t, m)],
          ['N', left(shape.N, n)],
          ['G', left(shape.G, gX, gY)],
        ],
      ),
    ],
  };
}

function level(keep: LevelMapping['keep'], temporal: readonly Loop[]): LevelMapping {
  return { keep, temporal: loops(temporal), spatialX: [], spatialY: [] };
}

function loops(all: readonly Loop[]): Loop[] {
  return all.filter(([, factor]) => factor > 1);
}

/** Every choice of parameters within the spads and the array, largest interleaving first. */
function* candidates({ shape, bits, accelerator }: DataflowProblem): Generator<Parameters> {
  const words = (index: number, width: number): number =>
    Math.max(1, Math.floor((accelerator.levels[index]?.capacityBits ?? 0) / width));
  const psums = words(0, Math.max(bits.psums, bits.outputs));
  const weights = words(1, bits.weights);
  const inputs = words(2, bits.inputs);
  const taps = Math.min(shape.R, inputs, weights);
  const rows = Math.min(shape.S, ROWS);
  const sets = Math.floor(ROWS / rows);
  for (const e of strips(shape.Q, COLUMNS, 5)) {
    const beside = Math.floor(COLUMNS / e);
    for (const q of strips(
      shape.C,
      Math.min(Math.floor(inputs / taps), Math.floor(weights / taps)),
      4,
    ))
      for (const p of strips(shape.K, Math.min(psums, Math.floor(weights / (taps * q))), 4))
        for (const r of strips(Math.ceil(shape.C / q), sets, 6)) {
          const t = strips(Math.ceil(shape.K / p), Math.floor(sets / r), 1)[0] ?? 1;
          const tX = strips(Math.ceil(shape.K / (p * t)), beside, 1)[0] ?? 1;
          const gY = strips(shape.G, Math.floor(sets / (r * t)), 1)[0] ?? 1;
          const gX = strips(Math.ceil(shape.G / gY), Math.floor(beside / tX), 1)[0] ?? 1;
          const passes = Math.ceil(shape.K / (p * t * tX));
          for (const n of strips(shape.N, shape.N, 3))
            for (const m of strips(passes, passes, 8))
              yield { p, q, taps, e, tX, gX, rows, r, t, gY, n, m };
        }
  }
  yield { p: 1, q: 1, taps: 1, e: 1, tX: 1, gX: 1, rows, r: 1, t: 1, gY: 1, n: 1, m: 1 };
}

/** The largest factors of `size` up to `limit` that leave fewer and fewer strips, at most `count`. */
function strips(size: number, limit: number, count: number): number[] {
  const factors: number[] = [];
  let blocks = Math.ceil(size / Math.max(1, Math.min(size, limit)));
  while (factors.length < count) {
    const factor = Math.ceil(size / blocks);
    factors.push(factor);
    if (factor === 1) break;
    blocks = Math.ceil(size / (factor - 1));
  }
  return factors;
}
