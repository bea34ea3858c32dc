/**
 * @file The kernels of the lab: names, shapes and exact meaning, one home for all backends.
 *
 * Each kernel is registered with tfjs under its name for every backend that trains (`simd`,
 * `webgpu`, and `cpu` as the plain reference), and called here through a typed function. They are
 * coarse on purpose: one call does what stock tfjs needs ten to thirty for. No kernel knows about
 * gradients: `ops.ts` pairs a forward kernel with its backward kernels on a `Tape`.
 *
 * Shape letters: N batch, H W input height and width, Q P output height and width, C input
 * channels, K output channels, S R filter height and width, G groups. All tensors are float32 and
 * NHWC except where said. A *range* is `[2]` (lowest, highest of a tensor) or `[2, C]` (per last
 * dimension). Outputs are new tensors that the caller disposes; kernels marked *in place* write
 * into their first input and return nothing.
 */
import { engine } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

export const KERNELS = {
  range: 'LabRange',
  fakeQuantize: 'LabFakeQuantize',
  quantizeAll: 'LabQuantizeAll',
  clipMask: 'LabClipMask',
  clipGradient: 'LabClipGradient',
  symmetricRange: 'LabSymmetricRange',
  tanhUnit: 'LabTanhUnit',
  tanhUnitBack: 'LabTanhUnitBack',
  conv: 'LabConv',
  convBackInput: 'LabConvBackInput',
  convBackFilter: 'LabConvBackFilter',
  depthwise: 'LabDepthwise',
  depthwiseBackInput: 'LabDepthwiseBackInput',
  depthwiseBackFilter: 'LabDepthwiseBackFilter',
  batchNorm: 'LabBatchNorm',
  batchNormBack: 'LabBatchNormBack',
  batchNormInfer: 'LabBatchNormInfer',
  add: 'LabAdd',
  reluBack: 'LabReluBack',
  globalPool: 'LabGlobalPool',
  globalPoolBack: 'LabGlobalPoolBack',
  bias: 'LabBias',
  columnSum: 'LabColumnSum',
  mix: 'LabMix',
  mixBack: 'LabMixBack',
  shuffle: 'LabShuffle',
  cdtLoss: 'LabCdtLoss',
  accumulate: 'LabAccumulate',
  clamp: 'LabClamp',
  blend: 'LabBlend',
  sgd: 'LabSgd',
} as const;

export type KernelName = (typeof KERNELS)[keyof typeof KERNELS];

/** Which range an op reports of its output; `none` skips the work. */
export type RangeScope = 'none' | 'tensor' | 'channel';

/** Which ends of a clip are learned: the upper one, or both at one distance from 0. */
export type ClipEnds = 'upper' | 'symmetric';

/**
 * Geometry of a convolution. Padding is symmetric, as in PyTorch: `padHeight` rows of zeros above
 * and below. Padding happens after quantization: a padded value is exactly 0.
 */
export interface ConvGeometry extends NamedAttrMap {
  readonly stride: number;
  readonly padHeight: number;
  readonly padWidth: number;
  /** Input and output channels are split into this many independent groups; 1 for depthwise. */
  readonly groups: number;
}

/** Quantization of the input inside a convolution: `steps` = grid points − 1, 0 = not quantized. */
export interface InputGrid extends NamedAttrMap {
  readonly steps: number;
}

/** Smallest step of a grid, so that a constant tensor does not divide by zero. */
export const MIN_STEP = 1e-12;

function run(name: KernelName, inputs: NamedTensorMap, attrs: NamedAttrMap): Tensor[] {
  const result: unknown = engine().runKernel(name, inputs, attrs);
  return Array.isArray(result) ? (result as Tensor[]) : [result as Tensor];
}

function one(name: KernelName, inputs: NamedTensorMap, attrs: NamedAttrMap = {}): Tensor {
  const [tensor] = run(name, inputs, attrs);
  if (tensor === undefined) throw new Error(`internal: kernel ${name} returned nothing`);
  return tensor;
}

/** Output extent of a convolution along one axis. */
export function convOutputSize(size: number, kernel: number, pad: number, stride: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}

