/**
 * @file Parameters of an SP-Net: weights shared by all bit-widths, and for each bit-width its own
 * batch-norm parameters, running moments and activation ranges.
 */
import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { FULL_PRECISION, sbm } from '../quant/quantizer.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer, ModelSpec } from '../spec/model.ts';
import { Rng } from '../util/rng.ts';
import { signedInputs } from './signed-inputs.ts';

/**
 * weight, bias: trained, shared by all bit-widths (or one per bit-width: `separateWeights`) ·
 * affine [2, K] (γ, β): trained, one per bit-width · moments [2, K] (mean, variance): running
 * averages for inference, one per bit-width · range ([2] or [2, C], of the layer's input): running
 * average or fixed, one per bit-width or one for all · clip [2]: learned range, one per bit-width.
 */
export type ParameterRole = 'weight' | 'bias' | 'affine' | 'moments' | 'range' | 'clip';

export interface Parameter {
  /** Unique: `layer/role` or `layer/role@bits`. */
  readonly name: string;
  readonly layer: string;
  readonly role: ParameterRole;
  /** null: shared by all bit-widths. */
  readonly bits: number | null;
  readonly tensor: Tensor;
}

/** A parameter's values, apart from any backend: what a checkpoint holds. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function parameterName(layer: string, role: ParameterRole, bits: number | null): string {
  return bits === null ? `${layer}/${role}` : `${layer}/${role}@${bits}`;
}

export function isTrained(role: ParameterRole): boolean {
  return role === 'weight' || role === 'bias' || role === 'affine' || role === 'clip';
}

export interface ParameterOptions {
  /** Decides which ranges and clips there are. Default: sbm. */
  readonly quantizer?: Quantizer;
  /** A set of weights for each bit-width, all with the same initial values. Default false. */
  readonly separateWeights?: boolean;
}

/**
 * Initial values: uniform ±1/√fan-in for every layer (PyTorch's default), γ 1, β 0. Each parameter
 * draws from a stream of its own name, so adding a layer or a bit-width moves no other.
 *
 * Batch norm makes the scale of a filter meaningless but for its learning rate, which goes with
 * 1 / |w|²: He-normal by fan-out starts up to four times larger here, and learns that much slower.
 */
export function initialParameters(
  model: ModelSpec,
  bitWidths: readonly number[],
  seed: number,
  options: ParameterOptions = {},
): NamedArray[] {
  return layerParameters(modelLayers(model), signedInputs(model), bitWidths, seed, options);
}

/**
 * `initialParameters` of any layers with names of their own.
 * @param signed names of layers whose input may be negative
 */
export function layerParameters(
  layers: readonly ModelLayer[],
  signed: ReadonlySet<string>,
  bitWidths: readonly number[],
  seed: number,
  { quantizer = sbm, separateWeights = false }: ParameterOptions = {},
): NamedArray[] {
  const rng = new Rng(seed).fork('parameters');
  const arrays: NamedArray[] = [];
  for (const layer of layers) {
    for (const bits of separateWeights ? bitWidths : [null]) {
      arrays.push(...weightsOf(layer, bits, rng));
    }
    if (layer.kind === 'dense') continue;
    const isSigned = signed.has(layer.name);
    const addRange = (bits: number | null, width: number): void => {
      arrays.push(rangeOf(layer, bits, quantizer, quantizer.activations.initial(isSigned, width)));
    };
    if (quantizer.sharesRanges && layer.quantized) addRange(null, FULL_PRECISION);
    for (const bits of bitWidths) {
      arrays.push(...batchNormOf(layer, bits));
      const width = quantizer.precision(bits).activations;
      if (layer.quantized && width !== FULL_PRECISION && !quantizer.sharesRanges) {
        addRange(bits, width);
      }
    }
  }
  return arrays;
}

function weightsOf(layer: ModelLayer, bits: number | null, rng: Rng): NamedArray[] {
  const { inChannels, outChannels, groups, kernel, kind } = layer;
  const stream = rng.fork(layer.name);
  const perOutput = kernel * kernel * (kind === 'depthwise' ? 1 : inChannels / groups);
  const bound = 1 / Math.sqrt(perOutput);
  const draw = (role: ParameterRole, shape: number[]): NamedArray => {
    const length = shape.reduce((a, b) => a * b, 1);
    return {
      name: parameterName(layer.name, role, bits),
      shape,
      data: Float32Array.from({ length }, () => stream.uniform(-bound, bound)),
    };
  };
  switch (kind) {
    case 'dense':
      return [draw('weight', [inChannels, outChannels]), draw('bias', [outChannels])];
    case 'depthwise':
      return [draw('weight', [kernel, kernel, inChannels, 1])];
    case 'conv':
      return [draw('weight', [kernel, kernel, inChannels / groups, outChannels])];
    default:
      return kind satisfies never;
  }
}

function batchNormOf(layer: ModelLayer, bits: number): NamedArray[] {
  const array = (role: ParameterRole, first: number, second: number): NamedArray => ({
    name: parameterName(layer.name, role, bits),
    shape: [2, layer.outChannels],
    data: rows(layer.outChannels, first, second),
  });
  return [array('affine', 1, 0), array('moments', 0, 1)];
}

function rangeOf(
  layer: ModelLayer,
  bits: number | null,
  { activations }: Quantizer,
  [low, high]: readonly [number, number],
): NamedArray {
  const isPerChannel = layer.kind !== 'dense' && activations.scope(layer.kind) === 'channel';
  const channels = isPerChannel ? layer.inChannels : 1;
  return {
    name: parameterName(layer.name, activations.source === 'learned' ? 'clip' : 'range', bits),
    shape: isPerChannel ? [2, channels] : [2],
    data: rows(channels, low, high),
  };
}

/** Two rows of one value each. */
function rows(columns: number, first: number, second: number): Float32Array {
  return new Float32Array(2 * columns).fill(second).fill(first, 0, columns);
}

/** Put arrays on the current backend. The caller disposes the tensors. */
export function toParameters(arrays: readonly NamedArray[]): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const { name, shape, data } of arrays) {
    const [layer = '', rest = ''] = name.split('/');
    const [role, bits] = rest.split('@');
    parameters.set(name, {
      name,
      layer,
      role: role as ParameterRole,
      bits: bits === undefined ? null : Number(bits),
      // A copy: some backends keep the array they are given, and kernels write in place.
      tensor: tensor(data.slice(), [...shape], 'float32'),
    });
  }
  return parameters;
}
