/**
 * @file Running the layers of an SP-Net: convolution of a gridded input with gridded weights,
 * switchable batch norm, and the blocks that they make. What networks and supernets share.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { batchNormInfer, blend } from '../engine/kernels.ts';
import type { Following, RangeScope } from '../engine/kernels.ts';
import * as ops from '../engine/ops.ts';
import type { Tape } from '../engine/tape.ts';
import { FULL_PRECISION } from '../quant/quantizer.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import { quantizeTogether } from '../quant/weights.ts';
import type { ConvKind } from '../quant/weights.ts';
import type { Precision } from '../spec/bits.ts';
import type { ModelLayer } from '../spec/model.ts';
import { isTrained, parameterName } from './parameters.ts';
import type { Parameter, ParameterRole } from './parameters.ts';

export const BATCH_NORM_EPSILON = 1e-5;

const UNQUANTIZED: Precision = { weights: FULL_PRECISION, activations: FULL_PRECISION };

/** An activation with the range its reader asked for. */
export interface Activation {
  readonly tensor: Tensor;
  readonly range: Tensor | null;
}

/** What a layer puts on a grid, as it is met in a forward pass. */
export interface Rounding {
  readonly layer: string;
  readonly operand: 'weights' | 'inputs';
  readonly signal: Tensor;
  /** Its values on the grid, as many. */
  readonly quantized: () => Tensor;
}

/** The range of a batch, for a running one that all bit-widths share. */
export interface ObservedRange {
  /** Name of the parameter. */
  readonly name: string;
  readonly tensor: Tensor;
}

/** A forward pass: at one bit-width, for training (with a tape) or inference. */
export interface Pass {
  readonly tape: Tape | null;
  readonly bits: number;
  /** Share of the old running averages that is kept; 0 on a bit-width's first step. */
  readonly keep: number;
  readonly observed: ObservedRange[];
  readonly onRounding: ((rounding: Rounding) => void) | null;
  /** Told of each convolution in inference: what it reads and gives; alive until it returns. */
  readonly onLayer?: (layer: ModelLayer, input: Tensor, output: Tensor) => void;
  /** Collects running averages to be moved together at the end; left out: each moves at once. */
  readonly following?: Following[];
  /** Weights that are on their grids already, by layer. */
  readonly grids?: ReadonlyMap<string, Tensor>;
}

/** What a layer gives out: rectified or not, and the range that its reader asks for. */
export interface UnitOutput {
  readonly relu: boolean;
  readonly scope: RangeScope;
}

export class LayerRunner {
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #quantizer: Quantizer;
  readonly #signed: ReadonlySet<string>;
  readonly #separateWeights: boolean;

