import { describe, expect, it } from 'vitest';
import { SpNas } from '../search/sp-nas.ts';
import type { SpNasSpec } from '../search/sp-nas.ts';
import { madeUpTable } from '../testing/search-problems.ts';
import { parseSearchState } from './search-state.ts';

const table = madeUpTable();
const spec: SpNasSpec = {
  seed: 1,
  table,
  metric: 'flops',
  target: 1000,
  lambda: { kind: 'fixed', value: 0.1 },
  epochs: 2,
  stepsPerEpoch: 4,
  warmupEpochs: 1,
  temperature: { initial: 3, decayPerEpoch: 0.9, floor: 0.1 },
  paths: { weights: 1, architecture: 2 },
  adam: { learningRate: 0.1, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
};
const choices = table.blocks.map(({ length }) => length);
const good = new SpNas(spec).state();

describe('the state of a search from storage', () => {
  it('is read as it was written', () => {
    expect(parseSearchState(structuredClone(good), choices)).toEqual(good);
  });

  it.each([
    ['nothing', undefined],
    ['another number of blocks', { ...good, logits: good.logits.slice(1) }],
    ['another number of choices', { ...good, logits: good.logits.map((row) => row.slice(1)) }],
    ['a number that is none', { ...good, logits: good.logits.map((row) => row.map(() => NaN)) }],
    ['moments of another cut', { ...good, adam: { ...good.adam, means: [] } }],
    ['a step before the first', { ...good, step: -1 }],
    ['a field more', { ...good, extra: 1 }],
  ])('is refused in a sentence: %s', (_what, value) => {
    expect(() => parseSearchState(value, choices)).toThrow(
      /^search: expected a checkpoint of a search of 3 blocks/,
    );
  });
});
