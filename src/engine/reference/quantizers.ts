/** @file Reference of the kernels of learned clips, symmetric grids and DoReFa (meaning: ../kernels.ts). */
import { MIN_STEP } from '../kernels.ts';
import type { ClipEnds, OwnRange } from '../kernels.ts';
import { at, extent, generate, zeros } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';
import { fakeQuantize, range, roundHalfEven } from './quantization.ts';

export function clipGradient(
  dy: NdArray,
  x: NdArray,
  range: NdArray,
  { steps, ends }: { readonly steps: number; readonly ends: ClipEnds },
): NdArray {
  const low = at(range.data, 0);
  const high = at(range.data, 1);
  const step = Math.max((high - low) / steps, MIN_STEP);
  let dLow = 0;
  let dHigh = 0;
  for (let i = 0; i < x.data.length; i++) {
    const value = at(x.data, i);
    const gradient = at(dy.data, i);
    if (value > high) dHigh += gradient;
    else if (value < low) dLow += gradient;
    else {
      const place = (value - low) / step;
      const share = (gradient * (roundHalfEven(place) - place)) / steps;
      dHigh += share;
      dLow -= share;
    }
  }
  const result = zeros([2], dy);
  result.data[0] = ends === 'symmetric' ? dLow - dHigh : 0;
  result.data[1] = ends === 'symmetric' ? dHigh - dLow : dHigh;
  return result;
}

export function symmetricRange(range: NdArray): NdArray {
  const columns = range.shape.length === 2 ? extent(range, 1) : 1;
  return generate(range.shape, range, (i) => {
    const column = i % columns;
    const bound = Math.max(
      Math.abs(at(range.data, column)),
      Math.abs(at(range.data, columns + column)),
    );
    return i < columns ? -bound : bound;
  });
}

function largestOf(range: NdArray): number {
  return Math.max(Math.abs(at(range.data, 0)), Math.abs(at(range.data, 1)));
}

/** On a grid of its own range, per channel. */
export function quantizeOwn(x: NdArray, steps: number, own: OwnRange): NdArray {
  const extremes = range(x, 'channel');
  return fakeQuantize(x, own === 'extremes' ? extremes : symmetricRange(extremes), steps);
}

export function tanhUnit(w: NdArray, range: NdArray): NdArray {
  const divisor = Math.max(Math.tanh(largestOf(range)), MIN_STEP);
  return generate(w.shape, w, (i) => Math.tanh(at(w.data, i)) / divisor);
}

export function tanhUnitBack(dy: NdArray, w: NdArray, range: NdArray): NdArray {
  const largest = largestOf(range);
  const divisor = Math.max(Math.tanh(largest), MIN_STEP);
  let product = 0;
  let ties = 0;
  for (let i = 0; i < w.data.length; i++) {
    product += (at(dy.data, i) * Math.tanh(at(w.data, i))) / divisor;
    if (Math.abs(at(w.data, i)) === largest) ties++;
  }
  return generate(w.shape, dy, (i) => {
    const weight = at(w.data, i);
    const tanh = Math.tanh(weight);
    const isLargest = Math.abs(weight) === largest;
    const throughDivisor = isLargest ? (Math.sign(weight) * product) / ties : 0;
    return ((1 - tanh * tanh) / divisor) * (at(dy.data, i) - throughDivisor);
  });
}
