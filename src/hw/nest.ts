/**
 * @file The flat form of a mapping: what the compiled evaluator reads and a search writes.
 *
 * Per level 33 integers: temporal factors by dimension (8), loop order, dimensions innermost first
 * (8), spatial factors in X (8) and in Y (8), and a bit mask of the dataspaces kept. Dimensions and
 * dataspaces are numbered as in CONV_DIMS and DATASPACES.
 */
import type { LevelMapping, Loop, Mapping } from './mapping.ts';
import { CONV_DIMS, DATASPACES } from './workload.ts';

export const NEST = {
  /** Integers a level. */
  stride: 33,
  temporal: 0,
  order: 8,
  spatialX: 16,
  spatialY: 24,
  keep: 32,
} as const;

const DIM_COUNT = CONV_DIMS.length;

/** @returns 33 integers a level, inner to outer */
export function encodeMapping(mapping: Mapping): Int32Array {
  const code = new Int32Array(mapping.levels.length * NEST.stride);
  mapping.levels.forEach((level, i) => {
    const base = i * NEST.stride;
    writeFactors(code, base + NEST.temporal, level.temporal);
    writeFactors(code, base + NEST.spatialX, level.spatialX);
    writeFactors(code, base + NEST.spatialY, level.spatialY);
    const order = level.temporal.map(([dim]) => dim);
    [...order, ...CONV_DIMS.filter((dim) => !order.includes(dim))].forEach((dim, position) => {
      code[base + NEST.order + position] = CONV_DIMS.indexOf(dim);
    });
    for (const dataspace of level.keep)
      code[base + NEST.keep] = (code[base + NEST.keep] ?? 0) | (1 << DATASPACES.indexOf(dataspace));
  });
  return code;
}

/** The mapping that `code` stands for; loops of factor 1 are left out. */
export function decodeMapping(code: Int32Array): Mapping {
  const levels: LevelMapping[] = [];
  for (let base = 0; base < code.length; base += NEST.stride) {
    const order = CONV_DIMS.map((_, position) => code[base + NEST.order + position] ?? 0);
    const keep = code[base + NEST.keep] ?? 0;
    levels.push({
      keep: DATASPACES.filter((_, i) => (keep & (1 << i)) !== 0),
      temporal: readFactors(code, base + NEST.temporal, order),
      spatialX: readFactors(code, base + NEST.spatialX, CONV_DIMS.keys()),
      spatialY: readFactors(code, base + NEST.spatialY, CONV_DIMS.keys()),
    });
  }
  return { levels };
}

function writeFactors(code: Int32Array, at: number, loops: readonly Loop[]): void {
  code.fill(1, at, at + DIM_COUNT);
  for (const [dim, factor] of loops) code[at + CONV_DIMS.indexOf(dim)] = factor;
}

function readFactors(code: Int32Array, at: number, dims: Iterable<number>): Loop[] {
  const loops: Loop[] = [];
  for (const d of dims) {
    const factor = code[at + d] ?? 1;
    const dim = CONV_DIMS[d];
    if (dim !== undefined && factor > 1) loops.push([dim, factor]);
  }
  return loops;
}
