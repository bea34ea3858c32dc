/**
 * @file Random tiny layers and mappings for tests of the cost model, from a seed.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import type { Loop, Mapping } from '../hw/mapping.ts';
import { CONV_DIMS, convShape, DATASPACES } from '../hw/workload.ts';
import type { ConvDim, ConvShape } from '../hw/workload.ts';
import type { Rng } from '../util/rng.ts';

export interface RandomNest {
  readonly shape: ConvShape;
  readonly mapping: Mapping;
}

/**
 * - `dividing`: all factors divide
 * - `any`: factors may miss a dimension's divisors
 * - `sliding`: as `any`, no spatial loops, and only loops that move Inputs along width or K, so that
 *   windows slide, turn and come back in all ways
 */
export type RandomNestKind = 'dividing' | 'any' | 'sliding';

export function randomNest(rng: Rng, kind: RandomNestKind): RandomNest {
  const imperfect = kind !== 'dividing';
  for (;;) {
    const shape = kind === 'sliding' ? slidingShape(rng) : randomShape(rng);
    const levelCount = 2 + rng.int(2);
    const factors = CONV_DIMS.map((dim) =>
      randomFactors(rng, shape[dim], levelCount, imperfect, kind === 'sliding' ? 0 : 0.45),
    );
    const cost = factors.flat(2).reduce((a, b) => a * b, 1);
    if (cost > 1500) continue; // keep the walk short
    const loopsOf = (level: number, list: number): Loop[] => {
      const loops = CONV_DIMS.map((dim, d): Loop => [dim, factors[d]?.[level]?.[list] ?? 1]);
      return rng.shuffle(loops.filter(([, factor]) => factor > 1));
    };
    const mapping: Mapping = {
      levels: Array.from({ length: levelCount }, (_, level) => ({
        keep: DATASPACES.filter(() => level === levelCount - 1 || rng.float() < 0.7),
        temporal: loopsOf(level, 0),
        spatialX: loopsOf(level, 1),
        spatialY: loopsOf(level, 2),
      })),
    };
    return { shape, mapping };
  }
}

/** Unlimited levels, each with a fan-out of 6 × 6; at most three of them. */
export function roomyAccelerator(levelCount: number): Accelerator {
  const side = 6;
  const mesh = (level: number): { instances: number; meshX: number } => {
    const meshX = side ** (levelCount - 1 - level);
    return { instances: meshX * meshX, meshX };
  };
  return {
    name: 'roomy',
    levels: Array.from({ length: levelCount }, (_, i) => ({
      name: `L${i}`,
      capacityBits: null,
      wordBits: 16,
      ...mesh(i),
      readPj: 1 + i,
      writePj: 2 + i,
      source: 'test',
    })),
    mac: { kind: 'fixed', ...mesh(-1), energyPj: 1, nativeBits: 16, source: 'test' },
  };
}

function randomShape(rng: Rng): ConvShape {
  const small = (): number => (rng.float() < 0.4 ? 1 : 1 + rng.int(5));
  const step = (): number => (rng.float() < 0.6 ? 1 : 1 + rng.int(3));
  const sizes = Object.fromEntries(CONV_DIMS.map((dim) => [dim, small()])) as Record<
    ConvDim,
    number
  >;
  if (rng.float() < 0.6) sizes.P = 3 + rng.int(6);
  if (rng.float() < 0.4) sizes.Q = 3 + rng.int(6);
  if (rng.float() < 0.7) sizes.G = 1;
  if (rng.float() < 0.7) sizes.N = 1;
  return convShape({
    ...sizes,
    wStride: step(),
    hStride: step(),
    wDilation: step(),
    hDilation: step(),
  });
}

function slidingShape(rng: Rng): ConvShape {
  return convShape({
    K: 1 + rng.int(2),
    C: 1,
    P: 2 + rng.int(9),
    Q: 1,
    R: 1 + rng.int(5),
    S: 1,
    wStride: 1 + rng.int(3),
    wDilation: 1 + rng.int(2),
  });
}

/** Temporal, X and Y factors of one dimension, by level. */
function randomFactors(
  rng: Rng,
  size: number,
  levelCount: number,
  imperfect: boolean,
  spatialShare: number,
): number[][] {
  const factors = Array.from({ length: levelCount }, () => [1, 1, 1]);
  let rest = size;
  while (rest > 1) {
    const choices = Array.from({ length: rest - 1 }, (_, i) => i + 2).filter(
      (f) => imperfect || rest % f === 0,
    );
    const factor = rng.pick(choices);
    const level = factors[rng.int(levelCount)] ?? [];
    const kind = rng.float() < spatialShare ? 1 + rng.int(2) : 0;
    level[kind] = (level[kind] ?? 1) * factor;
    rest = Math.ceil(rest / factor);
  }
  return factors;
}
