/**
 * @file Convolution and its gradients as matrix products over pixels, taps and channels.
 *
 * The input is put on its grid while it is read. A 1×1 convolution without stride or padding reads
 * its operands as the matrices that they are.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../kernels.ts';
import { makeTensor } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { extentsOf } from './conv-extents.ts';
import type { ConvExtents } from './conv-extents.ts';
import { gridOf } from './gridded-input.ts';
import type { GriddedInput } from './gridded-input.ts';
import { dispatchProduct, tileOf } from './matrix-product.ts';
import { sumParts } from './parts.ts';

function isPointwise(extents: ConvExtents, { stride, padHeight, padWidth }: ConvGeometry): boolean {
  const { filterHeight, filterWidth } = extents;
  return filterHeight * filterWidth === 1 && stride === 1 && padHeight + padWidth === 0;
}

function uniformsOf(extents: ConvExtents, geometry: ConvGeometry) {
  const { stride, padHeight, padWidth, groups } = geometry;
  const { height, width, channels, outHeight, outWidth, outChannels, filterWidth } = extents;
  return {
    height,
    width,
    channels,
    outHeight,
    outWidth,
    outChannels,
    filterWidth,
    stride,
    padHeight,
    padWidth,
    groupChannels: channels / groups,
    groupOutChannels: outChannels / groups,
  };
}

/**
 * WGSL: `pixelOf(outPixel)` (offset of the image, top row, left column), `tapOf(index)` (row and
 * column in the filter, channel, index), and the gridded input where both meet.
 */
function readInput(pointwise: boolean): string {
  if (pointwise) {
    return `
      fn pixelOf(index: u32) -> vec4<i32> {
        return vec4<i32>(i32(index * u.channels), 0, 0, i32(index));
      }
      fn tapOf(index: u32) -> vec4<i32> {
        return vec4<i32>(0, 0, i32(batch * u.groupChannels + index), i32(index));
      }
      fn inputAt(pixel: vec4<i32>, tap: vec4<i32>) -> f32 {
        return onGrid(x[pixel.x + tap.z], u32(tap.z));
      }`;
  }
  return `
    fn pixelOf(index: u32) -> vec4<i32> {
      let p = index % u.outWidth;
      let q = index / u.outWidth % u.outHeight;
      let n = index / u.outWidth / u.outHeight;
      return vec4<i32>(
        i32(n * u.height * u.width * u.channels),
        i32(q * u.stride) - i32(u.padHeight),
        i32(p * u.stride) - i32(u.padWidth),
        i32(index));
    }
    fn tapOf(index: u32) -> vec4<i32> {
      let tap = index / u.groupChannels;
      let c = batch * u.groupChannels + index % u.groupChannels;
      return vec4<i32>(i32(tap / u.filterWidth), i32(tap % u.filterWidth), i32(c), i32(index));
    }
    fn inputAt(pixel: vec4<i32>, tap: vec4<i32>) -> f32 {
      let row = pixel.y + tap.x;
      let column = pixel.z + tap.y;
      if (row < 0 || column < 0 || row >= i32(u.height) || column >= i32(u.width)) { return 0.0; }
      let at = pixel.x + (row * i32(u.width) + column) * i32(u.channels) + tap.z;
      return onGrid(x[at], u32(tap.z));
    }`;
}

