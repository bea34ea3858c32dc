import { describe, expect, it } from 'vitest';
import { parseRecipe, recipeModel, totalEpochs } from './recipe.ts';
import type { Recipe } from './recipe.ts';

const recipe: Recipe = {
  version: 1,
  name: 'test',
  seed: 1,
  dataset: { kind: 'procedural', seed: 1, train: 100, test: 20 },
  model: 'tiny',
  bitWidths: [2, 8, 32],
  training: {
    method: 'cdt',
    quantizer: 'sbm',
    beta: 1,
    distillOn: 'logits',
    epochs: 1,
    batchSize: 10,
    learningRate: 0.1,
    finalLearningRate: 0,
    warmupEpochs: 0,
    momentum: 0.9,
    weightDecay: 0,
    labelSmoothing: 0,
    pretrainEpochs: 0,
    augmentation: { flip: true, padCrop: 4 },
  },
  mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 1000 },
};

describe('parseRecipe', () => {
  it('gives back a good recipe', () => {
    expect(parseRecipe(structuredClone(recipe))).toEqual(recipe);
  });

  it.each([
    [{ ...recipe, bitWidths: [8, 2] }, /^recipe\.bitWidths: .*ascending/],
    [{ ...recipe, bitWidths: [2, 17] }, /^recipe\.bitWidths\.1: .*2 to 16, or 32/],
    [{ ...recipe, bitWidths: [8] }, /^recipe\.bitWidths/],
    [{ ...recipe, seed: -1 }, /^recipe\.seed: .*got -1/],
    [
      { ...recipe, training: { ...recipe.training, learningRate: NaN } },
      /^recipe\.training\.learningRate/,
    ],
    [{ ...recipe, training: { ...recipe.training, epochs: 0 } }, /^recipe\.training\.epochs/],
    [{ ...recipe, training: { ...recipe.training, method: 'magic' } }, /^recipe\.training\.method/],
    [{ ...recipe, __proto__: null, extra: 1 }, /^recipe\.extra/],
    ['quick', /^recipe: expected an object, got "quick"/],
    [null, /^recipe: expected an object, got null/],
  ])('refuses a bad one by its field (%#)', (value, message) => {
    expect(() => parseRecipe(value)).toThrow(message);
  });
});

describe('settings that must fit together', () => {
  const withTraining = (training: Partial<Recipe['training']>): Recipe => ({
    ...recipe,
    training: { ...recipe.training, ...training },
  });

  it.each([
    { precision: { activations: [32, 32, 32] } },
    { precision: { weights: [32, 32, 32] } },
    { precision: { weights: [2, 4, 32], activations: [8, 8, 32] } },
    { lossWeights: [1, 0, 2], betaPer: 'bit-width' as const, betaWarmupEpochs: 1 },
    { schedule: { kind: 'step' as const, epochs: [1, 2.5], factor: 0.1 } },
    { ranges: 'shared' as const, target: { accuracy: 0.9, bits: 8 } },
  ])('take %j', (training) => {
    const good = withTraining(training);
    expect(parseRecipe(structuredClone(good))).toEqual(good);
  });

  it.each([
    [
      { precision: { weights: [2, 8] } },
      'recipe.training.precision: expected one width for each of the 3 bit-widths, got 2',
    ],
    [
      { precision: { weights: [4, 8, 32], activations: [4, 8, 32] } },
      'recipe.training.precision: expected weights or activations of the width that names them, got 4/4 at 2',
    ],
    [
      { precision: { activations: [8, 4, 32] } },
      'recipe.training.precision: expected widths in ascending order, got 8/4 at 8',
    ],
    [{ precision: { weights: [2, 17, 32] } }, /^recipe\.training\.precision\.weights\.1: /],
    [
      { lossWeights: [1, 1] },
      /^recipe\.training\.lossWeights: expected one weight for each of the 3/,
    ],
    [{ lossWeights: [0, 0, 0] }, /^recipe\.training\.lossWeights: expected a weight above 0/],
    [{ target: { accuracy: 0.5, bits: 4 } }, /^recipe\.training\.target: .*2, 8, 32, got 4/],
    [
      { ranges: 'shared' as const, quantizer: 'dorefa' as const },
      /^recipe\.training\.ranges: expected per-bit/,
    ],
    [
      { ranges: 'shared' as const, method: 'adabits' as const },
      /^recipe\.training\.ranges: expected per-bit with adabits/,
    ],
    [
      { method: 'sequential-up' as const, pretrainEpochs: 1 },
      /^recipe\.training\.pretrainEpochs: expected 0/,
    ],
    [
      { schedule: { kind: 'step' as const, epochs: [3, 2], factor: 0.1 } },
      /^recipe\.training\.schedule\.epochs: .*ascending/,
    ],
  ])('refuse what does not (%#)', (training, message) => {
    expect(() => parseRecipe(withTraining(training))).toThrow(message);
  });

  it('take the epochs once for each width where widths train one after another', () => {
    expect(totalEpochs(withTraining({ epochs: 4 }))).toBe(4);
    expect(totalEpochs(withTraining({ epochs: 4, method: 'sequential-down' }))).toBe(12);
  });
});

describe('recipeModel', () => {
  it('fits the network to the dataset', () => {
    const model = recipeModel(recipe, { width: 28, height: 28, channels: 1, classes: 26 });
    expect(model).toMatchObject({ input: { height: 28, width: 28, channels: 1 }, classes: 26 });
  });
});