/**
 * Lowest and highest value of `x`.
 * @param x shape [..., C]
 * @returns [2], or [2, C] with `scope` 'channel'
 */
export function range(x: Tensor, scope: 'tensor' | 'channel'): Tensor {
  return one(KERNELS.range, { x }, { scope });
}

/**
 * Put `x` on a uniform grid: `step = max((hi − lo) / steps, MIN_STEP)`,
 * `q = round((clamp(x, lo, hi) − lo) / step)` with ties to even, result `q · step + lo`.
 * @param x     shape [..., C]
 * @param range [2] or [2, C]
 * @param steps grid points − 1, e.g. 2^bits − 1; at least 1
 * @returns     shape of x
 */
export function fakeQuantize(x: Tensor, range: Tensor, steps: number): Tensor {
  return one(KERNELS.fakeQuantize, { x, range }, { steps });
}

/** Where a grid's range comes from: the extremes of the values, or the least one around 0 with them. */
export type OwnRange = 'extremes' | 'around-zero';

/**
 * Put each of `xs` on a grid of its own range per channel, in as few dispatches as the backend can:
 * `fakeQuantize(x, r, steps)` with r = `range(x, 'channel')`, or `symmetricRange` of that.
 * @param xs each of shape [..., C], C its own; at least one
 * @returns  as many, of the same shapes
 */
export function quantizeAll(xs: readonly Tensor[], steps: number, own: OwnRange): Tensor[] {
  return run(KERNELS.quantizeAll, numbered('x', xs), { steps, own, count: xs.length });
}

/** `dy` where `lo ≤ x ≤ hi`, 0 elsewhere: the gradient of clipping. Shapes as `fakeQuantize`. */
export function clipMask(dy: Tensor, x: Tensor, range: Tensor): Tensor {
  return one(KERNELS.clipMask, { dy, x, range });
}

/**
 * Gradient of `fakeQuantize` to its range where that is a learned clip, the rounding straight-through:
 * with `u = (x − lo) / step`, inside `dHi = Σ dy · (round(u) − u) / steps` and `dLo = −dHi`; values
 * above add dy to dHi, below to dLo.
 * @param dy    gradient to the quantized x, shape of x
 * @param range [2]
 * @returns     [2]: with `ends` 'upper' (lo is fixed) 0, dHi; with 'symmetric' (lo = −hi) −d, d for
 *              d = dHi − dLo
 */
export function clipGradient(
  dy: Tensor,
  x: Tensor,
  range: Tensor,
  attrs: { readonly steps: number; readonly ends: ClipEnds },
): Tensor {
  return one(KERNELS.clipGradient, { dy, x, range }, { ...attrs });
}

/** The least range around 0 that holds `range`: −c, c for c = max(|lo|, |hi|). Shape of `range`. */
export function symmetricRange(range: Tensor): Tensor {
  return one(KERNELS.symmetricRange, { range });
}

/**
 * DoReFa's map to [−1, 1]: `tanh(w) / m`, m = max(tanh(max |w|), MIN_STEP).
 * @param range [2], of the whole of w
 */
export function tanhUnit(w: Tensor, range: Tensor): Tensor {
  return one(KERNELS.tanhUnit, { w, range });
}

/** Gradient of `tanhUnit`, through m too: that is shared evenly by the weights with |w| largest. */
export function tanhUnitBack(dy: Tensor, w: Tensor, range: Tensor): Tensor {
  return one(KERNELS.tanhUnitBack, { dy, w, range });
}

/**
 * Convolution of the quantized input: `fakeQuantize(x, range, steps) ∗ w`, in one pass.
 * @param x     shape [N, H, W, C]
 * @param w     shape [S, R, C / groups, K], already on its own grid
 * @param range [2] or [2, C]; null exactly when `grid.steps` is 0
 * @returns     [N, Q, P, K]
 */
export function conv(
  x: Tensor,
  w: Tensor,
  range: Tensor | null,
  geometry: ConvGeometry,
  grid: InputGrid,
): Tensor {
  return one(KERNELS.conv, withRange({ x, w }, range), { ...geometry, ...grid });
}

