/** @file From a search recipe to the specs of its searcher and its supernet. */
import type { Dataset } from '../src/data/dataset.ts';
import type { NamedArray } from '../src/nn/parameters.ts';
import { searchStepsPerEpoch } from '../src/nas/supernet-trainer.ts';
import type { SupernetTrainerSpec } from '../src/nas/supernet-trainer.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { supernetMemory } from '../src/search/memory.ts';
import type { SupernetMemory } from '../src/search/memory.ts';
import type { SpNasSpec } from '../src/search/sp-nas.ts';
import { recipeAnchor, searchBits, searchTraining } from '../src/spec/search-recipe.ts';
import type { SearchMethod, SearchRecipe } from '../src/spec/search-recipe.ts';
import type { SearchSpace } from '../src/spec/search-space.ts';

function pathsOf({ search }: SearchRecipe): SpNasSpec['paths'] {
  return search.paths === 'all' ? { weights: 1e9, architecture: 1e9 } : search.paths;
}

export function searcherSpec(
  recipe: SearchRecipe,
  space: SearchSpace,
  table: CostTable,
  trainImages: number,
): SpNasSpec {
  const { search, seed } = recipe;
  const anchor = recipeAnchor(recipe, space);
  return {
    seed,
    table,
    metric: search.cost.metric,
    target: search.cost.target,
    lambda: search.lambda,
    epochs: search.epochs,
    stepsPerEpoch: searchStepsPerEpoch(trainImages, search.batchSize),
    warmupEpochs: search.warmupEpochs,
    ...(anchor && { anchor }),
    temperature: search.temperature,
    paths: pathsOf(recipe),
    adam: search.architecture,
  };
}

export function trainerSpec(
  recipe: SearchRecipe,
  method: SearchMethod,
  space: SearchSpace,
  dataset: Dataset,
  arrays: readonly NamedArray[] | null,
): SupernetTrainerSpec {
  const { weights, architecture } = searchBits(method, recipe.bitWidths);
  const anchor = recipeAnchor(recipe, space);
  return {
    ...(anchor && { anchor }),
    space,
    training: searchTraining(recipe),
    bitWidths: weights,
    architectureBits: architecture,
    seed: recipe.seed,
    dataset,
    arrays,
  };
}

/** Of the larger half of a step. */
export function searchMemory(
  recipe: SearchRecipe,
  method: SearchMethod,
  space: SearchSpace,
): SupernetMemory {
  const { weights, architecture } = pathsOf(recipe);
  return supernetMemory(space, {
    batchSize: recipe.search.batchSize,
    paths: Math.max(weights, architecture),
    bitWidths: searchBits(method, recipe.bitWidths).weights,
  });
}
