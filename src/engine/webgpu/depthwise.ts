/**
 * @file Depthwise convolution and its gradients.
 *
 * Forward and input gradient: a thread per value, over the taps. Filter gradient: a sum over all
 * pixels for each tap and channel, so column blocks as in `columns.ts`, one filter row per
 * workgroup; chunks of pixels are summed by a second dispatch.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../kernels.ts';
import { makeTensor, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, blockedProgram, blockingOf, columnSetup, eachRow, sumLanes } from './columns.ts';
import { extentsOf } from './conv-extents.ts';
import type { ConvExtents } from './conv-extents.ts';
import { dispatch } from './dispatch.ts';
import { dispatchElements } from './elementwise.ts';
import { gridOf } from './gridded-input.ts';
import type { GriddedInput } from './gridded-input.ts';
import { sumParts } from './parts.ts';

/** Up to so many pixels are one chunk of the filter's gradient. */
const WHOLE_PIXELS = 1024;

function uniformsOf(extents: ConvExtents, { stride, padHeight, padWidth }: ConvGeometry) {
  const { height, width, channels, outHeight, outWidth, filterHeight, filterWidth } = extents;
  return {
    height,
    width,
    channels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    stride,
    padHeight,
    padWidth,
  };
}

export function depthwise(
  backend: WebGpuBackend,
  input: GriddedInput,
  w: TensorInfo,
  geometry: ConvGeometry,
): TensorInfo {
  const { x } = input;
  const extents = extentsOf(x.shape, w.shape, geometry);
  const grid = gridOf(input);
  const { batch, outHeight, outWidth, channels } = extents;
  const y = makeTensor(backend, [batch, outHeight, outWidth, channels]);
  dispatchElements(backend, {
    name: 'depthwise',
    variant: grid.variant,
    reads: { x, w, ...grid.reads },
    writes: { y },
    size: sizeOf(y.shape),
    u32: { ...uniformsOf(extents, geometry), ...grid.u32 },
    declarations: grid.wgsl,
    element: `
      let c = i % u.channels;
      let pixel = i / u.channels;
      let p = pixel % u.outWidth;
      let q = pixel / u.outWidth % u.outHeight;
      let image = pixel / u.outWidth / u.outHeight * u.height * u.width;
      var sum = 0.0;
      for (var s = 0u; s < u.filterHeight; s++) {
        let row = i32(q * u.stride + s) - i32(u.padHeight);
        if (row < 0 || row >= i32(u.height)) { continue; }
        for (var r = 0u; r < u.filterWidth; r++) {
          let column = i32(p * u.stride + r) - i32(u.padWidth);
          if (column < 0 || column >= i32(u.width)) { continue; }
          let at = image + u32(row) * u.width + u32(column);
          let value = onGrid(x[at * u.channels + c], c);
          sum += value * w[(s * u.filterWidth + r) * u.channels + c];
        }
      }
      y[i] = sum;`,
  });
  return y;
}

export function depthwiseBackInput(
  backend: WebGpuBackend,
  dy: TensorInfo,
  w: TensorInfo,
  inputShape: readonly number[],
  geometry: ConvGeometry,
): TensorInfo {
  const extents = extentsOf(inputShape, w.shape, geometry);
  const dx = makeTensor(backend, inputShape);
  dispatchElements(backend, {
    name: 'depthwiseBackInput',
    reads: { dy, w },
    writes: { dx },
    size: sizeOf(inputShape),
    u32: uniformsOf(extents, geometry),
    element: `
      let c = i % u.channels;
      let pixel = i / u.channels;
      let column = pixel % u.width + u.padWidth;
      let row = pixel / u.width % u.height + u.padHeight;
      let image = pixel / u.width / u.height * u.outHeight * u.outWidth;
      var sum = 0.0;
      for (var s = 0u; s < min(u.filterHeight, row + 1u); s++) {
        let down = row - s;
        let q = down / u.stride;
        if (down % u.stride != 0u || q >= u.outHeight) { continue; }
        for (var r = 0u; r < min(u.filterWidth, column + 1u); r++) {
          let across = column - r;
          let p = across / u.stride;
          if (across % u.stride != 0u || p >= u.outWidth) { continue; }
          let at = image + q * u.outWidth + p;
          sum += dy[at * u.channels + c] * w[(s * u.filterWidth + r) * u.channels + c];
        }
      }
      dx[i] = sum;`,
  });
  return dx;
}

export function depthwiseBackFilter(
  backend: WebGpuBackend,
  input: GriddedInput,
  dy: TensorInfo,
  filterShape: readonly number[],
  geometry: ConvGeometry,
): TensorInfo {
  const { x } = input;
  const extents = extentsOf(x.shape, filterShape, geometry);
  const { batch, outHeight, outWidth, channels, filterHeight, filterWidth } = extents;
  const blocking = blockingOf(batch * outHeight * outWidth, channels, WHOLE_PIXELS);
  const grid = gridOf(input);
  const { chunks } = blocking;
  const parts = makeTensor(backend, chunks === 1 ? filterShape : [chunks, ...filterShape]);
  const eachTap = (line: (r: number) => string): string =>
    Array.from({ length: filterWidth }, (_, r) => line(r)).join('\n');
  const { variant, u32, workgroupSize } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'depthwiseBackFilter',
    // One sum per tap of a row, in registers: the width is part of the code.
    variant: `${grid.variant} ${filterWidth} wide ${variant}`,
    reads: { x, dy, ...grid.reads },
    writes: { parts },
    uniforms: { u32: { ...u32, ...uniformsOf(extents, geometry), ...grid.u32 } },
    workgroupSize,
    workgroups: [blocking.blocks, chunks, filterHeight],
    declarations: () => `
      ${SCRATCH}
      ${sumLanes(blocking)}
      ${grid.wgsl}
      fn inputAt(line: u32, column: i32, c: u32) -> f32 {
        if (column < 0 || column >= i32(u.width)) { return 0.0; }
        return onGrid(x[(line * u.width + u32(column)) * u.channels + c], c);
      }`,
    main: () => `
      ${columnSetup(blocking)}
      ${eachTap((r) => `var part${r} = 0.0;`)}
      ${eachRow(blocking)} {
        let q = row / u.outWidth % u.outHeight;
        let top = i32(q * u.stride + group.z) - i32(u.padHeight);
        if (top < 0 || top >= i32(u.height)) { continue; }
        let line = row / u.outWidth / u.outHeight * u.height + u32(top);
        let left = i32(row % u.outWidth * u.stride) - i32(u.padWidth);
        let gradient = dy[row * u.channels + c];
        ${eachTap((r) => `part${r} += gradient * inputAt(line, left + ${r}, c);`)}
      }
      let at = (group.y * u.filterHeight + group.z) * u.filterWidth;
      ${eachTap(
        (r) => `
          let sum${r} = sumLanes(part${r}, local);
          if (inside && local.y == 0u) { parts[(at + ${r}u) * u.channels + c] = sum${r}; }`,
      )}`,
  });
  return chunks === 1 ? parts : sumParts(backend, parts, filterShape);
}
