/** @file Small valid recipes for tests and the design page. */
import { parseRecipe } from '../spec/recipe.ts';

export const fakeRecipe = parseRecipe({
  version: 1,
  name: 'quick',
  seed: 1,
  dataset: { kind: 'procedural', seed: 1, train: 5000, test: 1000 },
  model: 'quick',
  bitWidths: [2, 4, 8, 16, 32],
  training: {
    method: 'cdt',
    quantizer: 'sbm',
    beta: 0.1,
    distillOn: 'logits',
    epochs: 8,
    batchSize: 64,
    learningRate: 0.05,
    finalLearningRate: 0.0005,
    warmupEpochs: 0.5,
    momentum: 0.9,
    weightDecay: 0.0001,
    labelSmoothing: 0,
    pretrainEpochs: 0,
    augmentation: { flip: true, padCrop: 2 },
  },
  mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 2000 },
});
