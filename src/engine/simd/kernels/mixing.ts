/** @file Weighted sums of branches and channel shuffles. */
import { KERNELS } from '../../kernels.ts';
import { listOf } from '../../lists.ts';
import { channelsOf, defineKernel, sizeOf } from './define.ts';

/** Floats of a block of the sum that stays in cache while all branches are added. */
const BLOCK_FLOATS = 4096;
const FLOAT_BYTES = 4;

export const mix = defineKernel<never, { readonly weights: readonly number[] }>(
  KERNELS.mix,
  (backend, inputs, { weights }) => {
    const branches = listOf(inputs, 'x', weights.length);
    const y = backend.output(branches[0]?.shape ?? []);
    const to = backend.address(y);
    const from = branches.map((branch) => backend.address(branch));
    const count = sizeOf(y.shape);
    const { wasm } = backend;
    for (let start = 0; start < count; start += BLOCK_FLOATS) {
      const length = Math.min(BLOCK_FLOATS, count - start);
      const at = start * FLOAT_BYTES;
      from.forEach((address, i) => {
        const weight = weights[i] ?? NaN;
        if (i === 0) wasm.scaleTo(address + at, to + at, length, weight);
        else wasm.accumulate(to + at, address + at, length, weight);
      });
    }
    return y;
  },
);

export const mixBack = defineKernel<'dy', { readonly count: number }>(
  KERNELS.mixBack,
  (backend, inputs, { count }) => {
    const sums = backend.output([count]);
    const dy = backend.address(inputs.dy);
    const size = sizeOf(inputs.dy.shape);
    const values = listOf(inputs, 'x', count).map((x) =>
      backend.wasm.dot(dy, backend.address(x), size),
    );
    backend.view(sums).set(values);
    return sums;
  },
);

export const shuffle = defineKernel<'x', { readonly groups: number }>(
  KERNELS.shuffle,
  (backend, { x }, { groups }) => {
    const y = backend.output(x.shape);
    const channels = channelsOf(x.shape);
    const rows = sizeOf(x.shape) / channels;
    const { wasm } = backend;
    wasm.shuffle(backend.address(x), backend.address(y), rows, groups, channels / groups);
    return y;
  },
);
