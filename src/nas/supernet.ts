/**
 * @file A supernet: every network of a search space at once, over one set of weights for each choice.
 *
 * A block's output is the weighted sum of the choices that take part. Each choice has layers, and so
 * switchable batch norm, of its own. The mixture's weights are plain numbers (`search/mixture.ts`);
 * their gradient comes back by block. Never run with running averages: networks are derived from it,
 * not deployed out of it.
 */
import { zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../engine/kernels.ts';
import * as ops from '../engine/ops.ts';
import { Tape } from '../engine/tape.ts';
import { LayerRunner } from '../nn/layer-runner.ts';
import type { Activation, Pass } from '../nn/layer-runner.ts';
import { isTrained, layerParameters, toParameters } from '../nn/parameters.ts';
import type { NamedArray, Parameter } from '../nn/parameters.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import type { Mixture, Path } from '../search/mixture.ts';
import type { ModelLayer } from '../spec/model.ts';
import { spaceLayers } from '../spec/search-space.ts';
import type { SearchSpace, SpaceLayers } from '../spec/search-space.ts';

/** Layers of all choices, with the space's names for them. */
function allLayers({ stem, blocks, head, classifier }: SpaceLayers): ModelLayer[] {
  const searched = blocks.flatMap(({ options }) => options.flatMap(({ layers }) => layers));
  return [stem, ...searched, head, classifier];
}

/**
 * Layers whose input may be negative: a block reads the linear outputs of the one before; the first
 * reads the stem's ReLU.
 */
function signedLayers({ stem, blocks, head }: SpaceLayers): ReadonlySet<string> {
  const names = new Set([stem.name, head.name]);
  blocks.slice(1).forEach(({ options }) =>
    options.forEach(({ layers: [first] }) => {
      if (first !== undefined) names.add(first.name);
    }),
  );
  return names;
}

/** Parameters to start from. Each draws from a stream of its layer's name. */
export function supernetParameters(
  space: SearchSpace,
  quantizer: Quantizer,
  bitWidths: readonly number[],
  seed: number,
): NamedArray[] {
  const layers = spaceLayers(space);
  return layerParameters(allLayers(layers), signedLayers(layers), bitWidths, seed, { quantizer });
}

export interface SupernetPass {
  readonly bits: number;
  /** Share of the old running averages that is kept, 0 to 1. */
  readonly keep: number;
  readonly mixture: Mixture;
  /** Whose gradient is wanted: the parameters', or the mixture's weights'. */
  readonly trains: 'weights' | 'architecture';
}

export interface SupernetForward {
  /** [N, classes]; the tape's. */
  readonly logits: Tensor;
  readonly tape: Tape;
  /** [paths] of each block, whose gradients are those of the paths' weights; the caller's. */
  readonly gates: readonly Tensor[];
}

export class Supernet {
  readonly space: SearchSpace;
  readonly layers: SpaceLayers;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly #byLayer = new Map<string, Parameter[]>();
  readonly #runner: LayerRunner;

  /** @param arrays values of every parameter: `supernetParameters` or a checkpoint's */
  constructor(space: SearchSpace, quantizer: Quantizer, arrays: readonly NamedArray[]) {
    this.space = space;
    this.layers = spaceLayers(space);
    this.parameters = toParameters(arrays);
    for (const parameter of this.parameters.values()) {
      const list = this.#byLayer.get(parameter.layer) ?? [];
      list.push(parameter);
      this.#byLayer.set(parameter.layer, list);
    }
    this.#runner = new LayerRunner(this.parameters, quantizer, signedLayers(this.layers));
  }

  /**
   * Forward pass with batch statistics.
   * @param x [N, H, W, C], the caller's
   */
  forward(x: Tensor, { bits, keep, mixture, trains }: SupernetPass): SupernetForward {
    const tape = new Tape();
    const isForWeights = trains === 'weights';
    const gates = isForWeights ? [] : mixture.map((paths) => zeros([paths.length]));
    if (isForWeights) for (const { tensor } of this.trained(bits, mixture)) tape.watch(tensor);
    else for (const gate of gates) tape.watch(gate);
    const pass: Pass = { tape, bits, keep, observed: [], onRounding: null };
    const logits = this.#run({ tensor: x, range: null }, mixture, gates, pass);
    for (const { tensor } of pass.observed) tensor.dispose();
    return { logits, tape, gates };
  }

  /** Trained parameters that take part at `bits` in a mixture. */
  trained(bits: number, mixture: Mixture): Parameter[] {
    const { stem, blocks, head, classifier } = this.layers;
    const active = mixture.flatMap((paths, block) =>
      paths.flatMap(({ option }) => blocks[block]?.options[option]?.layers ?? []),
    );
    return [stem, ...active, head, classifier].flatMap(({ name }) =>
      (this.#byLayer.get(name) ?? []).filter(
        ({ role, bits: own }) => isTrained(role) && (own === null || own === bits),
      ),
    );
  }

  dispose(): void {
    for (const { tensor } of this.parameters.values()) tensor.dispose();
  }

  #run(x: Activation, mixture: Mixture, gates: readonly Tensor[], pass: Pass): Tensor {
    const { stem, head, classifier } = this.layers;
    let y = this.#runner.unit(stem, x, pass, { relu: true, scope: this.#scopeOf(0, pass) });
    mixture.forEach((paths, block) => {
      y = this.#block(block, y, paths, gates[block] ?? null, pass);
    });
    y = this.#runner.unit(head, y, pass, { relu: true, scope: 'none' });
    return this.#runner.classifier(classifier, y, pass);
  }

  #block(
    block: number,
    x: Activation,
    paths: readonly Path[],
    gate: Tensor | null,
    pass: Pass,
  ): Activation {
    const after = this.#scopeOf(block + 1, pass);
    const [only] = paths;
    if (only === undefined) throw new Error(`internal: no path at block ${block}`);
    if (paths.length === 1) return this.#option(block, only.option, x, pass, after);
    const branches = paths.map(({ option, weight }) => ({
      tensor: this.#option(block, option, x, pass, 'none').tensor,
      weight,
    }));
    const tensor = ops.mix(pass.tape, branches, gate);
    return { tensor, range: after === 'none' ? null : ops.range(pass.tape, tensor, after) };
  }

  /** @param after range that the next block asks for */
  #option(block: number, option: number, x: Activation, pass: Pass, after: RangeScope): Activation {
    const chosen = this.layers.blocks[block]?.options[option];
    if (chosen === undefined) throw new Error(`internal: no choice ${option} at block ${block}`);
    const [first] = chosen.layers;
    if (first === undefined) return x;
    return chosen.block?.kind === 'mbconv'
      ? this.#runner.invertedResidual(chosen.layers, x, pass, after)
      : this.#runner.unit(first, x, pass, { relu: false, scope: after });
  }

  /** Range that block `block` needs of its input; all choices ask for the same. */
  #scopeOf(block: number, pass: Pass): RangeScope {
    const options = this.layers.blocks[block]?.options ?? [];
    const reader = options.find(({ layers }) => layers.length > 0)?.layers[0] ?? this.layers.head;
    return this.#runner.scope(reader, pass);
  }
}
