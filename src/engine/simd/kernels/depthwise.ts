/** @file Depthwise convolution and its gradients. */
import { KERNELS, convOutputSize } from '../../kernels.ts';
import type { ConvGeometry, InputGrid } from '../../kernels.ts';
import { defineKernel, extents, rangeCount } from './define.ts';

type Geometry = Readonly<Pick<ConvGeometry, 'stride' | 'padHeight' | 'padWidth'>>;

export const depthwise = defineKernel<'x' | 'w', Geometry & InputGrid>(
  KERNELS.depthwise,
  (backend, { x, w, range }, { stride, padHeight, padWidth, steps }) => {
    const [batch, height, width, channels] = extents(x.shape);
    const [filterHeight, filterWidth] = extents(w.shape);
    const outHeight = convOutputSize(height, filterHeight, padHeight, stride);
    const outWidth = convOutputSize(width, filterWidth, padWidth, stride);
    const ranges = rangeCount(range);
    const y = backend.output([batch, outHeight, outWidth, channels]);
    const { wasm } = backend;
    const scratch = backend.scratch(
      wasm.depthwiseScratch(
        channels,
        filterHeight,
        filterWidth,
        outHeight,
        outWidth,
        stride,
        ranges,
      ),
    );
    wasm.depthwise(
      backend.address(x),
      backend.address(w),
      backend.address(y),
      batch,
      height,
      width,
      channels,
      filterHeight,
      filterWidth,
      outHeight,
      outWidth,
      stride,
      padHeight,
      padWidth,
      range === undefined ? 0 : backend.address(range),
      ranges,
      steps,
      scratch,
    );
    return y;
  },
);

export const depthwiseBackInput = defineKernel<
  'dy' | 'w',
  Geometry & { readonly inputShape: readonly number[] }
>(KERNELS.depthwiseBackInput, (backend, { dy, w }, { stride, padHeight, padWidth, inputShape }) => {
  const [batch, height, width, channels] = extents(inputShape);
  const [filterHeight, filterWidth] = extents(w.shape);
  const [, outHeight, outWidth] = extents(dy.shape);
  const dx = backend.output(inputShape);
  const { wasm } = backend;
  const scratch = backend.scratch(
    wasm.depthwiseBackInputScratch(height, width, channels, filterHeight, filterWidth, stride),
  );
  wasm.depthwiseBackInput(
    backend.address(dy),
    backend.address(w),
    backend.address(dx),
    batch,
    height,
    width,
    channels,
    filterHeight,
    filterWidth,
    outHeight,
    outWidth,
    stride,
    padHeight,
    padWidth,
    scratch,
  );
  return dx;
});

export const depthwiseBackFilter = defineKernel<
  'x' | 'dy',
  Geometry & InputGrid & { readonly filterShape: readonly number[] }
>(
  KERNELS.depthwiseBackFilter,
  (backend, { x, dy, range }, { stride, padHeight, padWidth, steps, filterShape }) => {
    const [batch, height, width, channels] = extents(x.shape);
    const [filterHeight, filterWidth] = extents(filterShape);
    const [, outHeight, outWidth] = extents(dy.shape);
    const ranges = rangeCount(range);
    const dw = backend.output(filterShape);
    const { wasm } = backend;
    const scratch = backend.scratch(
      wasm.depthwiseScratch(
        channels,
        filterHeight,
        filterWidth,
        outHeight,
        outWidth,
        stride,
        ranges,
      ),
    );
    wasm.depthwiseBackFilter(
      backend.address(x),
      backend.address(dy),
      backend.address(dw),
      batch,
      height,
      width,
      channels,
      filterHeight,
      filterWidth,
      outHeight,
      outWidth,
      stride,
      padHeight,
      padWidth,
      range === undefined ? 0 : backend.address(range),
      ranges,
      steps,
      scratch,
    );
    return dw;
  },
);
