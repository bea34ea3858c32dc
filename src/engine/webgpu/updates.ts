/** @file Kernels that write into their first input. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
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