/** Gradient to the (quantized) input. @param dy [N, Q, P, K] @returns [N, H, W, C] */
export function convBackInput(
  dy: Tensor,
  w: Tensor,
  inputShape: readonly number[],
  geometry: ConvGeometry,
): Tensor {
  return one(KERNELS.convBackInput, { dy, w }, { ...geometry, inputShape: [...inputShape] });
}

/** Gradient to the filter; `x` is quantized again on the way. @returns [S, R, C / groups, K] */
export function convBackFilter(
  x: Tensor,
  dy: Tensor,
  range: Tensor | null,
  filterShape: readonly number[],
  geometry: ConvGeometry,
  grid: InputGrid,
): Tensor {
  return one(KERNELS.convBackFilter, withRange({ x, dy }, range), {
    ...geometry,
    ...grid,
    filterShape: [...filterShape],
  });
}

/**
 * Depthwise convolution of the quantized input: one filter per channel.
 * @param x shape [N, H, W, C]
 * @param w shape [S, R, C, 1]
 * @returns [N, Q, P, C]
 */
export function depthwise(
  x: Tensor,
  w: Tensor,
  range: Tensor | null,
  geometry: ConvGeometry,
  grid: InputGrid,
): Tensor {
  return one(KERNELS.depthwise, withRange({ x, w }, range), { ...geometry, ...grid });
}

/** @param dy [N, Q, P, C] @returns [N, H, W, C] */
export function depthwiseBackInput(
  dy: Tensor,
  w: Tensor,
  inputShape: readonly number[],
  geometry: ConvGeometry,
): Tensor {
  return one(KERNELS.depthwiseBackInput, { dy, w }, { ...geometry, inputShape: [...inputShape] });
}

/** @returns [S, R, C, 1] */
export function depthwiseBackFilter(
  x: Tensor,
  dy: Tensor,
  range: Tensor | null,
  filterShape: readonly number[],
  geometry: ConvGeometry,
  grid: InputGrid,
): Tensor {
  return one(KERNELS.depthwiseBackFilter, withRange({ x, dy }, range), {
    ...geometry,
    ...grid,
    filterShape: [...filterShape],
  });
}

export interface BatchNormResult {
  /** Normalized, scaled, shifted (and rectified) input, shape of x. */
  readonly y: Tensor;
  /** Batch statistics [2, C]: mean, biased variance. */
  readonly stats: Tensor;
  /** Range of y as asked for; null with scope 'none'. */
  readonly range: Tensor | null;
}

/**
 * Batch normalization with the statistics of the batch, optional ReLU, optional range of the result:
 * `y = γ · (x − mean) / sqrt(var + epsilon) + β`, mean and biased variance over all but the last dim.
 * @param x      shape [..., C]
 * @param affine [2, C]: γ, β
 */
export function batchNorm(
  x: Tensor,
  affine: Tensor,
  attrs: { readonly epsilon: number; readonly relu: boolean; readonly scope: RangeScope },
): BatchNormResult {
  const [y, stats, range] = run(KERNELS.batchNorm, { x, affine }, { ...attrs });
  if (y === undefined || stats === undefined) {
    throw new Error(`internal: kernel ${KERNELS.batchNorm} returned too few tensors`);
  }
  return { y, stats, range: range ?? null };
}

/**
 * Gradient of `batchNorm`, through the statistics. The ReLU mask is `y > 0`, computed from x.
 * @returns dx, shape of x; dAffine [2, C]
 */
export function batchNormBack(
  dy: Tensor,
  x: Tensor,
  stats: Tensor,
  affine: Tensor,
  attrs: { readonly epsilon: number; readonly relu: boolean },
): { readonly dx: Tensor; readonly dAffine: Tensor } {
  const [dx, dAffine] = run(KERNELS.batchNormBack, { dy, x, stats, affine }, { ...attrs });
  if (dx === undefined || dAffine === undefined) {
    throw new Error(`internal: kernel ${KERNELS.batchNormBack} returned too few tensors`);
  }
  return { dx, dAffine };
}

