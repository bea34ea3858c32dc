/** @file Reference of the range, fake-quantize and clip kernels (meaning: ../kernels.ts). */
import { MIN_STEP } from '../kernels.ts';
import { at, extent, generate, zeros } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';

/** The grid of one value: lowest, highest, distance of neighbours. */
interface Grid {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Nearest integer, ties to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Grid of the value at flat index `index` of a tensor [..., C]. @param range [2] or [2, C] */
function gridAt(range: NdArray, steps: number, channel: number): Grid {
  const perChannel = range.shape.length === 2;
  const low = at(range.data, perChannel ? channel : 0);
  const high = at(range.data, perChannel ? extent(range, 1) + channel : 1);
  return { low, high, step: Math.max((high - low) / steps, MIN_STEP) };
}

function quantizeValue(value: number, { low, high, step }: Grid): number {
  const clamped = Math.min(Math.max(value, low), high);
  return roundHalfEven((clamped - low) / step) * step + low;
}

/** Extremes of `x` [..., C]. @returns [2] or [2, C] */
export function range(x: NdArray, scope: 'tensor' | 'channel'): NdArray {
  const channels = scope === 'channel' ? extent(x, -1) : 1;
  const result = zeros(scope === 'channel' ? [2, channels] : [2], x);
  result.data.fill(Infinity, 0, channels);
  result.data.fill(-Infinity, channels);
  for (let i = 0; i < x.data.length; i++) {
    const channel = i % channels;
    const value = at(x.data, i);
    result.data[channel] = Math.min(at(result.data, channel), value);
    result.data[channels + channel] = Math.max(at(result.data, channels + channel), value);
  }
  return result;
}

export function fakeQuantize(x: NdArray, range: NdArray, steps: number): NdArray {
  const channels = extent(x, -1);
  return generate(x.shape, x, (i) =>
    quantizeValue(at(x.data, i), gridAt(range, steps, i % channels)),
  );
}

export function clipMask(dy: NdArray, x: NdArray, range: NdArray): NdArray {
  const channels = extent(x, -1);
  return generate(x.shape, dy, (i) => {
    const { low, high } = gridAt(range, 1, i % channels);
    const value = at(x.data, i);
    return low <= value && value <= high ? at(dy.data, i) : 0;
  });
}

/** The input of a convolution as it is used: on its grid, or itself where `steps` is 0. */
export function gridded(x: NdArray, range: NdArray | null, steps: number): NdArray {
  if (steps === 0) return x;
  if (range === null) throw new Error('internal: a grid without a range');
  return fakeQuantize(x, range, steps);
}
