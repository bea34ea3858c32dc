/** @file Residual sums, pooling, bias and sums over rows. */
import { KERNELS } from '../../kernels.ts';
import type { RangeScope } from '../../kernels.ts';
import { channelsOf, defineKernel, extents, rangeCount, rangeShape, sizeOf } from './define.ts';

export const add = defineKernel<'a' | 'b', { readonly relu: boolean; readonly scope: RangeScope }>(
  KERNELS.add,
  (backend, { a, b }, { relu, scope }) => {
    const channels = channelsOf(a.shape);
    const shape = rangeShape(scope, channels);
    const y = backend.output(a.shape);
    const range = shape === null ? null : backend.output(shape);
    const ranges = rangeCount(range ?? undefined);
    backend.wasm.add(
      backend.address(a),
      backend.address(b),
      backend.address(y),
      sizeOf(a.shape),
      channels,
      relu ? 1 : 0,
      range === null ? 0 : backend.address(range),
      ranges,
      backend.scratch(backend.wasm.rangeScratch(channels, ranges)),
    );
    return range === null ? [y] : [y, range];
  },
);

export const reluBack = defineKernel<'dy' | 'y', unknown>(
  KERNELS.reluBack,
  (backend, { dy, y }) => {
    const dx = backend.output(y.shape);
    const count = sizeOf(y.shape);
    backend.wasm.reluBack(backend.address(dy), backend.address(y), backend.address(dx), count);
    return dx;
  },
);

export const globalPool = defineKernel<'x', unknown>(KERNELS.globalPool, (backend, { x }) => {
  const [batch, height, width, channels] = extents(x.shape);
  const y = backend.output([batch, channels]);
  backend.wasm.globalPool(backend.address(x), backend.address(y), batch, height * width, channels);
  return y;
});

export const globalPoolBack = defineKernel<
  'dy',
  { readonly height: number; readonly width: number }
>(KERNELS.globalPoolBack, (backend, { dy }, { height, width }) => {
  const [batch = 1, channels = 1] = dy.shape;
  const dx = backend.output([batch, height, width, channels]);
  const { wasm } = backend;
  wasm.globalPoolBack(backend.address(dy), backend.address(dx), batch, height * width, channels);
  return dx;
});

export const bias = defineKernel<'x' | 'b', unknown>(KERNELS.bias, (backend, { x, b }) => {
  const [rows = 1, columns = 1] = x.shape;
  const y = backend.output(x.shape);
  backend.wasm.bias(backend.address(x), backend.address(b), backend.address(y), rows, columns);
  return y;
});

export const columnSum = defineKernel<'x', unknown>(KERNELS.columnSum, (backend, { x }) => {
  const [rows = 1, columns = 1] = x.shape;
  const sum = backend.output([columns]);
  // Float64 totals, float32 sums of a block.
  const scratch = backend.scratch(columns * 12);
  backend.wasm.columnSum(backend.address(x), backend.address(sum), rows, columns, scratch);
  return sum;
});
