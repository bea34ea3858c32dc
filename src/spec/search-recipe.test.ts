import { describe, expect, it } from 'vitest';
import { searchRecipe } from '../testing/search-records.ts';
import { namedModel } from './models.ts';
import { parseRecipe } from './recipe.ts';
import {
  SEARCH_METHODS,
  derivedRecipe,
  isSearchRecipe,
  parseSearchRecipe,
  recipeSpace,
  searchBits,
  searchTraining,
} from './search-recipe.ts';

describe('a search recipe', () => {
  it('comes back as it is, and is told from a recipe', () => {
    expect(parseSearchRecipe(searchRecipe)).toEqual(searchRecipe);
    const derived = derivedRecipe(searchRecipe, namedModel('tiny'));
    expect(parseRecipe(derived)).toEqual(derived);
    expect([searchRecipe, derived, null].map(isSearchRecipe)).toEqual([true, false, false]);
  });

  it('names the field that is wrong, of the search and of the rest', () => {
    const { search } = searchRecipe;
    const of = (change: object) => () =>
      parseSearchRecipe({ ...searchRecipe, search: { ...search, ...change } });
    expect(of({ epochs: 0 })).toThrow('recipe.search.epochs');
    expect(of({ space: 'moon' })).toThrow('recipe.search.space');
    expect(of({ paths: { weights: 1, architecture: 1 } })).toThrow('recipe.search.paths');
    expect(() => parseSearchRecipe({ ...searchRecipe, bitWidths: [8, 4] })).toThrow(
      'recipe.bitWidths: expected bit-widths in ascending order',
    );
    expect(() => parseSearchRecipe({ ...searchRecipe, model: 'quick', extra: 1 })).toThrow(
      'recipe.extra',
    );
  });

  it('fits its space to the images', () => {
    const data = { width: 24, height: 20, channels: 1, classes: 7 };
    expect(recipeSpace(searchRecipe, data)).toMatchObject({
      input: { width: 24, height: 20, channels: 1 },
      classes: 7,
    });
  });

  it('trains the supernet by cascade distillation at its own pace', () => {
    const training = searchTraining({
      ...searchRecipe,
      training: { ...searchRecipe.training, method: 'joint', warmupEpochs: 5 },
    });
    const { epochs, batchSize, weights } = searchRecipe.search;
    expect(training).toMatchObject({
      ...weights,
      method: 'cdt',
      epochs,
      batchSize,
      warmupEpochs: 0,
    });
  });

  it('judges the architecture at a width that is trained', () => {
    const found = SEARCH_METHODS.map((method) => searchBits(method, [2, 4, 32]));
    for (const { weights, architecture } of found) expect(weights).toContain(architecture);
    expect(found.slice(0, 3)).toEqual([
      { weights: [2, 4, 32], architecture: 2 },
      { weights: [32], architecture: 32 },
      { weights: [2], architecture: 2 },
    ]);
  });
});
