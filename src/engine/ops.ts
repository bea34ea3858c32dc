/**
 * @file Differentiable operations: each pairs a forward kernel with its backward kernels on a tape.
 *
 * With `tape` null nothing is recorded and the caller owns the results (inference); otherwise the
 * tape owns every result. Gradients of rounding are straight-through: the quantizer counts as the
 * identity inside its range; with `clip` the gradient is 0 outside of it.
 */
import { reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as kernels from './kernels.ts';
import type { ClipEnds, ConvGeometry, OwnRange, RangeScope } from './kernels.ts';
import type { Tape } from './tape.ts';

/** A tensor and the grid it is to be put on where it is used; `steps` 0: as it is. */
export interface Gridded {
  readonly tensor: Tensor;
  /** [2] or [2, C]; null exactly when `steps` is 0. */
  readonly range: Tensor | null;
  readonly steps: number;
  /** Whether values outside the range lose their gradient (clipped quantizers). */
  readonly clip: boolean;
  /** Ends of the range that are learned by gradient; left out: none. */
  readonly learns?: ClipEnds;
}

/** Use a tensor unquantized. */
export function ungridded(tensor: Tensor): Gridded {
  return { tensor, range: null, steps: 0, clip: false };
}

function own<T extends Tensor>(tape: Tape | null, tensor: T): T {
  return tape === null ? tensor : tape.own(tensor);
}

/** Range of `x`, without a gradient. @returns [2] or [2, C] */
export function range(tape: Tape | null, x: Tensor, scope: 'tensor' | 'channel'): Tensor {
  return own(tape, kernels.range(x, scope));
}

/** The least range around 0 that holds `x`, without a gradient. Shape of `x`, a range. */
export function symmetricRange(tape: Tape | null, x: Tensor): Tensor {
  return own(tape, kernels.symmetricRange(x));
}

/** tanh(w) over its largest magnitude: weights in [−1, 1]. */
export function tanhUnit(tape: Tape | null, w: Tensor): Tensor {
  const extremes = range(tape, w, 'tensor');
  const y = own(tape, kernels.tanhUnit(w, extremes));
  tape?.record(y, [w], (dy) => [kernels.tanhUnitBack(dy, w, extremes)]);
  return y;
}

/** `x` on its grid, straight-through. @param x shape [..., C] */
export function fakeQuantize(tape: Tape | null, x: Gridded): Tensor {
  const { tensor, range, steps, clip } = x;
  if (steps === 0 || range === null) return tensor;
  const y = own(tape, kernels.fakeQuantize(tensor, range, steps));
  tape?.record(y, [tensor], (dy) => [clip ? kernels.clipMask(dy, tensor, range) : dy]);
  return y;
}

/** Each on a grid of its own range per channel, straight-through. @param xs each [..., C] */
export function quantizeAll(
  tape: Tape | null,
  xs: readonly Tensor[],
  steps: number,
  range: OwnRange,
): Tensor[] {
  const ys = kernels.quantizeAll(xs, steps, range);
  xs.forEach((x, i) => {
    const y = ys[i];
    if (y === undefined) throw new Error(`internal: ${ys.length} grids of ${xs.length} tensors`);
    own(tape, y);
    tape?.record(y, [x], (dy) => [dy]);
  });
  return ys;
}

type ConvKind = 'conv' | 'depthwise';

const CONV_KERNELS = {
  conv: {
    forward: kernels.conv,
    backInput: kernels.convBackInput,
    backFilter: kernels.convBackFilter,
  },
  depthwise: {
    forward: kernels.depthwise,
    backInput: kernels.depthwiseBackInput,
    backFilter: kernels.depthwiseBackFilter,
  },
} as const;

/**
 * Convolution of the gridded input with a filter that is already on its grid.
 * @param x shape [N, H, W, C]
 * @param w shape [S, R, C / groups, K], or [S, R, C, 1] for depthwise
 * @returns [N, Q, P, K]
 */
export function convolve(
  tape: Tape | null,
  kind: ConvKind,
  x: Gridded,
  w: Tensor,
  geometry: ConvGeometry,
): Tensor {
  const { forward, backInput, backFilter } = CONV_KERNELS[kind];
  const grid = { steps: x.steps };
  const y = own(tape, forward(x.tensor, w, x.range, geometry, grid));
  const { learns, range: bounds } = x;
  const learned = learns === undefined || bounds === null ? null : { ends: learns, bounds };
  const inputs = learned === null ? [x.tensor, w] : [x.tensor, w, learned.bounds];
  tape?.record(y, inputs, (dy) => {
    const dw = tape.needsGradient(w)
      ? backFilter(x.tensor, dy, x.range, w.shape, geometry, grid)
      : null;
    if (!tape.needsGradient(x.tensor) && learned === null) return [null, dw];
    const dx = backInput(dy, w, x.tensor.shape, geometry);
    if (!x.clip || bounds === null) return [dx, dw];
    const masked = kernels.clipMask(dx, x.tensor, bounds);
    const dRange =
      learned === null
        ? null
        : kernels.clipGradient(dx, x.tensor, bounds, { steps: x.steps, ends: learned.ends });
    dx.dispose();
    return [masked, dw, dRange];
  });
  return y;
}

export interface BatchNormOptions {
  readonly epsilon: number;
  readonly relu: boolean;
  /** Range to report of the result, for the quantizer that reads it next. */
  readonly scope: RangeScope;
}

/** Batch norm with batch statistics. @param x [..., C] @param affine [2, C] γ, β */
export function batchNorm(
  tape: Tape | null,
  x: Tensor,
  affine: Tensor,
  options: BatchNormOptions,
): kernels.BatchNormResult {
  const result = kernels.batchNorm(x, affine, options);
  const { y, stats } = result;
  if (tape === null) return result;
  tape.own(y);
  tape.own(stats);
  if (result.range !== null) tape.own(result.range);
  tape.record(y, [x, affine], (dy) => {
    const { dx, dAffine } = kernels.batchNormBack(dy, x, stats, affine, {
      epsilon: options.epsilon,
      relu: options.relu,
    });
    return [dx, dAffine];
  });
  return result;
}

/** Sum of two tensors of one shape. */
export function add(
  tape: Tape | null,
  a: Tensor,
  b: Tensor,
  options: { readonly relu: boolean; readonly scope: RangeScope },
): { readonly y: Tensor; readonly range: Tensor | null } {
  const result = kernels.add(a, b, options);
  if (tape === null) return result;
  const y = tape.own(result.y);
  if (result.range !== null) tape.own(result.range);
  tape.record(y, [a, b], (dy) => {
    if (!options.relu) return [dy, dy];
    const masked = kernels.reluBack(dy, y);
    return [masked, masked.clone()];
  });
  return result;
}

/** Mean over height and width. @param x [N, H, W, C] @returns [N, C] */
export function globalPool(tape: Tape | null, x: Tensor): Tensor {
  const y = own(tape, kernels.globalPool(x));
  const [, height = 1, width = 1] = x.shape;
  tape?.record(y, [x], (dy) => [kernels.globalPoolBack(dy, height, width)]);
  return y;
}

const DENSE: ConvGeometry = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };

