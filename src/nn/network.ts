/**
 * @file An SP-Net: one set of weights that runs at every bit-width, with switchable batch norm.
 *
 * Built from a `ModelSpec`; layer by layer the same list that the cost model maps (`modelLayers`).
 */
import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blendAll } from '../engine/kernels.ts';
import type { Following, RangeScope } from '../engine/kernels.ts';
import { Tape } from '../engine/tape.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer, ModelSpec } from '../spec/model.ts';
import { LayerRunner } from './layer-runner.ts';
import type { Activation, ObservedRange, Pass } from './layer-runner.ts';
import { isTrained, toParameters } from './parameters.ts';
import type { NamedArray, Parameter } from './parameters.ts';
import { signedInputs } from './signed-inputs.ts';

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
  readonly #layers: readonly ModelLayer[];
  readonly #layersByBlock: readonly (readonly ModelLayer[])[];
  readonly #runner: LayerRunner;

  /** @param arrays values of every parameter: `initialParameters` or a checkpoint's */
  constructor(model: ModelSpec, quantizer: Quantizer, arrays: readonly NamedArray[]) {
    this.model = model;
    const layers = modelLayers(model);
    this.#layers = layers;
    this.#layersByBlock = model.blocks.map((_, i) => layers.filter(({ block }) => block === i));
    this.parameters = toParameters(arrays);
    this.#runner = new LayerRunner(this.parameters, quantizer, signedInputs(model));
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
    const following: Following[] = [];
    const logits = this.#run(x, { tape, bits, keep, observed, onRounding: null, following });
    blendAll(following, keep);
    return { logits, tape, ranges: observed };
  }

  /**
   * Forward pass with running averages.
   * @param onRounding told of all that is put on a grid; its tensors live until it returns
   * @param onLayer    told of what each convolution reads and gives
   * @returns [N, classes], the caller's
   */
  infer(
    x: Tensor,
    bits: number,
    onRounding: Pass['onRounding'] = null,
    onLayer?: Pass['onLayer'],
  ): Tensor {
    const pass = { tape: null, bits, keep: 1, observed: [], onRounding };
    return tidy(() => this.#run(x, onLayer === undefined ? pass : { ...pass, onLayer }));
  }

  /** Trained parameters that take part at `bits`. */
  trained(bits: number): Parameter[] {
    return this.#runner.trained(bits);
  }

  dispose(): void {
    for (const { tensor } of this.parameters.values()) tensor.dispose();
  }

  #run(x: Tensor, unprepared: Pass): Tensor {
    const pass = { ...unprepared, grids: this.#runner.grids(this.#layers, unprepared) };
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
        return this.#runner.unit(only(layers), x, pass, { relu: block.relu, scope: after });
      case 'mbconv':
        return this.#runner.invertedResidual(layers, x, pass, after);
      case 'basic':
        return this.#runner.basic(layers, x, pass, after);
      case 'classifier':
        return { tensor: this.#runner.classifier(only(layers), x, pass), range: null };
      default:
        throw new Error(`internal: no block ${index} in ${this.model.name}`);
    }
  }

  /** Range that the block after `index` needs of its input. */
  #scopeAfter(index: number, pass: Pass): RangeScope {
    const next = this.#layersByBlock[index + 1]?.[0];
    return next === undefined ? 'none' : this.#runner.scope(next, pass);
  }
}

function only(layers: readonly ModelLayer[]): ModelLayer {
  const [layer] = layers;
  if (layer === undefined) throw new Error('internal: a block without layers');
  return layer;
}
