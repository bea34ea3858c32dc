/** @file How weights are put on a grid: one function per quantizer. */
import { reshape, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OwnRange } from '../engine/kernels.ts';
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

/** A grid over each output channel's own range: layers can be put on theirs together. */
export interface OwnGrid {
  readonly range: OwnRange;
  /** Grid points − 1. */
  steps(bits: number): number;
}

/** Between the lowest and the highest weight of each output channel: 2^bits − 1 steps. */
export const MIN_MAX_GRID: OwnGrid = { range: 'extremes', steps: (bits) => 2 ** bits - 1 };

/** Around 0, c = max |w| of each output channel: 2^bits − 2 steps over [−c, c]. */
export const SYMMETRIC_GRID: OwnGrid = { range: 'around-zero', steps: (bits) => 2 ** bits - 2 };

export const minMaxWeights = onOwnGrid(MIN_MAX_GRID);

export const symmetricWeights = onOwnGrid(SYMMETRIC_GRID);

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

function onOwnGrid(grid: OwnGrid): WeightQuantizer {
  return (tape, w, kind, bits) => {
    const [quantized = w] = quantizeTogether(tape, [{ w, kind }], grid, bits);
    return { signal: w, quantized };
  };
}

/** Weights and the kind of convolution that they are for. */
export interface LayerWeights {
  readonly w: Tensor;
  readonly kind: ConvKind;
}

/** Weights of several layers, each on its own grid, in the order given; owned as by a quantizer. */
export function quantizeTogether(
  tape: Tape | null,
  layers: readonly LayerWeights[],
  grid: OwnGrid,
  bits: number,
): Tensor[] {
  // [S, R, C, 1]: the output channel is C; reshape so that it is the last dimension.
  const rows = layers.map(({ w, kind }) => {
    const [height = 1, width = 1, channels = 1] = w.shape;
    return kind === 'conv' ? w : view(tape, w, [height * width, channels]);
  });
  const quantized = ops.quantizeAll(tape, rows, grid.steps(bits), grid.range);
  return layers.map(({ w, kind }, i) => {
    const values = quantized[i];
    if (values === undefined) throw new Error('internal: weights without a grid');
    return kind === 'conv' ? values : view(tape, values, w.shape);
  });
}

/** The same data under another shape, on the tape. */
function view(tape: Tape | null, x: Tensor, shape: readonly number[]): Tensor {
  const y = reshape(x, [...shape]);
  if (tape === null) return y;
  tape.own(y);
  tape.record(y, [x], (dy) => [reshape(dy, x.shape)]);
  return y;
}
