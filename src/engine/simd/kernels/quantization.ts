/** @file Ranges, fake-quantization and the mask of clipping. */
import { KERNELS } from '../../kernels.ts';
import type { OwnRange } from '../../kernels.ts';
import { listOf } from '../../lists.ts';
import { defineKernel, rangeCount, sizeOf } from './define.ts';
import { aroundZero, onGrid, rangeOf } from './grids.ts';

export const range = defineKernel<'x', { readonly scope: 'tensor' | 'channel' }>(
  KERNELS.range,
  (backend, { x }, { scope }) => rangeOf(backend, x, scope),
);

export const fakeQuantize = defineKernel<'x' | 'range', { readonly steps: number }>(
  KERNELS.fakeQuantize,
  (backend, { x, range: bounds }, { steps }) => onGrid(backend, x, bounds, steps),
);

export const quantizeAll = defineKernel<
  never,
  { readonly steps: number; readonly own: OwnRange; readonly count: number }
>(KERNELS.quantizeAll, (backend, inputs, { steps, own, count }) =>
  listOf(inputs, 'x', count).map((x) => {
    const bounds = rangeOf(backend, x, 'channel');
    if (own === 'around-zero') aroundZero(backend, bounds, bounds);
    const y = onGrid(backend, x, bounds, steps);
    backend.disposeData(bounds.dataId, true);
    return y;
  }),
);

export const clipMask = defineKernel<'dy' | 'x' | 'range', unknown>(
  KERNELS.clipMask,
  (backend, { dy, x, range: bounds }) => {
    const dx = backend.output(x.shape);
    const ranges = rangeCount(bounds);
    backend.wasm.clipMask(
      backend.address(dy),
      backend.address(x),
      backend.address(dx),
      sizeOf(x.shape),
      backend.address(bounds),
      ranges,
      backend.scratch(backend.wasm.gridBytes(ranges)),
    );
    return dx;
  },
);
