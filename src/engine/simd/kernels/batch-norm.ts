/** @file Batch normalization and its gradient. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { KERNELS } from '../../kernels.ts';
import type { RangeScope } from '../../kernels.ts';
import type { SimdBackend } from '../backend.ts';
import { channelsOf, defineKernel, rangeCount, rangeShape, sizeOf } from './define.ts';

interface NormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Normalize with given statistics. @returns the result and its range, if asked for */
function normalize(
  backend: SimdBackend,
  x: TensorInfo,
  stats: TensorInfo,
  affine: TensorInfo,
  { epsilon, relu, scope }: NormAttrs & { readonly scope: RangeScope },
): { readonly y: TensorInfo; readonly range: TensorInfo | null } {
  const channels = channelsOf(x.shape);
  const shape = rangeShape(scope, channels);
  const y = backend.output(x.shape);
  const range = shape === null ? null : backend.output(shape);
  backend.wasm.normalize(
    backend.address(x),
    backend.address(y),
    sizeOf(x.shape) / channels,
    channels,
    backend.address(stats),
    backend.address(affine),
    epsilon,
    relu ? 1 : 0,
    range === null ? 0 : backend.address(range),
    rangeCount(range ?? undefined),
    backend.scratch(backend.wasm.normScratch(channels)),
  );
  return { y, range };
}

export const batchNorm = defineKernel<'x' | 'affine', NormAttrs & { readonly scope: RangeScope }>(
  KERNELS.batchNorm,
  (backend, { x, affine }, attrs) => {
    const channels = channelsOf(x.shape);
    const stats = backend.output([2, channels]);
    backend.wasm.batchStats(
      backend.address(x),
      sizeOf(x.shape) / channels,
      channels,
      backend.address(stats),
      backend.scratch(backend.wasm.normScratch(channels)),
    );
    const { y, range } = normalize(backend, x, stats, affine, attrs);
    return range === null ? [y, stats] : [y, stats, range];
  },
);

export const batchNormInfer = defineKernel<'x' | 'moments' | 'affine', NormAttrs>(
  KERNELS.batchNormInfer,
  (backend, { x, moments, affine }, attrs) =>
    normalize(backend, x, moments, affine, { ...attrs, scope: 'none' }).y,
);

export const batchNormBack = defineKernel<'dy' | 'x' | 'stats' | 'affine', NormAttrs>(
  KERNELS.batchNormBack,
  (backend, { dy, x, stats, affine }, { epsilon, relu }) => {
    const channels = channelsOf(x.shape);
    const dx = backend.output(x.shape);
    const dAffine = backend.output([2, channels]);
    backend.wasm.normalizeBack(
      backend.address(dy),
      backend.address(x),
      backend.address(dx),
      sizeOf(x.shape) / channels,
      channels,
      backend.address(stats),
      backend.address(affine),
      backend.address(dAffine),
      epsilon,
      relu ? 1 : 0,
      backend.scratch(backend.wasm.normScratch(channels)),
    );
    return [dx, dAffine];
  },
);
