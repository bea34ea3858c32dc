/** @file How weights are put on a grid: one function per quantizer. */
import { reshape, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as ops from '../engine/ops.ts';
import type { Tape } from '../engine/tape.ts';

export type ConvKind = 'conv' | 'depthwise';

export interface WeightGrid {
  /** What is rounded: the weights, or what they are mapped to. As many values as the weights. */
  readonly signal: Tensor;
  /** Those on their grid, in the weights' shape. */
  readonly quantized: Tensor;
}

/**
 * @param w    shape [S, R, C, K], or [S, R, C, 1] for depthwise
 * @param bits 2 to 16
 * @returns    tensors of the tape; without one the caller's. Straight-through gradient.
 */
export type WeightQuantizer = (
  tape: Tape | null,
  w: Tensor,
  kind: ConvKind,
  bits: number,
) => WeightGrid;

/** Between the lowest and the highest weight of each output channel: 2^bits − 1 steps. */
export const minMaxWeights: WeightQuantizer = (tape, w, kind, bits) =>
  perOutput(tape, w, kind, (rows) => ({
    range: ops.range(tape, rows, 'channel'),
    steps: 2 ** bits - 1,
  }));

/** Around 0, c = max |w| of each output channel: 2^bits − 2 steps over [−c, c]. */
export const symmetricWeights: WeightQuantizer = (tape, w, kind, bits) =>
  perOutput(tape, w, kind, (rows) => ({
    range: ops.symmetricRange(tape, ops.range(tape, rows, 'channel')),
    steps: 2 ** bits - 2,
  }));

/**
 * DoReFa: u = tanh(w) / max |tanh(w)|, on 2^bits − 1 steps over [−1, 1]; the same as
 * 2 · round((2^bits − 1) · (u / 2 + 1 / 2)) / (2^bits − 1) − 1. One scale for the layer.
 */
export const dorefaWeights: WeightQuantizer = (tape, w, _kind, bits) => {
  const signal = ops.tanhUnit(tape, w);
  const range = tensor1d([-1, 1]);
  tape?.own(range);
  const grid = { tensor: signal, range, steps: 2 ** bits - 1, clip: false };
  return { signal, quantized: ops.fakeQuantize(tape, grid) };
};

/** Quantize with one range per output channel. */
function perOutput(
  tape: Tape | null,
  w: Tensor,
  kind: ConvKind,
  gridOf: (rows: Tensor) => { readonly range: Tensor; readonly steps: number },
): WeightGrid {
  if (kind === 'conv') {
    const grid = { tensor: w, ...gridOf(w), clip: false };
    return { signal: w, quantized: ops.fakeQuantize(tape, grid) };
  }
  // [S, R, C, 1]: the output channel is C; reshape so that it is the last dimension.
  const [height = 1, width = 1, channels = 1] = w.shape;
  const rows = view(tape, w, [height * width, channels]);
  const grid = { tensor: rows, ...gridOf(rows), clip: false };
  return { signal: w, quantized: view(tape, ops.fakeQuantize(tape, grid), w.shape) };
}

/** The same data under another shape, on the tape. */
function view(tape: Tape | null, x: Tensor, shape: readonly number[]): Tensor {
  const y = reshape(x, [...shape]);
  if (tape === null) return y;
  tape.own(y);
  tape.record(y, [x], (dy) => [reshape(dy, x.shape)]);
  return y;
}
