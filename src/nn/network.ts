/**
 * @file An SP-Net: one set of weights that runs at every bit-width, with switchable batch norm.
 *
 * Built from a `ModelSpec`; layer by layer the same list that the cost model maps (`modelLayers`).
 */
import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { batchNormInfer, blend } from '../engine/kernels.ts';
import type { RangeScope } from '../engine/kernels.ts';
import * as ops from '../engine/ops.ts';
import { Tape } from '../engine/tape.ts';
import { FULL_PRECISION } from '../quant/quantizer.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import type { ConvKind } from '../quant/weights.ts';
import type { Precision } from '../spec/bits.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer, ModelSpec } from '../spec/model.ts';
import { isTrained, parameterName, toParameters } from './parameters.ts';
import type { NamedArray, Parameter, ParameterRole } from './parameters.ts';
import { signedInputs } from './signed-inputs.ts';

export const BATCH_NORM_EPSILON = 1e-5;

const UNQUANTIZED: Precision = { weights: FULL_PRECISION, activations: FULL_PRECISION };

/** An activation with the range its reader asked for. */
interface Activation {
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
interface Pass {
  readonly tape: Tape | null;
  readonly bits: number;
  /** Share of the old running averages that is kept; 0 on a bit-width's first step. */
  readonly keep: number;
  readonly observed: ObservedRange[];
  readonly onRounding: ((rounding: Rounding) => void) | null;
}

export interface ForwardResult {
  /** [N, classes]; the tape's. */
  readonly logits: Tensor;
  readonly tape: Tape;
  /** Where the quantizer shares ranges: the batch's, in the order of layers; the caller's. */
  readonly ranges: readonly ObservedRange[];
}

export class Network {
  readonly model: ModelSpec;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly #layersByBlock: readonly (readonly ModelLayer[])[];
  readonly #quantizer: Quantizer;
  readonly #signed: ReadonlySet<string>;
  readonly #separateWeights: boolean;

  /** @param arrays values of every parameter: `initialParameters` or a checkpoint's */
  constructor(model: ModelSpec, quantizer: Quantizer, arrays: readonly NamedArray[]) {
    this.model = model;
    this.#quantizer = quantizer;
    const layers = modelLayers(model);
    this.#layersByBlock = model.blocks.map((_, i) => layers.filter(({ block }) => block === i));
    this.#signed = signedInputs(model);
    this.parameters = toParameters(arrays);
    this.#separateWeights = [...this.parameters.values()].some(
      ({ role, bits }) => role === 'weight' && bits !== null,
    );
  }

  /**
   * Forward pass with batch statistics; updates the running averages of `bits` in place, but those
   * of shared ranges, which it returns.
   * @param x [N, H, W, C], the caller's
   * @param keep share of the old running averages that is kept, 0 to 1
   */
  forward(x: Tensor, bits: number, keep: number): ForwardResult {
    const tape = new Tape();
    for (const { tensor, role, bits: own } of this.parameters.values()) {
      if (isTrained(role) && (own === null || own === bits)) tape.watch(tensor);
    }
    const observed: ObservedRange[] = [];
    const logits = this.#run(x, { tape, bits, keep, observed, onRounding: null });
    return { logits, tape, ranges: observed };
  }

  /**
   * Forward pass with running averages.
   * @param onRounding told of all that is put on a grid; its tensors live until it returns
   * @returns [N, classes], the caller's
   */
  infer(x: Tensor, bits: number, onRounding: Pass['onRounding'] = null): Tensor {
    return tidy(() => this.#run(x, { tape: null, bits, keep: 1, observed: [], onRounding }));
  }

  /** Trained parameters that take part at `bits`. */
  trained(bits: number): Parameter[] {
    return [...this.parameters.values()].filter(
      ({ role, bits: own }) => isTrained(role) && (own === null || own === bits),
    );
  }

  dispose(): void {
    for (const { tensor } of this.parameters.values()) tensor.dispose();
  }

  #run(x: Tensor, pass: Pass): Tensor {
    let activation: Activation = { tensor: x, range: null };
    for (let i = 0; i < this.model.blocks.length; i++) {
      activation = this.#block(i, activation, pass);
    }
    return activation.tensor;
  }

  #block(index: number, x: Activation, pass: Pass): Activation {
    const block = this.model.blocks[index];
    const layers = this.#layersByBlock[index] ?? [];
    const after = this.#scopeAfter(index, pass);
    switch (block?.kind) {
      case 'conv':
        return this.#unit(only(layers), x, pass, { relu: block.relu, scope: after });
      case 'mbconv':
        return this.#mbconv(layers, x, pass, after);
      case 'basic':
        return this.#basic(layers, x, pass, after);
      case 'classifier': {
        const { name } = only(layers);
        const pooled = ops.globalPool(pass.tape, x.tensor);
        const w = this.#weight(name, 'weight', pass);
        const logits = ops.dense(pass.tape, pooled, w, this.#weight(name, 'bias', pass));
        return { tensor: logits, range: null };
      }
      default:
        throw new Error(`internal: no block ${index} in ${this.model.name}`);
    }
  }

