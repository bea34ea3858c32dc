/** @file How much of the disk a run will need, before it starts. */
import { modelLayers } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import { recipeModel, totalEpochs } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { DatasetInfo } from '../spec/run.ts';
import type { StorageUse } from './usage.ts';

const FLOAT_BYTES = 4;
/** Two are kept, and a third is there while it is written. */
const CHECKPOINTS = 3;
/** Entries an epoch and bytes of each bit-width in one: the log of a run, generously. */
const LOG_ENTRIES_PER_EPOCH = 12;
const LOG_BYTES_PER_WIDTH = 200;

/** One checkpoint: weights and what each bit-width has of its own, with velocities of what is trained. */
export function checkpointBytes(
  model: ModelSpec,
  { bitWidths, training }: Pick<Recipe, 'bitWidths' | 'training'>,
): number {
  const weightSets = training.method === 'independent' ? bitWidths.length : 1;
  let numbers = 0;
  for (const { kind, weights, outChannels, inChannels } of modelLayers(model)) {
    numbers += 2 * weights * weightSets;
    if (kind === 'dense') continue;
    // γ, β and their velocities, mean and variance; a range for each input channel at most
    numbers += bitWidths.length * (6 * outChannels + 2 * inChannels);
  }
  return numbers * FLOAT_BYTES;
}

/** All that a run writes. */
export function runBytes(recipe: Recipe, model: ModelSpec): number {
  const log =
    totalEpochs(recipe) * LOG_ENTRIES_PER_EPOCH * recipe.bitWidths.length * LOG_BYTES_PER_WIDTH;
  return CHECKPOINTS * checkpointBytes(model, recipe) + log;
}

/** A run that will not fit. */
export interface Shortage {
  readonly neededBytes: number;
  readonly leftBytes: number;
}

/** @returns null when the run fits or nobody knows @throws SpecError when the network does not fit the images */
export function shortage(
  recipe: Recipe,
  dataset: DatasetInfo,
  { usageBytes, quotaBytes }: Pick<StorageUse, 'usageBytes' | 'quotaBytes'>,
): Shortage | null {
  if (usageBytes === undefined || quotaBytes === undefined) return null;
  const model = recipeModel(recipe, { ...dataset, classes: dataset.classNames.length });
  const neededBytes = runBytes(recipe, model);
  const leftBytes = Math.max(0, quotaBytes - usageBytes);
  return neededBytes > leftBytes ? { neededBytes, leftBytes } : null;
}
