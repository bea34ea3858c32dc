/** @file Small search problems with known answers. */
import { layerAtBits } from '../hw/model-workload.ts';
import type { LayerAtBits } from '../hw/model-workload.ts';
import { CONV_DIMS, macsOf } from '../hw/workload.ts';
import { fillCostTable, spaceWorkload } from '../search/cost-table.ts';
import type { CostTable, LayerFigures } from '../search/cost-table.ts';
import type { SpNasCandidate, SpNasResult, SpNasSpec } from '../search/sp-nas.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { SearchSpace } from '../spec/search-space.ts';
import { Rng } from '../util/rng.ts';

/** Three blocks of four choices: 64 networks, among them identities and 1×1 skips. */
export const TINY_SPACE: SearchSpace = {
  name: 'tiny-space',
  input: { height: 8, width: 8, channels: 3 },
  classes: 4,
  stem: { out: 8, stride: 1 },
  blocks: [
    { out: 8, stride: 1 },
    { out: 12, stride: 2 },
    { out: 16, stride: 1 },
  ],
  head: 20,
  choices: ['k3_e1', 'k3_e1_g2', 'k5_e3', 'skip'],
};

export const TINY_BITS = 4;

/** A made-up cost that depends on all that a layer is. */
export function madeUpCost({ layer, bits }: LayerAtBits): LayerFigures {
  const text = JSON.stringify([CONV_DIMS.map((dim) => layer.shape[dim]), bits]);
  const rng = new Rng(41).fork(text);
  const macs = macsOf(layer.shape);
  return { energyPj: macs * rng.uniform(0.5, 2), latencyCycles: macs * rng.uniform(0.01, 0.1) };
}

export function madeUpTable(space = TINY_SPACE, bits = TINY_BITS): CostTable {
  const source = {
    accelerator: 'made-up',
    precision: { weights: bits, activations: bits },
    objective: 'edp',
    evaluationsPerLayer: 1,
    seed: 1,
  };
  return fillCostTable(space, source, spaceWorkload(space, bits).map(madeUpCost));
}

/** Energy and latency of a network, layer by layer from its own spec: no table. */
export function directCost(model: ModelSpec, bits = TINY_BITS): LayerFigures {
  const layers = modelLayers(model);
  let [energyPj, latencyCycles] = [0, 0];
  layers.forEach((layer, i) => {
    const cost = madeUpCost(layerAtBits(layer, layers[i + 1], bits));
    energyPj += cost.energyPj;
    latencyCycles += cost.latencyCycles;
  });
  return { energyPj, latencyCycles };
}

export function searchSpec(change: Partial<SpNasSpec> = {}): SpNasSpec {
  return {
    seed: 1,
    table: madeUpTable(),
    metric: 'flops',
    target: 60_000,
    lambda: { kind: 'fixed', value: 0.01 },
    epochs: 20,
    stepsPerEpoch: 10,
    warmupEpochs: 1,
    temperature: { initial: 3, decayPerEpoch: 0.94, floor: 0.1 },
    paths: { weights: 1, architecture: Infinity },
    adam: { learningRate: 0.05, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
    ...change,
  };
}

/**
 * A problem with a planted answer: each choice has a quality, the plant's is better by 0.1 at least, and
 * a batch sees the loss of a mixture with noise. The loss bends (its square counts too), so that its
 * gradient is not constant.
 */
export class PlantedProblem {
  readonly plant: readonly number[];
  readonly #quality: readonly (readonly number[])[];
  readonly #noise: number;
  readonly #seed: number;

  constructor(seed: number, choices: readonly number[], noise: number) {
    const rng = new Rng(seed).fork('plant');
    this.plant = choices.map((count) => rng.int(count));
    this.#quality = choices.map((count, block) =>
      Array.from({ length: count }, (_, i) =>
        i === this.plant[block] ? 0 : rng.uniform(0.1, 0.5),
      ),
    );
    this.#noise = noise;
    this.#seed = seed;
  }

  evaluate(candidate: SpNasCandidate): Promise<SpNasResult> {
    const { kind, mixture, step } = candidate;
    if (kind === 'weights') {
      return Promise.resolve({ crossEntropy: null, accuracy: null, gradients: null });
    }
    const rng = new Rng(this.#seed).fork(`batch ${step}`);
    const quality = (block: number, option: number): number =>
      this.#quality[block]?.[option] ?? NaN;
    const loss = mixture.reduce(
      (sum, paths, block) =>
        sum + paths.reduce((part, p) => part + p.weight * quality(block, p.option), 0),
      0,
    );
    const gradients = mixture.map((paths, block) =>
      paths.map(({ option }) => (1 + loss) * quality(block, option) + rng.normal(0, this.#noise)),
    );
    return Promise.resolve({ crossEntropy: loss + loss ** 2 / 2, accuracy: null, gradients });
  }
}
