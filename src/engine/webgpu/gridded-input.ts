/** @file The input of a convolution, put on its grid while it is read. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { extent } from './backend.ts';
import { QUANTIZE } from './wgsl.ts';

/** An input as a convolution reads it. */
export interface GriddedInput {
  readonly x: TensorInfo;
  readonly range: TensorInfo | null;
  readonly steps: number;
}

/** Variant, binding and WGSL function `onGrid(value, channel)` of a gridded input. */
export function gridOf({ range, steps }: GriddedInput): {
  variant: string;
  reads: Record<string, TensorInfo>;
  u32: Record<string, number>;
  wgsl: string;
} {
  if (steps === 0 || range === null) {
    const wgsl = 'fn onGrid(value: f32, channel: u32) -> f32 { return value; }';
    return { variant: 'ungridded', reads: {}, u32: {}, wgsl };
  }
  const columns = range.shape.length === 2 ? extent(range, 1) : 1;
  // A range per tensor is one of a single column; the compiler hoists its reads.
  const column = range.shape.length === 2 ? 'channel' : '0u';
  return {
    variant: range.shape.length === 2 ? 'channel grid' : 'tensor grid',
    reads: { range },
    u32: { rangeColumns: columns, steps },
    wgsl: `${QUANTIZE}
      fn onGrid(value: f32, channel: u32) -> f32 {
        let low = range[${column}];
        let high = range[u.rangeColumns + ${column}];
        return quantize(value, low, high, stepOf(low, high, u.steps));
      }`,
  };
}