  /** Inverted residual: [expand,] depthwise, project; added to the input where shapes agree. */
  #mbconv(layers: readonly ModelLayer[], x: Activation, pass: Pass, after: RangeScope): Activation {
    const first = layers[0];
    const last = layers[layers.length - 1];
    if (first === undefined || last === undefined) throw new Error('internal: empty block');
    const isResidual = first.inChannels === last.outChannels && first.inHeight === last.outHeight;
    let y = x;
    layers.forEach((layer, i) => {
      const next = layers[i + 1];
      const scope = next === undefined ? (isResidual ? 'none' : after) : this.#scope(next, pass);
      y = this.#unit(layer, y, pass, { relu: next !== undefined, scope });
    });
    return isResidual ? this.#sum(x, y, pass, { relu: false, scope: after }) : y;
  }

  /** ResNet basic block: conv1, conv2, shortcut (identity or 1×1), ReLU after the sum. */
  #basic(layers: readonly ModelLayer[], x: Activation, pass: Pass, after: RangeScope): Activation {
    const [conv1, conv2, shortcut] = layers;
    if (conv1 === undefined || conv2 === undefined) throw new Error('internal: empty block');
    const hidden = this.#unit(conv1, x, pass, { relu: true, scope: this.#scope(conv2, pass) });
    const y = this.#unit(conv2, hidden, pass, { relu: false, scope: 'none' });
    const side =
      shortcut === undefined ? x : this.#unit(shortcut, x, pass, { relu: false, scope: 'none' });
    return this.#sum(side, y, pass, { relu: true, scope: after });
  }

  /** Convolution of the quantized input with quantized weights, switchable batch norm, ReLU. */
  #unit(
    layer: ModelLayer,
    x: Activation,
    pass: Pass,
    out: { readonly relu: boolean; readonly scope: RangeScope },
  ): Activation {
    const { tape, bits, keep } = pass;
    if (layer.kind === 'dense') throw new Error('internal: dense layer in a conv unit');
    const w = this.#quantizedWeights(layer, layer.kind, pass);
    const input = this.#griddedInput(layer, layer.kind, x, pass);
    const geometry = {
      stride: layer.stride,
      padHeight: layer.pad,
      padWidth: layer.pad,
      groups: 1,
    };
    const product = ops.convolve(tape, layer.kind, input, w, geometry);
    const affine = this.#tensor(layer.name, 'affine', bits);
    const moments = this.#tensor(layer.name, 'moments', bits);
    const options = { epsilon: BATCH_NORM_EPSILON, relu: out.relu };
    if (tape === null) {
      return { tensor: batchNormInfer(product, moments, affine, options), range: null };
    }
    const { y, stats, range } = ops.batchNorm(tape, product, affine, {
      ...options,
      scope: out.scope,
    });
    blend(moments, stats, keep);
    return { tensor: y, range };
  }

  #quantizedWeights(layer: ModelLayer, kind: ConvKind, pass: Pass): Tensor {
    const w = this.#weight(layer.name, 'weight', pass);
    const { weights: bits } = this.#precision(layer, pass);
    if (bits === FULL_PRECISION) return w;
    const { signal, quantized } = this.#quantizer.weights(pass.tape, w, kind, bits);
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
      blend(running, range, pass.keep);
    }
    return range;
  }

  /** Range that `layer` needs of its input in this pass; none outside of training. */
  #scope(layer: ModelLayer, pass: Pass): RangeScope {
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

  /** Range that the block after `index` needs of its input. */
  #scopeAfter(index: number, pass: Pass): RangeScope {
    const next = this.#layersByBlock[index + 1]?.[0];
    return next === undefined ? 'none' : this.#scope(next, pass);
  }

  #sum(
    a: Activation,
    b: Activation,
    pass: Pass,
    out: { readonly relu: boolean; readonly scope: RangeScope },
  ): Activation {
    const { y, range } = ops.add(pass.tape, a.tensor, b.tensor, out);
    return { tensor: y, range };
  }

  #weight(layer: string, role: 'weight' | 'bias', pass: Pass): Tensor {
    return this.#tensor(layer, role, this.#separateWeights ? pass.bits : null);
  }

  #tensor(layer: string, role: ParameterRole, bits: number | null): Tensor {
    const parameter = this.parameters.get(parameterName(layer, role, bits));
    if (parameter === undefined) {
      throw new Error(`internal: no parameter ${parameterName(layer, role, bits)}`);
    }
    return parameter.tensor;
  }
}

function only(layers: readonly ModelLayer[]): ModelLayer {
  const [layer] = layers;
  if (layer === undefined) throw new Error('internal: a block without layers');
  return layer;
}
