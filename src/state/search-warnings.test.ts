import { describe, expect, it } from 'vitest';
import { flopsTable } from '../search/cost-table.ts';
import { TINY_SPACE } from '../testing/search-problems.ts';
import { searchEntry, searchRecipe } from '../testing/search-records.ts';
import { searchWarnings } from './search-warnings.ts';

const table = flopsTable(TINY_SPACE);
const { search: settings } = searchRecipe;
const even = [0.25, 0.25, 0.25, 0.25];
const at = (change: Partial<ReturnType<typeof searchEntry>>) => ({
  ...searchEntry(4),
  epoch: settings.warmupEpochs,
  probabilities: [even, even, even],
  entropy: 0.5,
  picks: [0, 1, 2],
  expectedCost: settings.cost.target,
  ...change,
});
const warn = (change: Partial<ReturnType<typeof searchEntry>>, log = [searchEntry(1)]) =>
  searchWarnings({ settings, architecture: at(change), log, table }).join(' ');

describe('warnings of a search', () => {
  it('are none while all is well', () => expect(warn({})).toBe(''));

  it('tell of a network that is all skip, once the architecture moves', () => {
    const picks = [3, 3, 3];
    expect(warn({ picks })).toMatch(/collapsed: 3 of 3 blocks/);
    expect(warn({ picks, epoch: 0 })).toBe('');
  });

  it('tell of a choice made too early, and of one not made at all', () => {
    expect(warn({ entropy: 0.01 })).toMatch(/before the weights are trained/);
    expect(warn({ entropy: 0.01, step: 8 })).toBe('');
    expect(warn({ entropy: 0.99, step: 8 })).toMatch(/hardly moved/);
  });

  it('tell of numbers that are none, and whose fault it is', () => {
    const probabilities = [[NaN, 0.5], even, even];
    expect(warn({ probabilities, temperature: 0.01 })).toMatch(/higher floor/);
    const log = [{ ...searchEntry(1), validation: { crossEntropy: NaN, accuracy: 0 } }];
    expect(warn({}, log)).toMatch(/lower learning rates/);
  });

  it('tell of a budget that is missed near the end', () => {
    expect(warn({ expectedCost: 3 * settings.cost.target, step: 8 })).toMatch(/3\.0 times/);
  });
});
