/** @file Kernels that write into their first input and return nothing. */
import { KERNELS } from '../../kernels.ts';
import type { SgdAttrs } from '../../kernels.ts';
import { defineKernel, sizeOf } from './define.ts';

export const accumulate = defineKernel<'sum' | 'x', { readonly scale: number }>(
  KERNELS.accumulate,
  (backend, { sum, x }, { scale }) => {
    backend.wasm.accumulate(backend.address(sum), backend.address(x), sizeOf(sum.shape), scale);
    return [];
  },
);

export const blend = defineKernel<'running' | 'x', { readonly keep: number }>(
  KERNELS.blend,
  (backend, { running, x }, { keep }) => {
    const count = sizeOf(running.shape);
    backend.wasm.blend(backend.address(running), backend.address(x), count, keep, 1 - keep);
    return [];
  },
);

export const sgd = defineKernel<
  'w' | 'v' | 'g',
  Pick<SgdAttrs, 'learningRate' | 'momentum' | 'weightDecay'>
>(KERNELS.sgd, (backend, { w, v, g }, { learningRate, momentum, weightDecay }) => {
  backend.wasm.sgd(
    backend.address(w),
    backend.address(v),
    backend.address(g),
    sizeOf(w.shape),
    learningRate,
    momentum,
    weightDecay,
  );
  return [];
});
