/** @file Seeded arrays that kernels are tested with. */
import { sizeOf } from '../engine/reference/nd-array.ts';
import type { NdArray } from '../engine/reference/nd-array.ts';
import type { Rng } from '../util/rng.ts';

type Shape = readonly number[];
export type RangeKind = 'tensor' | 'channel';

/** Normal values in float32. */
export function normals(rng: Rng, shape: Shape, mean = 0, deviation = 1): NdArray {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = rng.normal(mean, deviation);
  return { shape, data };
}

/** A range that holds 0 in most channels. @returns [2] or [2, C] */
export function drawRange(rng: Rng, kind: RangeKind, channels: number): NdArray {
  const count = kind === 'channel' ? channels : 1;
  const data = new Float32Array(2 * count);
  for (let c = 0; c < count; c++) {
    data[c] = rng.uniform(-1.5, 0.1);
    data[count + c] = rng.uniform(0.4, 2);
  }
  return { shape: kind === 'channel' ? [2, channels] : [2], data };
}

/** Values near the grid's points, a tenth of them outside of the range. @param shape [..., C] */
export function nearGrid(rng: Rng, shape: Shape, range: NdArray, steps: number): NdArray {
  const channels = shape[shape.length - 1] ?? 1;
  const count = range.shape.length === 2 ? channels : 1;
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const low = range.data[i % count] ?? 0;
    const high = range.data[count + (i % count)] ?? 0;
    const step = (high - low) / steps;
    const point = rng.int(steps + 1) + rng.uniform(-0.3, 0.3);
    data[i] = low + point * step;
    if (rng.float() < 0.05) data[i] = low - rng.uniform(0.01, 1);
    else if (rng.float() < 0.05) data[i] = high + rng.uniform(0.01, 1);
  }
  return { shape, data };
}
