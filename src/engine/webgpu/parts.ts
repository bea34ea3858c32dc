/** @file Adding up the results of splits. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeTensor, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { dispatchElements } from './elementwise.ts';

/** Sum of partial results. @param parts [count, ...shape] @returns shape */
export function sumParts(
  backend: WebGpuBackend,
  parts: TensorInfo,
  shape: readonly number[],
): TensorInfo {
  const sums = makeTensor(backend, shape);
  const size = sizeOf(shape);
  dispatchElements(backend, {
    name: 'sumParts',
    reads: { parts },
    writes: { sums },
    size,
    u32: { end: sizeOf(parts.shape) },
    element: `
      var sum = 0.0;
      for (var at = i; at < u.end; at += u.size) { sum += parts[at]; }
      sums[i] = sum;`,
  });
  backend.disposeData(parts.dataId);
  return sums;
}
