/** @file Kernels that write into their first input and return nothing. */
import { KERNELS } from '../../kernels.ts';
import type { SgdAttrs } from '../../kernels.ts';
import { pairsOf, updatesOf } from '../../lists.ts';
import { defineKernel, sizeOf } from './define.ts';

export const accumulate = defineKernel<'sum' | 'x', { readonly scale: number }>(
  KERNELS.accumulate,
  (backend, { sum, x }, { scale }) => {
    backend.wasm.accumulate(backend.address(sum), backend.address(x), sizeOf(sum.shape), scale);
    return [];
  },
);

export const blend = defineKernel<never, { readonly keep: number; readonly count: number }>(
  KERNELS.blend,
  (backend, inputs, { keep, count }) => {
    for (const { running, x } of pairsOf(inputs, count)) {
      const size = sizeOf(running.shape);
      backend.wasm.blend(backend.address(running), backend.address(x), size, keep, 1 - keep);
    }
    return [];
  },
);

export const sgd = defineKernel<
  never,
  Pick<SgdAttrs, 'learningRate' | 'momentum' | 'weightDecay'> & {
    readonly counts: readonly number[];
  }
>(KERNELS.sgd, (backend, inputs, { learningRate, momentum, weightDecay, counts }) => {
  for (const { w, v, first, others } of updatesOf(inputs, counts)) {
    const size = sizeOf(w.shape);
    const g = backend.address(first);
    for (const other of others) backend.wasm.accumulate(g, backend.address(other), size, 1);
    backend.wasm.sgd(
      backend.address(w),
      backend.address(v),
      g,
      size,
      learningRate,
      momentum,
      weightDecay,
    );
  }
  return [];
});