export function conv(
  backend: WebGpuBackend,
  input: GriddedInput,
  w: TensorInfo,
  geometry: ConvGeometry,
): TensorInfo {
  const { x } = input;
  const extents = extentsOf(x.shape, w.shape, geometry);
  const { batch, channels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = extents;
  const { groups } = geometry;
  const pointwise = isPointwise(extents, geometry);
  const grid = gridOf(input);
  const y = makeTensor(backend, [batch, outHeight, outWidth, outChannels]);
  dispatchProduct(backend, {
    name: 'conv',
    variant: `${pointwise ? 'pointwise ' : ''}${grid.variant}`,
    reads: { x, w, ...grid.reads },
    writes: { y },
    rows: batch * outHeight * outWidth,
    columns: outChannels / groups,
    depth: (filterHeight * filterWidth * channels) / groups,
    batches: groups,
    splits: 1,
    u32: { ...uniformsOf(extents, geometry), ...grid.u32 },
    leftContiguous: 'depth',
    rightContiguous: 'column',
    functions: `
      ${grid.wgsl}
      ${readInput(pointwise)}
      fn rowOf(row: u32) -> vec4<i32> { return pixelOf(row); }
      fn depthOf(k: u32) -> vec4<i32> { return tapOf(k); }
      fn left(row: vec4<i32>, k: vec4<i32>) -> f32 { return inputAt(row, k); }
      fn right(k: vec4<i32>, column: u32) -> f32 {
        return w[u32(k.w) * u.outChannels + batch * u.groupOutChannels + column];
      }
      fn store(row: u32, column: u32, value: f32) {
        y[row * u.outChannels + batch * u.groupOutChannels + column] = value;
      }`,
  });
  return y;
}

/** WGSL: `rowOf` an input pixel, `depthOf` a tap and output channel, `left` the gradient there. */
function readGradient(pointwise: boolean): string {
  if (pointwise) {
    return `
      fn rowOf(row: u32) -> vec4<i32> { return vec4<i32>(i32(row * u.outChannels), 0, 0, 0); }
      fn depthOf(k: u32) -> vec4<i32> {
        return vec4<i32>(0, 0, i32(batch * u.groupOutChannels + k), 0);
      }
      fn left(row: vec4<i32>, k: vec4<i32>) -> f32 { return dy[row.x + k.z]; }`;
  }
  return `
    fn rowOf(row: u32) -> vec4<i32> {
      let column = row % u.width;
      let line = row / u.width % u.height;
      let n = row / u.width / u.height;
      return vec4<i32>(
        i32(n * u.outHeight * u.outWidth * u.outChannels),
        i32(line + u.padHeight),
        i32(column + u.padWidth),
        0);
    }
    fn depthOf(k: u32) -> vec4<i32> {
      let tap = k / u.groupOutChannels;
      return vec4<i32>(
        i32(tap / u.filterWidth),
        i32(tap % u.filterWidth),
        i32(batch * u.groupOutChannels + k % u.groupOutChannels),
        i32(tap));
    }
    fn left(row: vec4<i32>, k: vec4<i32>) -> f32 {
      let stride = i32(u.stride);
      let down = row.y - k.x;
      let across = row.z - k.y;
      if (down < 0 || across < 0 || down % stride != 0 || across % stride != 0) { return 0.0; }
      let q = down / stride;
      let p = across / stride;
      if (q >= i32(u.outHeight) || p >= i32(u.outWidth)) { return 0.0; }
      return dy[row.x + (q * i32(u.outWidth) + p) * i32(u.outChannels) + k.z];
    }`;
}

export function convBackInput(
  backend: WebGpuBackend,
  dy: TensorInfo,
  w: TensorInfo,
  inputShape: readonly number[],
  geometry: ConvGeometry,
): TensorInfo {
  const extents = extentsOf(inputShape, w.shape, geometry);
  const { batch, height, width, channels, outChannels, filterHeight, filterWidth } = extents;
  const { groups } = geometry;
  const pointwise = isPointwise(extents, geometry);
  const dx = makeTensor(backend, inputShape);
  dispatchProduct(backend, {
    name: 'convBackInput',
    variant: pointwise ? 'pointwise' : '',
    reads: { dy, w },
    writes: { dx },
    rows: batch * height * width,
    columns: channels / groups,
    depth: (filterHeight * filterWidth * outChannels) / groups,
    batches: groups,
    splits: 1,
    u32: uniformsOf(extents, geometry),
    leftContiguous: 'depth',
    rightContiguous: 'depth',
    functions: `
      ${readGradient(pointwise)}
      fn right(k: vec4<i32>, column: u32) -> f32 {
        return w[(u32(k.w) * u.groupChannels + column) * u.outChannels + u32(k.z)];
      }
      fn store(row: u32, column: u32, value: f32) {
        dx[row * u.channels + batch * u.groupChannels + column] = value;
      }`,
  });
  return dx;
}

/** Output pixels per split of the filter's gradient, and the workgroups to aim at. */
const SPLIT_PIXELS = 1024;
const WANTED_WORKGROUPS = 256;

export function convBackFilter(
  backend: WebGpuBackend,
  input: GriddedInput,
  dy: TensorInfo,
  filterShape: readonly number[],
  geometry: ConvGeometry,
): TensorInfo {
  const { x } = input;
  const extents = extentsOf(x.shape, filterShape, geometry);
  const { batch, channels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = extents;
  const { groups } = geometry;
  const rows = (filterHeight * filterWidth * channels) / groups;
  const columns = outChannels / groups;
  const depth = batch * outHeight * outWidth;
  const tile = tileOf(rows, columns, groups);
  const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * groups;
  const splits = Math.max(
    1,
    Math.min(Math.ceil(WANTED_WORKGROUPS / tiles), Math.floor(depth / SPLIT_PIXELS)),
  );
  const pointwise = isPointwise(extents, geometry);
  const grid = gridOf(input);
  const parts = makeTensor(backend, splits === 1 ? filterShape : [splits, ...filterShape]);
  dispatchProduct(backend, {
    name: 'convBackFilter',
    variant: `${pointwise ? 'pointwise ' : ''}${grid.variant}`,
    reads: { x, dy, ...grid.reads },
    writes: { parts },
    rows,
    columns,
    depth,
    batches: groups,
    splits,
    u32: { ...uniformsOf(extents, geometry), ...grid.u32 },
    leftContiguous: 'row',
    rightContiguous: 'column',
    functions: `
      ${grid.wgsl}
      ${readInput(pointwise)}
      fn rowOf(row: u32) -> vec4<i32> { return tapOf(row); }
      fn depthOf(k: u32) -> vec4<i32> { return pixelOf(k); }
      fn left(row: vec4<i32>, k: vec4<i32>) -> f32 { return inputAt(k, row); }
      fn right(k: vec4<i32>, column: u32) -> f32 {
        return dy[u32(k.w) * u.outChannels + batch * u.groupOutChannels + column];
      }
      fn store(row: u32, column: u32, value: f32) {
        let at = row * u.outChannels + batch * u.groupOutChannels + column;
        parts[split * u.rows * u.outChannels + at] = value;
      }`,
  });
  return splits === 1 ? parts : sumParts(backend, parts, filterShape);
}
