/** @file How long a sweep will take and what it will store, from what runs here have taken. */
import { isSequential, recipeModel, totalEpochs } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import { modelTotals } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { DatasetInfo, RunRecord } from '../spec/run.ts';
import { runBytes } from '../store/run-size.ts';

export interface SweepEstimate {
  readonly runs: number;
  /** Training alone, without tests and mapping; null where nothing has been measured. */
  readonly seconds: number | null;
  /** Whose pace that is. */
  readonly measured: { readonly name: string; readonly imagesPerSecond: number } | null;
  readonly bytes: number;
}

/** MACs of forward passes that training on one image takes: those of each width trained in a step. */
function macsPerImage(recipe: Pick<Recipe, 'bitWidths' | 'training'>, macs: number): number {
  return macs * (isSequential(recipe.training.method) ? 1 : recipe.bitWidths.length);
}

/**
 * The run to go by: the newest of the same network, else the newest, trained here.
 * @returns undefined where there is none
 */
function measuredRun(
  runs: readonly RunRecord[],
  backend: string | null,
  model: ModelSpec | undefined,
): RunRecord | undefined {
  const known = runs.filter(
    (run) =>
      run.example !== true &&
      run.trainSeconds > 0 &&
      run.step > 0 &&
      (backend === null || run.backend.name === backend),
  );
  return known.find((run) => run.model.name === model?.name) ?? known[0];
}

/**
 * @param runs    stored ones, newest first
 * @param backend that the sweep will use; null: not known
 * @throws SpecError when a network does not fit the images
 */
export function estimateSweep(
  recipes: readonly Recipe[],
  dataset: DatasetInfo,
  runs: readonly RunRecord[],
  backend: string | null,
): SweepEstimate {
  const models = recipes.map((recipe) =>
    recipeModel(recipe, { ...dataset, classes: dataset.classNames.length }),
  );
  const bytes = recipes.reduce(
    (sum, recipe, i) => sum + runBytes(recipe, models[i] as ModelSpec),
    0,
  );
  const from = measuredRun(runs, backend, models[0]);
  if (from === undefined) return { runs: recipes.length, seconds: null, measured: null, bytes };
  const imagesPerSecond = (from.step * from.recipe.training.batchSize) / from.trainSeconds;
  const macsPerSecond = imagesPerSecond * macsPerImage(from.recipe, from.macs);
  const seconds = recipes.reduce((sum, recipe, i) => {
    const { macs } = modelTotals(models[i] as ModelSpec);
    return sum + (totalEpochs(recipe) * dataset.train * macsPerImage(recipe, macs)) / macsPerSecond;
  }, 0);
  return { runs: recipes.length, seconds, measured: { name: from.name, imagesPerSecond }, bytes };
}
