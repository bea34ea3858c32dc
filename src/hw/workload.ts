/**
 * @file One layer as the cost model sees it: a convolution in Timeloop's words.
 *
 * Every layer kind is one shape of eight dimensions: a plain convolution has G = 1, a depthwise one
 * K = C = 1 with one group a channel, a fully connected one P = Q = R = S = 1. Padding is not
 * modelled: the input's extent follows from the output's.
 *
 * R pairs with P (width), S with Q (height), as in Timeloop's cnn_layer.yaml.
 */
import { SpecError } from '../util/errors.ts';

/** Batch, output and input channels of a group, output width and height, filter width and height, groups. */
export const CONV_DIMS = ['N', 'K', 'C', 'P', 'Q', 'R', 'S', 'G'] as const;
export type ConvDim = (typeof CONV_DIMS)[number];

/** The three tensors of a layer. */
export const DATASPACES = ['Weights', 'Inputs', 'Outputs'] as const;
export type Dataspace = (typeof DATASPACES)[number];

/** Which dimensions move which dataspace; P, R (width) and Q, S (height) share an axis of Inputs. */
export const RELEVANT_DIMS = {
  Weights: ['K', 'C', 'R', 'S', 'G'],
  Inputs: ['N', 'C', 'P', 'Q', 'R', 'S', 'G'],
  Outputs: ['N', 'K', 'P', 'Q', 'G'],
} as const satisfies Record<Dataspace, readonly ConvDim[]>;

/** The dimensions that a partial sum is summed over. */
export const REDUCTION_DIMS = ['C', 'R', 'S'] as const satisfies readonly ConvDim[];

export interface ConvShape {
  /** Batch. */
  readonly N: number;
  /** Output channels of one group. */
  readonly K: number;
  /** Input channels of one group. */
  readonly C: number;
  /** Output width. */
  readonly P: number;
  /** Output height. */
  readonly Q: number;
  /** Filter width. */
  readonly R: number;
  /** Filter height. */
  readonly S: number;
  /** Groups: 1 for a plain convolution, the channels for a depthwise one. */
  readonly G: number;
  readonly wStride: number;
  readonly hStride: number;
  readonly wDilation: number;
  readonly hDilation: number;
}

export type ConvKind = 'conv' | 'depthwise' | 'grouped';

/** One layer of a network; `count` equal layers are costed once and multiplied. */
export interface Layer {
  readonly name: string;
  readonly shape: ConvShape;
  readonly count: number;
}

/** Operand widths in bits. A partial sum moves at `psums`, a finished output at `outputs`. */
export interface OperandBits {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly psums: number;
}

/** No dimension, stride or dilation beyond these, no layer beyond this many MACs. */
export const WORKLOAD_LIMITS = { dim: 1_000_000, step: 1024, macs: 1e14, bits: 1024 } as const;

/** Fill in what a plain convolution leaves out: N, G, strides and dilations are 1. */
export function convShape(
  dims: Pick<ConvShape, 'K' | 'C' | 'P' | 'Q' | 'R' | 'S'> & Partial<ConvShape>,
): ConvShape {
  return { N: 1, G: 1, wStride: 1, hStride: 1, wDilation: 1, hDilation: 1, ...dims };
}

export function convKind(shape: ConvShape): ConvKind {
  if (shape.G === 1) return 'conv';
  return shape.K === 1 && shape.C === 1 ? 'depthwise' : 'grouped';
}

/** @returns N·K·C·P·Q·R·S·G */
export function macsOf(shape: ConvShape): number {
  return CONV_DIMS.reduce((product, dim) => product * shape[dim], 1);
}

/** Words along one axis of Inputs under `outputs` outputs and `taps` filter taps. */
export function inputExtent(
  outputs: number,
  stride: number,
  taps: number,
  dilation: number,
): number {
  return (outputs - 1) * stride + (taps - 1) * dilation + 1;
}

/** @returns words of the whole tensor; Inputs without padding */
export function wordsOf(shape: ConvShape, dataspace: Dataspace): number {
  const { N, K, C, P, Q, R, S, G } = shape;
  switch (dataspace) {
    case 'Weights':
      return G * K * C * R * S;
    case 'Outputs':
      return G * N * K * P * Q;
    case 'Inputs':
      return (
        G *
        N *
        C *
        inputExtent(P, shape.wStride, R, shape.wDilation) *
        inputExtent(Q, shape.hStride, S, shape.hDilation)
      );
    default:
      return dataspace satisfies never;
  }
}

/** All four widths the same: what Timeloop assumes. */
export function uniformBits(bits: number): OperandBits {
  return { weights: bits, inputs: bits, outputs: bits, psums: bits };
}

/**
 * Widths of a layer of an SP-Net: weights and inputs as given, outputs as the inputs; a partial sum is
 * kept exactly (as wide as a product, and one bit for every doubling of the summands) up to 16 bits, or
 * up to the wider operand. 16 is what Eyeriss keeps for 16-bit operands.
 */
export function operandBits(shape: ConvShape, weights: number, inputs = weights): OperandBits {
  const exact = weights + inputs + Math.ceil(Math.log2(shape.C * shape.R * shape.S));
  return {
    weights,
    inputs,
    outputs: inputs,
    psums: Math.min(exact, Math.max(16, weights, inputs)),
  };
}

/** A width of Outputs, Weights or Inputs where nothing is being summed. */
export function bitsOf(bits: OperandBits, dataspace: Dataspace): number {
  if (dataspace === 'Weights') return bits.weights;
  return dataspace === 'Inputs' ? bits.inputs : bits.outputs;
}

/** @throws SpecError naming the field that is not a whole number in its range */
export function assertShape(shape: ConvShape, who: string): void {
  for (const dim of CONV_DIMS) assertWhole(shape[dim], `${who}: ${dim}`, WORKLOAD_LIMITS.dim);
  for (const step of ['wStride', 'hStride', 'wDilation', 'hDilation'] as const)
    assertWhole(shape[step], `${who}: ${step}`, WORKLOAD_LIMITS.step);
  const macs = macsOf(shape);
  if (macs > WORKLOAD_LIMITS.macs)
    throw new SpecError(`${who}: expected at most ${WORKLOAD_LIMITS.macs} MACs, got ${macs}`);
}

/** @throws SpecError naming the width that is not a whole number from 1 to 1024 */
export function assertBits(bits: OperandBits, who: string): void {
  for (const name of ['weights', 'inputs', 'outputs', 'psums'] as const)
    assertWhole(bits[name], `${who}.${name}`, WORKLOAD_LIMITS.bits);
}

/** @throws SpecError unless `value` is a whole number from 1 to `max` */
export function assertWhole(value: number, who: string, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new SpecError(`${who}: expected a whole number from 1 to ${max}, got ${value}`);
}
