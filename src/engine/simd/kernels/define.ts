/** @file The form that all kernels of the backend have, and what they ask of shapes. */
import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../../kernels.ts';
import { SIMD_BACKEND } from '../backend.ts';
import type { SimdBackend } from '../backend.ts';

/**
 * A kernel from named inputs and attributes to new tensors. Inputs and attributes are those that
 * kernels.ts gives; none is checked again.
 */
export function defineKernel<Input extends string, Attributes>(
  kernelName: string,
  compute: (
    backend: SimdBackend,
    inputs: Readonly<Record<Input, TensorInfo>> & Readonly<Record<string, TensorInfo | undefined>>,
    attrs: Attributes,
  ) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: SIMD_BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(
        backend as SimdBackend,
        inputs as Record<Input, TensorInfo>,
        (attrs ?? ({} as NamedAttrMap)) as unknown as Attributes,
      ),
  };
}

/** Product of all extents. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The last extent. */
export function channelsOf(shape: readonly number[]): number {
  return shape[shape.length - 1] ?? 1;
}

/** Batch, height, width, channels of [N, H, W, C]; or the like of any four extents. */
export function extents(
  shape: readonly number[],
): readonly [first: number, second: number, third: number, fourth: number] {
  const [first = 1, second = 1, third = 1, fourth = 1] = shape;
  return [first, second, third, fourth];
}

/** Ranges in a range tensor: 0 without one, 1 for [2], C for [2, C]. */
export function rangeCount(range: TensorInfo | undefined): number {
  if (range === undefined) return 0;
  return range.shape[1] ?? 1;
}

/** How the module's functions take the grid that an input is quantized to: its ranges, how many, its steps. */
export function rangeArguments(
  backend: SimdBackend,
  range: TensorInfo | undefined,
  steps: number,
): readonly [address: number, count: number, steps: number] {
  return [range === undefined ? 0 : backend.address(range), rangeCount(range), steps];
}

/** Shape of the range that a scope asks for. */
export function rangeShape(scope: RangeScope, channels: number): readonly number[] | null {
  if (scope === 'none') return null;
  return scope === 'tensor' ? [2] : [2, channels];
}