/**
 * Dense layer with bias.
 * @param x [N, C]
 * @param w [C, K]
 * @param b [K]
 * @returns [N, K]
 */
export function dense(tape: Tape | null, x: Tensor, w: Tensor, b: Tensor): Tensor {
  const [batch = 1, inChannels = 1] = x.shape;
  const outChannels = w.shape[1] ?? 1;
  // Handles of another shape on the same data, for the 1×1 convolution that this is.
  const asImage = (t: Tensor, channels: number): Tensor => reshape(t, [batch, 1, 1, channels]);
  const image = asImage(x, inChannels);
  const filter = reshape(w, [1, 1, inChannels, outChannels]);
  const product = kernels.conv(image, filter, null, DENSE, { steps: 0 });
  const rows = reshape(product, [batch, outChannels]);
  const y = own(tape, kernels.bias(rows, b));
  for (const handle of [image, filter, product, rows]) handle.dispose();
  tape?.record(y, [x, w, b], (dy) => {
    const dImage = asImage(dy, outChannels);
    const input = asImage(x, inChannels);
    const weights = reshape(w, [1, 1, inChannels, outChannels]);
    const dx = tape.needsGradient(x)
      ? kernels.convBackInput(dImage, weights, input.shape, DENSE)
      : null;
    const dw = kernels.convBackFilter(input, dImage, null, weights.shape, DENSE, { steps: 0 });
    const dRows = dx === null ? null : reshape(dx, [batch, inChannels]);
    const dFilter = reshape(dw, [inChannels, outChannels]);
    for (const handle of [dImage, input, weights, dx, dw]) handle?.dispose();
    return [dRows, dFilter, kernels.columnSum(dy)];
  });
  return y;
}

/** The channel shuffle of ShuffleNet. @param x [..., C] @param groups divides C */
export function shuffle(tape: Tape | null, x: Tensor, groups: number): Tensor {
  const y = own(tape, kernels.shuffle(x, groups));
  const channels = x.shape[x.shape.length - 1] ?? 1;
  tape?.record(y, [x], (dy) => [kernels.shuffle(dy, channels / groups)]);
  return y;
}

/** A branch of a mixture and its weight. */
export interface Branch {
  readonly tensor: Tensor;
  readonly weight: number;
}

/**
 * Weighted sum of branches of one shape. Weights are plain numbers, which follow from few parameters
 * that live outside of the backend.
 * @param gate [n], stands for the weights on the tape: watch it to get their gradient; its values
 *             are not read. null: no gradient to the weights
 */
export function mix(tape: Tape | null, branches: readonly Branch[], gate: Tensor | null): Tensor {
  const tensors = branches.map(({ tensor }) => tensor);
  const weights = branches.map(({ weight }) => weight);
  const y = own(tape, kernels.mix(tensors, weights));
  const inputs = gate === null ? tensors : [...tensors, gate];
  tape?.record(y, inputs, (dy) => {
    const dBranches = branches.map(({ tensor, weight }) =>
      tape.needsGradient(tensor) ? kernels.mix([dy], [weight]) : null,
    );
    const isTrained = gate !== null && tape.needsGradient(gate);
    return isTrained ? [...dBranches, kernels.mixBack(dy, tensors)] : dBranches;
  });
  return y;
}
