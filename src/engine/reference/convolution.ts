/**
 * @file Reference of the convolution kernels and their gradients (meaning: ../kernels.ts).
 *
 * All three visit the same products `x · w → y`; they differ in which of the three is summed into.
 */
import { convOutputSize } from '../kernels.ts';
import type { ConvGeometry, InputGrid } from '../kernels.ts';
import { at, extents4, zeros } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';
import { gridded } from './quantization.ts';

/** Flat indices of the input, filter and output values of one product. */
type VisitProduct = (x: number, w: number, y: number) => void;

type Shape = readonly number[];

/** Every product of a convolution that does not read padding. */
function visitConv(
  xShape: Shape,
  wShape: Shape,
  geometry: ConvGeometry,
  visit: VisitProduct,
): void {
  const [, , , channels] = extents4(xShape);
  const [filterHeight, filterWidth, depth, outChannels] = extents4(wShape);
  const { groups } = geometry;
  if (depth * groups !== channels || outChannels % groups !== 0) {
    throw new Error(`internal: filter [${wShape.join()}] on [${xShape.join()}], ${groups} groups`);
  }
  visitTaps(xShape, [filterHeight, filterWidth], geometry, (pixel, tap, outPixel) => {
    for (let k = 0; k < outChannels; k++) {
      const group = Math.floor((k * groups) / outChannels);
      for (let c = 0; c < depth; c++) {
        visit(
          pixel * channels + group * depth + c,
          (tap * depth + c) * outChannels + k,
          outPixel * outChannels + k,
        );
      }
    }
  });
}

/** Every product of a depthwise convolution that does not read padding. */
function visitDepthwise(
  xShape: Shape,
  wShape: Shape,
  geometry: ConvGeometry,
  visit: VisitProduct,
): void {
  const [, , , channels] = extents4(xShape);
  const [filterHeight, filterWidth, depth, multiplier] = extents4(wShape);
  if (depth !== channels || multiplier !== 1) {
    throw new Error(`internal: depthwise filter [${wShape.join()}] on [${xShape.join()}]`);
  }
  visitTaps(xShape, [filterHeight, filterWidth], geometry, (pixel, tap, outPixel) => {
    for (let c = 0; c < channels; c++) {
      visit(pixel * channels + c, tap * channels + c, outPixel * channels + c);
    }
  });
}

/** Every (input pixel, filter tap, output pixel) that meet; pixels count over the batch. */
function visitTaps(
  xShape: Shape,
  filter: readonly [number, number],
  { stride, padHeight, padWidth }: ConvGeometry,
  visit: (pixel: number, tap: number, outPixel: number) => void,
): void {
  const [batch, height, width] = extents4(xShape);
  const [filterHeight, filterWidth] = filter;
  const outHeight = convOutputSize(height, filterHeight, padHeight, stride);
  const outWidth = convOutputSize(width, filterWidth, padWidth, stride);
  for (let n = 0; n < batch; n++) {
    for (let q = 0; q < outHeight; q++) {
      for (let p = 0; p < outWidth; p++) {
        const outPixel = (n * outHeight + q) * outWidth + p;
        for (let s = 0; s < filterHeight; s++) {
          for (let r = 0; r < filterWidth; r++) {
            const row = q * stride + s - padHeight;
            const column = p * stride + r - padWidth;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            visit((n * height + row) * width + column, s * filterWidth + r, outPixel);
          }
        }
      }
    }
  }
}

/** @returns [N, Q, P, K] */
export function convOutputShape(
  xShape: Shape,
  wShape: Shape,
  { stride, padHeight, padWidth }: ConvGeometry,
): [number, number, number, number] {
  const [batch, height, width] = extents4(xShape);
  const [filterHeight, filterWidth, , outChannels] = extents4(wShape);
  return [
    batch,
    convOutputSize(height, filterHeight, padHeight, stride),
    convOutputSize(width, filterWidth, padWidth, stride),
    outChannels,
  ];
}

type Visitor = (x: Shape, w: Shape, geometry: ConvGeometry, visit: VisitProduct) => void;

/** Sums of products in float64, rounded to the storage once. */
function sumProducts(
  shape: Shape,
  like: NdArray,
  accumulate: (sums: Float64Array) => void,
): NdArray {
  const result = zeros(shape, like);
  const sums = new Float64Array(result.data.length);
  accumulate(sums);
  result.data.set(sums);
  return result;
}

function add(sums: Float64Array, index: number, term: number): void {
  sums[index] = at(sums, index) + term;
}

function forward(
  visitor: Visitor,
  outShape: Shape,
  { x, w, geometry }: { x: NdArray; w: NdArray; geometry: ConvGeometry },
): NdArray {
  return sumProducts(outShape, x, (sums) => {
    visitor(x.shape, w.shape, geometry, (xi, wi, yi) => {
      add(sums, yi, at(x.data, xi) * at(w.data, wi));
    });
  });
}

function backInput(
  visitor: Visitor,
  inputShape: Shape,
  { dy, w, geometry }: { dy: NdArray; w: NdArray; geometry: ConvGeometry },
): NdArray {
  return sumProducts(inputShape, dy, (sums) => {
    visitor(inputShape, w.shape, geometry, (xi, wi, yi) => {
      add(sums, xi, at(dy.data, yi) * at(w.data, wi));
    });
  });
}

function backFilter(
  visitor: Visitor,
  filterShape: Shape,
  { x, dy, geometry }: { x: NdArray; dy: NdArray; geometry: ConvGeometry },
): NdArray {
  return sumProducts(filterShape, dy, (sums) => {
    visitor(x.shape, filterShape, geometry, (xi, wi, yi) => {
      add(sums, wi, at(x.data, xi) * at(dy.data, yi));
    });
  });
}

export function conv(
  x: NdArray,
  w: NdArray,
  range: NdArray | null,
  geometry: ConvGeometry,
  grid: InputGrid,
): NdArray {
  const outShape = convOutputShape(x.shape, w.shape, geometry);
  return forward(visitConv, outShape, { x: gridded(x, range, grid.steps), w, geometry });
}

export function convBackInput(
  dy: NdArray,
  w: NdArray,
  inputShape: Shape,
  geometry: ConvGeometry,
): NdArray {
  return backInput(visitConv, inputShape, { dy, w, geometry });
}

export function convBackFilter(
  x: NdArray,
  dy: NdArray,
  range: NdArray | null,
  filterShape: Shape,
  geometry: ConvGeometry,
  grid: InputGrid,
): NdArray {
  return backFilter(visitConv, filterShape, { x: gridded(x, range, grid.steps), dy, geometry });
}

export function depthwise(
  x: NdArray,
  w: NdArray,
  range: NdArray | null,
  geometry: ConvGeometry,
  grid: InputGrid,
): NdArray {
  const [batch, outHeight, outWidth] = convOutputShape(x.shape, w.shape, geometry);
  const outShape = [batch, outHeight, outWidth, extents4(x.shape)[3]];
  return forward(visitDepthwise, outShape, { x: gridded(x, range, grid.steps), w, geometry });
}

export function depthwiseBackInput(
  dy: NdArray,
  w: NdArray,
  inputShape: Shape,
  geometry: ConvGeometry,
): NdArray {
  return backInput(visitDepthwise, inputShape, { dy, w, geometry });
}

export function depthwiseBackFilter(
  x: NdArray,
  dy: NdArray,
  range: NdArray | null,
  filterShape: Shape,
  geometry: ConvGeometry,
  grid: InputGrid,
): NdArray {
  const quantized = gridded(x, range, grid.steps);
  return backFilter(visitDepthwise, filterShape, { x: quantized, dy, geometry });
}
