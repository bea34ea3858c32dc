import { describe, expect, it } from 'vitest';
import { initialParameters, isTrained } from '../nn/parameters.ts';
import { namedModel } from '../spec/models.ts';
import type { ModelName } from '../spec/models.ts';
import { datasetInfo, recipe } from '../testing/records.ts';
import { checkpointBytes, shortage, runBytes } from './run-size.ts';

const dataset = { ...datasetInfo('d'), width: 32, height: 32, channels: 3 };

describe('the size of a run', () => {
  // oracle: the arrays that training itself makes, those that are trained with a velocity
  it.each<[ModelName, 'cdt' | 'independent']>([
    ['tiny', 'cdt'],
    ['quick', 'cdt'],
    ['quick', 'independent'],
    ['resnet-38', 'cdt'],
  ])('of %s with %s is what a checkpoint takes, and little more', (name, method) => {
    const bitWidths = [2, 4, 8, 32];
    const model = namedModel(name);
    const arrays = initialParameters(model, bitWidths, 1, {
      separateWeights: method === 'independent',
    });
    const actual = arrays
      .map(({ name: array, data }) => {
        const role = /\/(\w+)/.exec(array)?.[1] as Parameters<typeof isTrained>[0];
        return 4 * data.length * (isTrained(role) ? 2 : 1);
      })
      .reduce((a, b) => a + b, 0);
    const training = { ...recipe.training, method };
    const estimate = checkpointBytes(model, { bitWidths, training });
    expect(estimate).toBeGreaterThanOrEqual(actual);
    expect(estimate).toBeLessThan(1.6 * actual);
  });

  it('is told before it starts when it will not fit, and only then', () => {
    const model = namedModel('tiny');
    const needed = runBytes(recipe, { ...model, classes: 2 });
    const at = (usageBytes: number, quotaBytes: number | undefined) =>
      shortage(recipe, dataset, { usageBytes, quotaBytes });
    expect(at(100, 100 + needed)).toBeNull();
    expect(at(100, 99 + needed)).toEqual({ neededBytes: needed, leftBytes: needed - 1 });
    expect(at(100, 50)).toEqual({ neededBytes: needed, leftBytes: 0 });
    expect(at(100, undefined)).toBeNull();
  });
});
