/** @file Kernels that write into their first input. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SgdAttrs } from '../kernels.ts';
import { sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { dispatchElements } from './elementwise.ts';

export function accumulate(
  backend: WebGpuBackend,
  sum: TensorInfo,
  x: TensorInfo,
  scale: number,
): void {
  dispatchElements(backend, {
    name: 'accumulate',
    reads: { x },
    writes: { sum },
    size: sizeOf(sum.shape),
    f32: { scale },
    element: 'sum[i] += u.scale * x[i];',
  });
}

export function clamp(backend: WebGpuBackend, x: TensorInfo, limit: number): void {
  dispatchElements(backend, {
    name: 'clamp',
    reads: {},
    writes: { x },
    size: sizeOf(x.shape),
    f32: { limit },
    element: `
      if (x[i] > u.limit) { x[i] = u.limit; }
      else if (x[i] < -u.limit) { x[i] = -u.limit; }`,
  });
}

export function blend(
  backend: WebGpuBackend,
  running: TensorInfo,
  x: TensorInfo,
  keep: number,
): void {
  dispatchElements(backend, {
    name: 'blend',
    reads: { x },
    writes: { running },
    size: sizeOf(running.shape),
    varying: { keep, take: 1 - keep },
    element: 'running[i] = u.keep * running[i] + u.take * x[i];',
  });
}

export function sgd(
  backend: WebGpuBackend,
  tensors: { readonly w: TensorInfo; readonly v: TensorInfo; readonly g: TensorInfo },
  { learningRate, momentum, weightDecay }: SgdAttrs,
): void {
  const { w, v, g } = tensors;
  dispatchElements(backend, {
    name: 'sgd',
    reads: { g },
    writes: { w, v },
    size: sizeOf(w.shape),
    varying: { learningRate, momentum, weightDecay },
    element: `
      let velocity = u.momentum * v[i] + g[i] + u.weightDecay * w[i];
      v[i] = velocity;
      w[i] -= u.learningRate * velocity;`,
  });
}
