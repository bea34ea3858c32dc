/** @file Depthwise convolution and its gradients. */
import { KERNELS, convOutputSize } from '../../kernels.ts';
import type { ConvGeometry, InputGrid } from '../../kernels.ts';
import { defineKernel, extents, rangeArguments } from './define.ts';

type Geometry = Readonly<Pick<ConvGeometry, 'stride' | 'padHeight' | 'padWidth'>>;

/** Sizes of a layer, in the orders in which the module's functions take them. */
function layerOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { stride, padHeight, padWidth }: Geometry,
) {
  const [batch, height, width, channels] = extents(inputShape);
  const [filterHeight, filterWidth] = extents(filterShape);
  const outHeight = convOutputSize(height, filterHeight, padHeight, stride);
  const outWidth = convOutputSize(width, filterWidth, padWidth, stride);
  const filter = [filterHeight, filterWidth] as const;
  const output = [outHeight, outWidth] as const;
  return {
    outputShape: [batch, outHeight, outWidth, channels],
    all: [
      ...[batch, height, width, channels, ...filter, ...output],
      ...[stride, padHeight, padWidth],
    ],
    /** For the scratch of what walks the output, and of what walks the input. */
    byOutput: [channels, ...filter, ...output, stride],
    byInput: [height, width, channels, ...filter, stride],
  };
}

export const depthwise = defineKernel<'x' | 'w', Geometry & InputGrid>(
  KERNELS.depthwise,
  (backend, { x, w, range }, attrs) => {
    const layer = layerOf(x.shape, w.shape, attrs);
    const y = backend.output(layer.outputShape);
    const { wasm } = backend;
    const grid = rangeArguments(backend, range, attrs.steps);
    const scratch = backend.scratch(wasm.depthwiseScratch(...layer.byOutput, grid[1]));
    const addresses = [backend.address(x), backend.address(w), backend.address(y)];
    wasm.depthwise(...addresses, ...layer.all, ...grid, scratch);
    return y;
  },
);

export const depthwiseBackInput = defineKernel<
  'dy' | 'w',
  Geometry & { readonly inputShape: readonly number[] }
>(KERNELS.depthwiseBackInput, (backend, { dy, w }, attrs) => {
  const layer = layerOf(attrs.inputShape, w.shape, attrs);
  const dx = backend.output(attrs.inputShape);
  const { wasm } = backend;
  const scratch = backend.scratch(wasm.depthwiseBackInputScratch(...layer.byInput));
  const addresses = [backend.address(dy), backend.address(w), backend.address(dx)];
  wasm.depthwiseBackInput(...addresses, ...layer.all, scratch);
  return dx;
});

export const depthwiseBackFilter = defineKernel<
  'x' | 'dy',
  Geometry & InputGrid & { readonly filterShape: readonly number[] }
>(KERNELS.depthwiseBackFilter, (backend, { x, dy, range }, attrs) => {
  const layer = layerOf(x.shape, attrs.filterShape, attrs);
  const dw = backend.output(attrs.filterShape);
  const { wasm } = backend;
  const grid = rangeArguments(backend, range, attrs.steps);
  const scratch = backend.scratch(wasm.depthwiseScratch(...layer.byOutput, grid[1]));
  const addresses = [backend.address(x), backend.address(dy), backend.address(dw)];
  wasm.depthwiseBackFilter(...addresses, ...layer.all, ...grid, scratch);
  return dw;
});
