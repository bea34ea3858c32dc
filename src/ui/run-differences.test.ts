import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../spec/recipe.ts';
import { runRecord } from '../testing/records.ts';
import { runDifferences } from './run-differences.ts';

const run = runRecord('a');
const withTraining = (training: Partial<Recipe['training']>) => ({
  ...run,
  recipe: { ...run.recipe, training: { ...run.recipe.training, ...training } },
});

describe('the differences of runs', () => {
  it('are none for runs of the same settings, whatever became of them', () => {
    const other = { ...runRecord('b', 9), name: 'again', note: 'x', color: 3, step: 8 };
    expect(runDifferences([run, other])).toEqual([]);
    expect(runDifferences([run])).toEqual([]);
  });

  it('are those fields alone that differ, with a value for each run', () => {
    const other = {
      ...withTraining({
        beta: 0.1,
        method: 'sp',
        schedule: { kind: 'step', epochs: [1], factor: 0.5 },
      }),
      limits: { minutes: 5 },
    };
    expect(runDifferences([run, other, run])).toEqual([
      {
        title: 'Method',
        values: [
          'Cascade distillation (CDT)',
          'SP: from the highest alone',
          'Cascade distillation (CDT)',
        ],
      },
      { title: 'Distillation β', values: ['1', '0.1', '1'] },
      { title: 'Schedule', values: ['not set', 'step', 'not set'] },
      { title: 'Rate falls after epochs', values: ['not set', '1', 'not set'] },
      { title: 'Rate falls by', values: ['not set', '0.5', 'not set'] },
      { title: 'Time budget', values: ['not set', '5 min', 'not set'] },
    ]);
  });

  it('name changes made while a run trained', () => {
    const change = { setting: 'beta', step: 4, from: 1, to: 2 } as const;
    expect(runDifferences([run, { ...run, changes: [change] }])).toEqual([
      {
        title: 'Changed in training',
        values: ['not set', 'Distillation β changed from 1 to 2, from step 4 on.'],
      },
    ]);
  });

  it('of one number are one row, and in any order of the runs', () => {
    const number = fc.constantFrom('beta', 'momentum', 'weightDecay', 'labelSmoothing');
    fc.assert(
      fc.property(number, fc.double({ min: 0.3, max: 0.49, noNaN: true }), (field, value) => {
        const other = withTraining({ [field]: value });
        const [row, ...rest] = runDifferences([run, other]);
        expect(rest).toEqual([]);
        expect(row?.values[1]).toBe(String(value));
        expect(runDifferences([other, run])[0]?.values).toEqual(row?.values.toReversed());
      }),
    );
  });
});
