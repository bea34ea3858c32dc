/** @file From a recipe's training settings to its quantizer, its network and its starting values. */
import { Network } from '../nn/network.ts';
import { initialParameters } from '../nn/parameters.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { makeQuantizer } from '../quant/quantizer.ts';
import type { Quantizer } from '../quant/quantizer.ts';
import { precisionsOf } from '../spec/bits.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { TrainingSpec } from '../spec/recipe.ts';

/** Name of a parameter's velocity in a checkpoint: this and the parameter's. */
export const VELOCITY_PREFIX = 'velocity:';

type QuantizerSettings = Pick<TrainingSpec, 'method' | 'quantizer' | 'precision' | 'ranges'>;

export interface NetworkSpec {
  readonly model: ModelSpec;
  readonly training: QuantizerSettings;
  /** All of the run's, ascending. */
  readonly bitWidths: readonly number[];
}

/** AdaBits learns its clips; the other methods quantize as their quantizer says, unless told to. */
export function quantizerOf(training: QuantizerSettings, bitWidths: readonly number[]): Quantizer {
  return makeQuantizer(training.quantizer, {
    precisions: precisionsOf(bitWidths, training.precision),
    sharesRanges: training.ranges === 'shared',
    learnsClips: training.method === 'adabits' || training.ranges === 'learned',
  });
}

/** Whether each bit-width has weights of its own: one net for each. */
export function hasSeparateWeights({ method }: Pick<TrainingSpec, 'method'>): boolean {
  return method === 'independent';
}

/** Parameters to start training from. */
export function startingValues(spec: NetworkSpec, seed: number): NamedArray[] {
  const { model, training, bitWidths } = spec;
  return initialParameters(model, bitWidths, seed, {
    quantizer: quantizerOf(training, bitWidths),
    separateWeights: hasSeparateWeights(training),
  });
}

/** @param arrays parameters, as started or of a checkpoint; velocities among them are left out */
export function buildNetwork(spec: NetworkSpec, arrays: readonly NamedArray[]): Network {
  const { model, training, bitWidths } = spec;
  const parameters = arrays.filter(({ name }) => !name.startsWith(VELOCITY_PREFIX));
  return new Network(model, quantizerOf(training, bitWidths), parameters);
}
