/** @file Convolution, general and 1×1, and its gradients. */
import { KERNELS, convOutputSize } from '../../kernels.ts';
import type { ConvGeometry, InputGrid } from '../../kernels.ts';
import { defineKernel, extents, rangeArguments } from './define.ts';

type Geometry = Readonly<Pick<ConvGeometry, 'stride' | 'padHeight' | 'padWidth' | 'groups'>>;

/** Sizes of a layer, in the orders in which the module's functions take them. */
function layerOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { stride, padHeight, padWidth, groups }: Geometry,
) {
  const [batch, height, width, channels] = extents(inputShape);
  const [filterHeight, filterWidth, , columns] = extents(filterShape);
  const outHeight = convOutputSize(height, filterHeight, padHeight, stride);
  const outWidth = convOutputSize(width, filterWidth, padWidth, stride);
  const isOne = filterHeight === 1 && filterWidth === 1 && stride === 1 && groups === 1;
  const ends = [channels, columns] as const;
  const filter = [filterHeight, filterWidth] as const;
  const output = [outHeight, outWidth] as const;
  return {
    outputShape: [batch, outHeight, outWidth, columns],
    /** Every output pixel is a product of one input pixel: rows of a matrix. */
    isPointwise: isOne && padHeight === 0 && padWidth === 0,
    matrix: [batch * height * width, ...ends] as const,
    all: [
      ...[batch, height, width, ...ends, ...filter, ...output],
      ...[stride, padHeight, padWidth, groups],
    ],
    /** For the scratch of what walks the output, and of what walks the input. */
    byOutput: [...ends, ...filter, ...output, stride, groups],
    byInput: [height, width, ...ends, ...filter, stride, groups],
  };
}

export const conv = defineKernel<'x' | 'w', Geometry & InputGrid>(
  KERNELS.conv,
  (backend, { x, w, range }, attrs) => {
    const layer = layerOf(x.shape, w.shape, attrs);
    const y = backend.output(layer.outputShape);
    const { wasm } = backend;
    const grid = rangeArguments(backend, range, attrs.steps);
    const addresses = [backend.address(x), backend.address(w), backend.address(y)] as const;
    if (layer.isPointwise) {
      const scratch = backend.scratch(wasm.pointwiseScratch(...layer.matrix, grid[1]));
      wasm.pointwise(...addresses, ...layer.matrix, ...grid, scratch);
    } else {
      const scratch = backend.scratch(wasm.convScratch(...layer.byOutput, grid[1]));
      wasm.conv(...addresses, ...layer.all, ...grid, scratch);
    }
    return y;
  },
);

export const convBackInput = defineKernel<
  'dy' | 'w',
  Geometry & { readonly inputShape: readonly number[] }
>(KERNELS.convBackInput, (backend, { dy, w }, attrs) => {
  const layer = layerOf(attrs.inputShape, w.shape, attrs);
  const dx = backend.output(attrs.inputShape);
  const { wasm } = backend;
  const addresses = [backend.address(dy), backend.address(w), backend.address(dx)] as const;
  if (layer.isPointwise) {
    const [rows, channels, columns] = layer.matrix;
    const scratch = backend.scratch(wasm.pointwiseScratch(rows, columns, channels, 0));
    wasm.pointwiseBackInput(...addresses, ...layer.matrix, scratch);
  } else {
    const scratch = backend.scratch(wasm.convBackInputScratch(...layer.byInput));
    wasm.convBackInput(...addresses, ...layer.all, scratch);
  }
  return dx;
});

export const convBackFilter = defineKernel<
  'x' | 'dy',
  Geometry & InputGrid & { readonly filterShape: readonly number[] }
>(KERNELS.convBackFilter, (backend, { x, dy, range }, attrs) => {
  const layer = layerOf(x.shape, attrs.filterShape, attrs);
  const dw = backend.output(attrs.filterShape);
  const { wasm } = backend;
  const grid = rangeArguments(backend, range, attrs.steps);
  const addresses = [backend.address(x), backend.address(dy), backend.address(dw)] as const;
  if (layer.isPointwise) {
    const scratch = backend.scratch(wasm.pointwiseScratch(...layer.matrix, grid[1]));
    wasm.pointwiseBackFilter(...addresses, ...layer.matrix, ...grid, scratch);
  } else {
    const scratch = backend.scratch(wasm.convBackFilterScratch(...layer.byOutput, grid[1]));
    wasm.convBackFilter(...addresses, ...layer.all, ...grid, scratch);
  }
  return dw;
});