/** `batchNorm` with given statistics [2, C] (running mean, variance) in place of the batch's. */
export function batchNormInfer(
  x: Tensor,
  moments: Tensor,
  affine: Tensor,
  attrs: { readonly epsilon: number; readonly relu: boolean },
): Tensor {
  return one(KERNELS.batchNormInfer, { x, moments, affine }, { ...attrs });
}

/** Sum of two tensors of one shape [..., C], optional ReLU, optional range of the result. */
export function add(
  a: Tensor,
  b: Tensor,
  attrs: { readonly relu: boolean; readonly scope: RangeScope },
): { readonly y: Tensor; readonly range: Tensor | null } {
  const [y, range] = run(KERNELS.add, { a, b }, { ...attrs });
  if (y === undefined) throw new Error(`internal: kernel ${KERNELS.add} returned nothing`);
  return { y, range: range ?? null };
}

/** `dy` where `y > 0`, else 0. */
export function reluBack(dy: Tensor, y: Tensor): Tensor {
  return one(KERNELS.reluBack, { dy, y });
}

/** Mean over height and width. @param x [N, H, W, C] @returns [N, C] */
export function globalPool(x: Tensor): Tensor {
  return one(KERNELS.globalPool, { x });
}

/** @param dy [N, C] @returns [N, height, width, C], each value dy / (height · width) */
export function globalPoolBack(dy: Tensor, height: number, width: number): Tensor {
  return one(KERNELS.globalPoolBack, { dy }, { height, width });
}

/** Add a bias to each row. @param x [M, K] @param b [K] @returns [M, K] */
export function bias(x: Tensor, b: Tensor): Tensor {
  return one(KERNELS.bias, { x, b });
}

/** Sum over rows. @param x [M, K] @returns [K] */
export function columnSum(x: Tensor): Tensor {
  return one(KERNELS.columnSum, { x });
}

/**
 * Weighted sum of tensors of one shape: Σᵢ weights[i] · xs[i].
 * @param xs      at least one
 * @param weights as many
 */
export function mix(xs: readonly Tensor[], weights: readonly number[]): Tensor {
  return one(KERNELS.mix, numbered('x', xs), { weights: [...weights] });
}

/**
 * Gradient of `mix` to its weights.
 * @param dy gradient to the sum, shape of each of xs
 * @returns  [n]: Σ dy · xs[i], over all values
 */
export function mixBack(dy: Tensor, xs: readonly Tensor[]): Tensor {
  return one(KERNELS.mixBack, { dy, ...numbered('x', xs) }, { count: xs.length });
}

/**
 * Channel shuffle (ShuffleNet): the last dimension, read as [groups, C / groups], is transposed:
 * `y[…, j · groups + i] = x[…, i · C / groups + j]`. Its inverse, and gradient, is the shuffle with
 * C / groups groups.
 * @param x      shape [..., C]
 * @param groups divides C
 */
export function shuffle(x: Tensor, groups: number): Tensor {
  return one(KERNELS.shuffle, { x }, { groups });
}

/** At most this many teachers (one less than the largest bit-width set). */
export const MAX_TEACHERS = 5;

/** Of a loss, before those of each teacher: see `cdtLoss`. */
export const LOSS_TERMS = 3;

export interface CdtLossAttrs extends NamedAttrMap {
  /** Weight of each teacher's term. */
  readonly beta: number;
  /** Cross-entropy against (1 − s) · one-hot + s / K. */
  readonly labelSmoothing: number;
  /** Factor on the gradient only, e.g. 1 / number of bit-widths. */
  readonly scale: number;
  /**
   * What a teacher's term is: squared difference of logits (the paper's code), of softmax
   * probabilities (ours), or the divergence from the teacher's probabilities, its "soft labels" (ours,
   * after Hinton et al. 2015 at temperature 1).
   */
  readonly distillOn: DistillOn;
}

export type DistillOn = 'logits' | 'probabilities' | 'soft-labels';

