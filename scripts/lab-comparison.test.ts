import { describe, expect, it } from 'vitest';
import { comparisonRecipes } from '../src/spec/comparison.ts';
import type { Comparison } from '../src/spec/comparison.ts';
import { fakeRecipe } from '../src/testing/fake-recipes.ts';
import { mappingRecord, runRecord } from '../src/testing/records.ts';
import { compareLines, meanAndDeviation, reportComparison } from './lab-comparison.ts';

const bitWidths = [4, 8, 12, 16, 32];
const comparison: Comparison = {
  version: 1,
  kind: 'comparison',
  name: 'test',
  methods: ['cdt', 'independent'],
  seeds: [1, 2],
  recipe: { ...fakeRecipe, bitWidths },
};

/** Accuracies that tell who they are of: seed and method in the digits. */
const runs = comparisonRecipes(comparison).map((recipe) => ({
  run: {
    ...runRecord(`${recipe.training.method}-${recipe.seed}`),
    recipe,
    accuracies: bitWidths.map((bits) => ({
      bits,
      accuracy: 0.5 + recipe.seed / 10 + (recipe.training.method === 'cdt' ? 0.05 : 0),
      confusion: [],
    })),
  },
  imagesPerSecond: 100 * recipe.seed,
}));
const [cost] = mappingRecord('cdt-1').byBits;
if (cost === undefined) throw new Error('no cost');
const mapping = {
  ...mappingRecord('cdt-1'),
  byBits: bitWidths.map((bits) => ({ ...cost, bits })),
};
const wallSeconds = { data: 1, train: 2, map: 3, total: 6 };
const reported = reportComparison(comparison, { runs, mapping, wallSeconds });

describe('a reported comparison', () => {
  it('tells mean and deviation of each method over the seeds', () => {
    const { cdt, independent } = reported.methods;
    // 0.65 and 0.75: mean 0.7, deviation √(2 · 0.05²) = 0.0707
    expect(cdt?.results.map(({ bits }) => bits)).toEqual(bitWidths);
    expect(cdt?.results[0]?.accuracy).toBeCloseTo(0.7, 12);
    expect(cdt?.results[0]?.accuracyStandardDeviation).toBeCloseTo(Math.sqrt(0.005), 12);
    expect(independent?.results[0]?.accuracy).toBeCloseTo(0.65, 12);
    expect(independent?.runIds).toEqual(['independent-1', 'independent-2']);
    expect(cdt?.imagesPerSecond).toBe(150);
  });

  it('has the paper beside it where the paper has these bit-widths', () => {
    // Table I, CDT and SBM at 4 bits
    expect(reported.paper.methods['cdt']?.[0]).toEqual({ bits: 4, accuracy: 0.7115 });
    expect(reported.paper.methods['independent']?.[0]).toEqual({ bits: 4, accuracy: 0.7055 });
    const other = { ...comparison, recipe: { ...fakeRecipe, bitWidths: [4, 8] } };
    const narrow = reportComparison(other, { runs, mapping, wallSeconds });
    expect(narrow.paper.methods).toEqual({});
    expect(compareLines(narrow).some((line) => line.includes('paper'))).toBe(false);
  });

  it('reads as a table, ours first', () => {
    const lines = compareLines(reported);
    expect(lines[2]).toMatch(/^cdt +70\.0 ± 7\.1( +70\.0 ± 7\.1){4}$/);
    expect(lines[4]).toMatch(/^The paper's: MobileNetV2, CIFAR-100, 200 epochs/);
    expect(lines).toHaveLength(4 + 2 + 4);
  });
});

it('gives one value no deviation', () => {
  expect(meanAndDeviation([0.5])).toEqual({ mean: 0.5, deviation: null });
});
