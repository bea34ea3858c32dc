/** @file Ranges and grids, for the kernels that need them: no kernel itself. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import { channelsOf, rangeCount, rangeShape, sizeOf } from './define.ts';

/** Lowest and highest of `x`. @returns [2] or [2, C] */
export function rangeOf(
  backend: SimdBackend,
  x: TensorInfo,
  scope: 'tensor' | 'channel',
): TensorInfo {
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
}

/** `x` on the grid of a range. */
export function onGrid(
  backend: SimdBackend,
  x: TensorInfo,
  bounds: TensorInfo,
  steps: number,
): TensorInfo {
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
}

/** The least range around 0 that holds `range`; `into` may be the range itself. */
export function aroundZero(backend: SimdBackend, range: TensorInfo, into: TensorInfo): void {
  const from = backend.view(range);
  const to = backend.view(into);
  const columns = rangeCount(range);
  for (let i = 0; i < columns; i++) {
    const bound = Math.max(Math.abs(from[i] ?? NaN), Math.abs(from[columns + i] ?? NaN));
    to[i] = -bound;
    to[columns + i] = bound;
  }
}