/**
 * Loss of one bit-width and its gradient (InstantNet Eq. 1): mean cross-entropy plus
 * β · Σ over teachers of the mean (over N · K) squared difference to the teacher's logits or
 * probabilities, or the mean (over N) of Σ_k t_k · log(t_k / p_k) with soft labels. Teachers are
 * constants here.
 * @param logits   [N, K]
 * @param labels   [N], int32, in [0, K)
 * @param teachers each [N, K]; at most MAX_TEACHERS
 * @returns terms [LOSS_TERMS + teachers]: mean cross-entropy (with smoothing), Σ of the teachers' terms
 *          (without β), number of rows whose largest logit (first on ties) is the label; then each
 *          teacher's own term;
 *          dLogits [N, K]: gradient of scale · (cross-entropy + β · Σ)
 */
export function cdtLoss(
  logits: Tensor,
  labels: Tensor,
  teachers: readonly Tensor[],
  attrs: CdtLossAttrs,
): { readonly terms: Tensor; readonly dLogits: Tensor } {
  const inputs: NamedTensorMap = { logits, labels };
  teachers.forEach((teacher, i) => (inputs[`teacher${i}`] = teacher));
  const [terms, dLogits] = run(KERNELS.cdtLoss, inputs, { ...attrs, teachers: teachers.length });
  if (terms === undefined || dLogits === undefined) {
    throw new Error(`internal: kernel ${KERNELS.cdtLoss} returned too few tensors`);
  }
  return { terms, dLogits };
}

/** In place: `sum += scale · x`. Shapes equal. */
export function accumulate(sum: Tensor, x: Tensor, scale: number): void {
  run(KERNELS.accumulate, { sum, x }, { scale });
}

/** In place: `x = min(max(x, −limit), limit)`; NaN stays. */
export function clamp(x: Tensor, limit: number): void {
  run(KERNELS.clamp, { x }, { limit });
}

/** A running average and what it is to follow. Shapes equal. */
export interface Following {
  readonly running: Tensor;
  readonly x: Tensor;
}

/** In place, for each: `running = keep · running + (1 − keep) · x`. */
export function blendAll(pairs: readonly Following[], keep: number): void {
  if (pairs.length === 0) return;
  const inputs = {
    ...numbered(
      'running',
      pairs.map(({ running }) => running),
    ),
    ...numbered(
      'x',
      pairs.map(({ x }) => x),
    ),
  };
  run(KERNELS.blend, inputs, { keep, count: pairs.length });
}

/** `blendAll` of one. */
export function blend(running: Tensor, x: Tensor, keep: number): void {
  blendAll([{ running, x }], keep);
}

export interface SgdAttrs extends NamedAttrMap {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** A parameter, its velocity and the gradients whose sum moves it: at least one. Shapes equal. */
export interface Update {
  readonly w: Tensor;
  readonly v: Tensor;
  readonly gradients: readonly Tensor[];
}

/**
 * In place on each w and v: `v = momentum · v + g + weightDecay · w`, `w −= learningRate · v`, with g
 * the sum of the gradients from the first on, which is left in the first.
 */
export function sgdAll(updates: readonly Update[], attrs: SgdAttrs): void {
  if (updates.length === 0) return;
  const inputs = {
    ...numbered(
      'w',
      updates.map(({ w }) => w),
    ),
    ...numbered(
      'v',
      updates.map(({ v }) => v),
    ),
    ...numbered(
      'g',
      updates.flatMap(({ gradients }) => gradients),
    ),
  };
  const counts = updates.map(({ gradients }) => gradients.length);
  run(KERNELS.sgd, inputs, { ...attrs, counts });
}

/** `sgdAll` of one parameter with one gradient. */
export function sgd(w: Tensor, v: Tensor, g: Tensor, attrs: SgdAttrs): void {
  sgdAll([{ w, v, gradients: [g] }], attrs);
}

function withRange(inputs: NamedTensorMap, range: Tensor | null): NamedTensorMap {
  return range === null ? inputs : { ...inputs, range };
}

/** Tensors as inputs x0, x1, … for the name x. */
function numbered(name: string, tensors: readonly Tensor[]): NamedTensorMap {
  return Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));
}