  /** @param signed names of layers whose input may be negative */
  constructor(
    parameters: ReadonlyMap<string, Parameter>,
    quantizer: Quantizer,
    signed: ReadonlySet<string>,
  ) {
    this.#parameters = parameters;
    this.#quantizer = quantizer;
    this.#signed = signed;
    this.#separateWeights = [...parameters.values()].some(
      ({ role, bits }) => role === 'weight' && bits !== null,
    );
  }

  /** Trained parameters that take part at `bits`. */
  trained(bits: number): Parameter[] {
    return [...this.#parameters.values()].filter(
      ({ role, bits: own }) => isTrained(role) && (own === null || own === bits),
    );
  }

  /** Global average pool and dense layer. @returns [N, classes] */
  classifier(layer: ModelLayer, x: Activation, pass: Pass): Tensor {
    const pooled = ops.globalPool(pass.tape, x.tensor);
    const w = this.#weight(layer.name, 'weight', pass);
    return ops.dense(pass.tape, pooled, w, this.#weight(layer.name, 'bias', pass));
  }

  /**
   * Inverted residual: [expand,] depthwise, project; added to the input where shapes agree. Channels
   * are shuffled after a grouped expansion.
   */
  invertedResidual(
    layers: readonly ModelLayer[],
    x: Activation,
    pass: Pass,
    after: RangeScope,
  ): Activation {
    const first = layers[0];
    const last = layers[layers.length - 1];
    if (first === undefined || last === undefined) throw new Error('internal: empty block');
    const isResidual = first.inChannels === last.outChannels && first.inHeight === last.outHeight;
    let y = x;
    layers.forEach((layer, i) => {
      const next = layers[i + 1];
      const scope = next === undefined ? (isResidual ? 'none' : after) : this.scope(next, pass);
      y = this.unit(layer, y, pass, { relu: next !== undefined, scope });
      if (i === 0 && layer.groups > 1) y = shuffled(y, layer.groups, pass.tape);
    });
    return isResidual ? this.#sum(x, y, pass, { relu: false, scope: after }) : y;
  }

  /** ResNet basic block: conv1, conv2, shortcut (identity or 1×1), ReLU after the sum. */
  basic(layers: readonly ModelLayer[], x: Activation, pass: Pass, after: RangeScope): Activation {
    const [conv1, conv2, shortcut] = layers;
    if (conv1 === undefined || conv2 === undefined) throw new Error('internal: empty block');
    const hidden = this.unit(conv1, x, pass, { relu: true, scope: this.scope(conv2, pass) });
    const y = this.unit(conv2, hidden, pass, { relu: false, scope: 'none' });
    const side =
      shortcut === undefined ? x : this.unit(shortcut, x, pass, { relu: false, scope: 'none' });
    return this.#sum(side, y, pass, { relu: true, scope: after });
  }

  /** Convolution of the quantized input with quantized weights, switchable batch norm, ReLU. */
  unit(layer: ModelLayer, x: Activation, pass: Pass, out: UnitOutput): Activation {
    const { tape, bits } = pass;
    if (layer.kind === 'dense') throw new Error('internal: dense layer in a conv unit');
    const w = this.#quantizedWeights(layer, layer.kind, pass);
    const input = this.#griddedInput(layer, layer.kind, x, pass);
    const geometry = {
      stride: layer.stride,
      padHeight: layer.pad,
      padWidth: layer.pad,
      groups: layer.groups,
    };
    const product = ops.convolve(tape, layer.kind, input, w, geometry);
    const affine = this.#tensor(layer.name, 'affine', bits);
    const moments = this.#tensor(layer.name, 'moments', bits);
    const options = { epsilon: BATCH_NORM_EPSILON, relu: out.relu };
    if (tape === null) {
      const y = batchNormInfer(product, moments, affine, options);
      pass.onLayer?.(layer, x.tensor, y);
      return { tensor: y, range: null };
    }
    const { y, stats, range } = ops.batchNorm(tape, product, affine, {
      ...options,
      scope: out.scope,
    });
    follow(pass, moments, stats);
    return { tensor: y, range };
  }

  /**
   * Put the weights of many layers on their grids together, where the quantizer can.
   * @returns by layer, for `Pass.grids`; the tape's, without one the caller's
   */
  grids(layers: readonly ModelLayer[], pass: Pass): Map<string, Tensor> {
    const { weightGrid } = this.#quantizer;
    const { weights: bits } = this.#quantizer.precision(pass.bits);
    const grids = new Map<string, Tensor>();
    const names: string[] = [];
    const found = layers.flatMap(({ name, kind, quantized }) => {
      if (!quantized || kind === 'dense') return [];
      names.push(name);
      return [{ w: this.#weight(name, 'weight', pass), kind }];
    });
    if (weightGrid === null || bits === FULL_PRECISION || found.length === 0) return grids;
    quantizeTogether(pass.tape, found, weightGrid, bits).forEach((tensor, i) => {
      grids.set(names[i] ?? '', tensor);
    });
    return grids;
  }

  #quantizedWeights(layer: ModelLayer, kind: ConvKind, pass: Pass): Tensor {
    const w = this.#weight(layer.name, 'weight', pass);
    const { weights: bits } = this.#precision(layer, pass);
    if (bits === FULL_PRECISION) return w;
    const ready = pass.grids?.get(layer.name);
    const { signal, quantized } =
      ready === undefined
        ? this.#quantizer.weights(pass.tape, w, kind, bits)
        : { signal: w, quantized: ready };
    pass.onRounding?.({
      layer: layer.name,
      operand: 'weights',
      signal,
      quantized: () => quantized,
    });
    return quantized;
  }

  #griddedInput(layer: ModelLayer, kind: ConvKind, x: Activation, pass: Pass): ops.Gridded {
    const { activations: bits } = this.#precision(layer, pass);
    if (bits === FULL_PRECISION) return ops.ungridded(x.tensor);
    const range = this.#inputRange(layer, kind, x, pass);
    const isSigned = this.#signed.has(layer.name);
    const input = this.#quantizer.activations.gridded(x.tensor, range, bits, isSigned);
    pass.onRounding?.({
      layer: layer.name,
      operand: 'inputs',
      signal: x.tensor,
      quantized: () => ops.fakeQuantize(null, input),
    });
    return input;
  }

  /** Moving ranges: in training the batch's own, which the running one follows; else the running. */
  #inputRange(layer: ModelLayer, kind: ConvKind, x: Activation, pass: Pass): Tensor {
    const { activations, sharesRanges } = this.#quantizer;
    if (activations.source === 'learned') return this.#tensor(layer.name, 'clip', pass.bits);
    const bits = sharesRanges ? null : pass.bits;
    const running = this.#tensor(layer.name, 'range', bits);
    if (activations.source === 'fixed' || pass.tape === null) return running;
    const batch = x.range ?? ops.range(pass.tape, x.tensor, activations.scope(kind));
    const range = activations.rangeOf(pass.tape, batch);
    if (sharesRanges) {
      const name = parameterName(layer.name, 'range', null);
      pass.observed.push({ name, tensor: range.clone() });
    } else {
      follow(pass, running, range);
    }
    return range;
  }

  /** Range that `layer` needs of its input in this pass; none outside of training. */
  scope(layer: ModelLayer, pass: Pass): RangeScope {
    const { activations } = this.#quantizer;
    if (layer.kind === 'dense' || pass.tape === null || activations.source !== 'moving') {
      return 'none';
    }
    const { activations: bits } = this.#precision(layer, pass);
    return bits === FULL_PRECISION ? 'none' : activations.scope(layer.kind);
  }

  #precision(layer: ModelLayer, pass: Pass): Precision {
    return layer.quantized ? this.#quantizer.precision(pass.bits) : UNQUANTIZED;
  }

  #sum(a: Activation, b: Activation, pass: Pass, out: UnitOutput): Activation {
    const { y, range } = ops.add(pass.tape, a.tensor, b.tensor, out);
    return { tensor: y, range };
  }

  #weight(layer: string, role: 'weight' | 'bias', pass: Pass): Tensor {
    return this.#tensor(layer, role, this.#separateWeights ? pass.bits : null);
  }

  #tensor(layer: string, role: ParameterRole, bits: number | null): Tensor {
    const parameter = this.#parameters.get(parameterName(layer, role, bits));
    if (parameter === undefined) {
      throw new Error(`internal: no parameter ${parameterName(layer, role, bits)}`);
    }
    return parameter.tensor;
  }
}

/** Let a running average follow `x`, now or with the others of its pass. */
function follow({ keep, following }: Pass, running: Tensor, x: Tensor): void {
  if (following === undefined) blend(running, x, keep);
  else following.push({ running, x });
}

/** An activation with its channels shuffled, and its range where that is one for each channel. */
function shuffled({ tensor, range }: Activation, groups: number, tape: Tape | null): Activation {
  return {
    tensor: ops.shuffle(tape, tensor, groups),
    range: range?.rank === 2 ? ops.shuffle(tape, range, groups) : range,
  };
}
