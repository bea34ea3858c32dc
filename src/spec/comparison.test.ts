import { describe, expect, it } from 'vitest';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { comparisonRecipes, isComparison, parseComparison } from './comparison.ts';
import { TABLE_1 } from './paper-tables.ts';

const comparison = {
  version: 1,
  kind: 'comparison',
  name: 'two',
  methods: ['cdt', 'independent'],
  seeds: [5, 7],
  recipe: fakeRecipe,
};

describe('a comparison', () => {
  it('trains the same recipe but for method, seed and name', () => {
    const recipes = comparisonRecipes(parseComparison(comparison));
    expect(recipes.map(({ seed, training }) => [training.method, seed])).toEqual([
      ['cdt', 5],
      ['independent', 5],
      ['cdt', 7],
      ['independent', 7],
    ]);
    for (const recipe of recipes) {
      const { seed, name } = fakeRecipe;
      const { method } = fakeRecipe.training;
      const back = { ...recipe, seed, name, training: { ...recipe.training, method } };
      expect(back).toEqual(fakeRecipe);
    }
  });

  it('is told from a recipe by its kind', () => {
    expect([comparison, fakeRecipe, null, 'comparison'].map(isComparison)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    [{ methods: ['cdt', 'cdt'] }, 'comparison.methods: expected methods, each once'],
    [{ seeds: [] }, 'comparison.seeds'],
    [{ seeds: [1, 1] }, 'comparison.seeds: expected seeds, each once'],
    [{ recipe: { ...fakeRecipe, model: 'none' } }, 'comparison.recipe.model'],
    [{ extra: 1 }, 'comparison.extra'],
  ])('refuses %j by its field', (change, sentence) => {
    expect(() => parseComparison({ ...comparison, ...change })).toThrow(sentence);
  });

  it('refuses a method that does not fit the recipe', () => {
    const training = { ...fakeRecipe.training, ranges: 'shared' };
    const shared = { ...comparison, recipe: { ...fakeRecipe, training } };
    expect(() => parseComparison(shared)).toThrow('expected per-bit with independent, got shared');
  });
});

it('holds one accuracy for each bit-width of each method of Table I', () => {
  for (const { bitWidths, accuracyPercent } of TABLE_1.bitSets) {
    const rows = Object.values(accuracyPercent);
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toHaveLength(bitWidths.length);
  }
});
