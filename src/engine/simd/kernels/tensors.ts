/** @file What tfjs itself asks of a backend to make, copy and reshape tensors. */
import { Cast, Fill, Identity, Reshape, ZerosLike, util } from '@tensorflow/tfjs-core';
import type { DataType } from '@tensorflow/tfjs-core';
import { defineKernel, sizeOf } from './define.ts';

export const identity = defineKernel<'x', unknown>(Identity, (backend, { x }) =>
  backend.alias(x, x.shape),
);

export const reshape = defineKernel<'x', { readonly shape: readonly number[] }>(
  Reshape,
  (backend, { x }, { shape }) =>
    backend.alias(x, util.inferFromImplicitShape([...shape], sizeOf(x.shape))),
);

export const cast = defineKernel<'x', { readonly dtype: DataType }>(
  Cast,
  (backend, { x }, { dtype }) => {
    if (dtype === x.dtype) return backend.alias(x, x.shape);
    const y = backend.output(x.shape, dtype);
    const from = backend.view(x);
    const to = backend.view(y);
    if (dtype === 'bool') for (const [i, value] of from.entries()) to[i] = value === 0 ? 0 : 1;
    else to.set(from); // float to int truncates
    return y;
  },
);

export const fill = defineKernel<
  never,
  { readonly shape: readonly number[]; readonly value: number; readonly dtype?: DataType }
>(Fill, (backend, _inputs, { shape, value, dtype }) => {
  const y = backend.output(shape, dtype ?? 'float32');
  backend.view(y).fill(value);
  return y;
});

export const zerosLike = defineKernel<'x', unknown>(ZerosLike, (backend, { x }) => {
  const y = backend.output(x.shape, x.dtype);
  backend.view(y).fill(0);
  return y;
});
