/**
 * @file Learned clips, symmetric grids, DoReFa's map of weights, clamped gradients. All but the clip's gradient work
 * on ranges or weights, which are small: float64 in plain TypeScript.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { KERNELS, MIN_STEP } from '../../kernels.ts';
import type { ClipEnds } from '../../kernels.ts';
import type { SimdBackend } from '../backend.ts';
import { defineKernel, sizeOf } from './define.ts';
import { aroundZero } from './grids.ts';

export const clipGradient = defineKernel<
  'dy' | 'x' | 'range',
  { readonly steps: number; readonly ends: ClipEnds }
>(KERNELS.clipGradient, (backend, { dy, x, range }, { steps, ends }) => {
  const result = backend.output([2]);
  backend.wasm.clipGradient(
    backend.address(dy),
    backend.address(x),
    sizeOf(x.shape),
    backend.address(range),
    steps,
    ends === 'symmetric' ? 1 : 0,
    backend.address(result),
  );
  return result;
});

export const symmetricRange = defineKernel<'range', unknown>(
  KERNELS.symmetricRange,
  (backend, { range }) => {
    const result = backend.output(range.shape);
    aroundZero(backend, range, result);
    return result;
  },
);

export const tanhUnit = defineKernel<'w' | 'range', unknown>(
  KERNELS.tanhUnit,
  (backend, { w, range }) => {
    const y = backend.output(w.shape);
    const to = floats(backend, y);
    const { divisor } = scaleOf(backend, range);
    for (const [i, weight] of floats(backend, w).entries()) to[i] = Math.tanh(weight) / divisor;
    return y;
  },
);

export const tanhUnitBack = defineKernel<'dy' | 'w' | 'range', unknown>(
  KERNELS.tanhUnitBack,
  (backend, { dy, w, range }) => {
    const dw = backend.output(w.shape);
    const to = floats(backend, dw);
    const gradients = floats(backend, dy);
    const weights = floats(backend, w);
    const { largest, divisor } = scaleOf(backend, range);
    const extremes: number[] = [];
    let product = 0;
    for (const [i, weight] of weights.entries()) {
      const tanh = Math.tanh(weight);
      const gradient = gradients[i] ?? 0;
      product += gradient * tanh;
      to[i] = ((1 - tanh * tanh) / divisor) * gradient;
      if (Math.abs(weight) === largest) extremes.push(i);
    }
    const slope = (1 - Math.tanh(largest) ** 2) / divisor;
    for (const i of extremes) {
      const share = (Math.sign(weights[i] ?? 0) * product) / divisor / extremes.length;
      to[i] = slope * ((gradients[i] ?? 0) - share);
    }
    return dw;
  },
);

/** In place, on gradients of weights. */
export const clamp = defineKernel<'x', { readonly limit: number }>(
  KERNELS.clamp,
  (backend, { x }, { limit }) => {
    const values = floats(backend, x);
    for (const [i, value] of values.entries()) {
      if (value > limit) values[i] = limit;
      else if (value < -limit) values[i] = -limit;
    }
    return [];
  },
);

/** Values where they lie; only until the next allocation. */
function floats(backend: SimdBackend, tensor: TensorInfo): Float32Array {
  return backend.view(tensor) as Float32Array;
}

/** @param range [2], of weights */
function scaleOf(backend: SimdBackend, range: TensorInfo): { largest: number; divisor: number } {
  const [low = 0, high = 0] = floats(backend, range);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return { largest, divisor: Math.max(Math.tanh(largest), MIN_STEP) };
}
