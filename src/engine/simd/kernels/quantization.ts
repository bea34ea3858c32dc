/** @file Ranges, fake-quantization and the mask of clipping. */
import { KERNELS } from '../../kernels.ts';
import { channelsOf, defineKernel, rangeCount, rangeShape, sizeOf } from './define.ts';

export const range = defineKernel<'x', { readonly scope: 'tensor' | 'channel' }>(
  KERNELS.range,
  (backend, { x }, { scope }) => {
    const channels = channelsOf(x.shape);
    const result = backend.output(rangeShape(scope, channels) ?? [2]);
    const ranges = rangeCount(result);
    backend.wasm.rangeOf(
      backend.address(x),
      sizeOf(x.shape),
      channels,
      backend.address(result),
      ranges,
      backend.scratch(backend.wasm.rangeScratch(channels, ranges)),
    );
    return result;
  },
);

export const fakeQuantize = defineKernel<'x' | 'range', { readonly steps: number }>(
  KERNELS.fakeQuantize,
  (backend, { x, range: bounds }, { steps }) => {
    const y = backend.output(x.shape);
    const ranges = rangeCount(bounds);
    backend.wasm.fakeQuantize(
      backend.address(x),
      backend.address(y),
      sizeOf(x.shape),
      backend.address(bounds),
      ranges,
      steps,
      backend.scratch(backend.wasm.gridBytes(ranges)),
    );
    return y;
  },
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
