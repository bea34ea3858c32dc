/** @file Convolution, general and 1×1, and its gradients. */
import { KERNELS, convOutputSize } from '../../kernels.ts';
import type { ConvGeometry, InputGrid } from '../../kernels.ts';
import { defineKernel, extents, rangeCount } from './define.ts';

type Geometry = Readonly<Pick<ConvGeometry, 'stride' | 'padHeight' | 'padWidth' | 'groups'>>;

/** Whether every output pixel is a product of one input pixel: rows of a matrix. */
function isPointwise(
  filterHeight: number,
  filterWidth: number,
  { stride, padHeight, padWidth, groups }: Geometry,
): boolean {
  const isOne = filterHeight === 1 && filterWidth === 1 && stride === 1 && groups === 1;
  return isOne && padHeight === 0 && padWidth === 0;
}

export const conv = defineKernel<'x' | 'w', Geometry & InputGrid>(
  KERNELS.conv,
  (backend, { x, w, range }, attrs) => {
    const { stride, padHeight, padWidth, groups, steps } = attrs;
    const [batch, height, width, channels] = extents(x.shape);
    const [filterHeight, filterWidth, , columns] = extents(w.shape);
    const outHeight = convOutputSize(height, filterHeight, padHeight, stride);
    const outWidth = convOutputSize(width, filterWidth, padWidth, stride);
    const ranges = rangeCount(range);
    const y = backend.output([batch, outHeight, outWidth, columns]);
    const { wasm } = backend;
    if (isPointwise(filterHeight, filterWidth, attrs)) {
      const rows = batch * height * width;
      const scratch = backend.scratch(wasm.pointwiseScratch(rows, channels, columns, ranges));
      wasm.pointwise(
        backend.address(x),
        backend.address(w),
        backend.address(y),
        rows,
        channels,
        columns,
        range === undefined ? 0 : backend.address(range),
        ranges,
        steps,
        scratch,
      );
      return y;
    }
    const scratch = backend.scratch(
      wasm.convScratch(
        channels,
        columns,
        filterHeight,
        filterWidth,
        outHeight,
        outWidth,
        stride,
        groups,
        ranges,
      ),
    );
    wasm.conv(
      backend.address(x),
      backend.address(w),
      backend.address(y),
      batch,
      height,
      width,
      channels,
      columns,
      filterHeight,
      filterWidth,
      outHeight,
      outWidth,
      stride,
      padHeight,
      padWidth,
      groups,
      range === undefined ? 0 : backend.address(range),
      ranges,
      steps,
      scratch,
    );
    return y;
  },
);

export const convBackInput = defineKernel<
  'dy' | 'w',
  Geometry & { readonly inputShape: readonly number[] }
>(KERNELS.convBackInput, (backend, { dy, w }, attrs) => {
  const { stride, padHeight, padWidth, groups, inputShape } = attrs;
  const [batch, height, width, channels] = extents(inputShape);
  const [filterHeight, filterWidth, , columns] = extents(w.shape);
  const [, outHeight, outWidth] = extents(dy.shape);
  const dx = backend.output(inputShape);
  const { wasm } = backend;
  if (isPointwise(filterHeight, filterWidth, attrs)) {
    const rows = batch * height * width;
    const scratch = backend.scratch(wasm.pointwiseScratch(rows, columns, channels, 0));
    wasm.pointwiseBackInput(
      backend.address(dy),
      backend.address(w),
      backend.address(dx),
      rows,
      channels,
      columns,
      scratch,
    );
    return dx;
  }
  const scratch = backend.scratch(
    wasm.convBackInputScratch(
      height,
      width,
      channels,
      columns,
      filterHeight,
      filterWidth,
      stride,
      groups,
    ),
  );
  wasm.convBackInput(
    backend.address(dy),
    backend.address(w),
    backend.address(dx),
    batch,
    height,
    width,
    channels,
    columns,
    filterHeight,
    filterWidth,
    outHeight,
    outWidth,
    stride,
    padHeight,
    padWidth,
    groups,
    scratch,
  );
  return dx;
});

export const convBackFilter = defineKernel<
  'x' | 'dy',
  Geometry & InputGrid & { readonly filterShape: readonly number[] }
>(KERNELS.convBackFilter, (backend, { x, dy, range }, attrs) => {
  const { stride, padHeight, padWidth, groups, steps, filterShape } = attrs;
  const [batch, height, width, channels] = extents(x.shape);
  const [filterHeight, filterWidth, , columns] = extents(filterShape);
  const [, outHeight, outWidth] = extents(dy.shape);
  const ranges = rangeCount(range);
  const dw = backend.output(filterShape);
  const { wasm } = backend;
  if (isPointwise(filterHeight, filterWidth, attrs)) {
    const rows = batch * height * width;
    const scratch = backend.scratch(wasm.pointwiseScratch(rows, channels, columns, ranges));
    wasm.pointwiseBackFilter(
      backend.address(x),
      backend.address(dy),
      backend.address(dw),
      rows,
      channels,
      columns,
      range === undefined ? 0 : backend.address(range),
      ranges,
      steps,
      scratch,
    );
    return dw;
  }
  const scratch = backend.scratch(
    wasm.convBackFilterScratch(
      channels,
      columns,
      filterHeight,
      filterWidth,
      outHeight,
      outWidth,
      stride,
      groups,
      ranges,
    ),
  );
  wasm.convBackFilter(
    backend.address(x),
    backend.address(dy),
    backend.address(dw),
    batch,
    height,
    width,
    channels,
    columns,
    filterHeight,
    filterWidth,
    outHeight,
    outWidth,
    stride,
    padHeight,
    padWidth,
    groups,
    range === undefined ? 0 : backend.address(range),
    ranges,
    steps,
    scratch,
  );
  return dw;
});
