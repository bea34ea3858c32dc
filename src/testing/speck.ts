/** @file A run as small as one with every kind of layer, method phase and bit-width gets. */
import { generateProcedural } from '../data/procedural.ts';
import { parseRecipe } from '../spec/recipe.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { TestRun } from './team.ts';

const SIZE = 16;

const MODEL: ModelSpec = {
  name: 'speck',
  input: { height: SIZE, width: SIZE, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 4, kernel: 3, stride: 2, relu: true, quantized: false },
    { kind: 'mbconv', out: 4, expand: 2, kernel: 3, stride: 1 },
    { kind: 'basic', out: 6, stride: 2 },
    { kind: 'classifier' },
  ],
};

/** @param epochs of four steps; the first trains the highest bit-width alone */
export function speckRun(epochs: number): TestRun {
  const images = { train: 64, test: 20 };
  return {
    model: MODEL,
    recipe: parseRecipe({
      version: 1,
      name: MODEL.name,
      seed: 3,
      dataset: { kind: 'procedural', seed: 1, ...images },
      model: MODEL,
      bitWidths: [2, 4, 8, 32],
      training: {
        method: 'cdt',
        quantizer: 'sbm',
        beta: 0.5,
        distillOn: 'logits',
        epochs,
        batchSize: 16,
        learningRate: 0.05,
        finalLearningRate: 0,
        warmupEpochs: 0,
        momentum: 0.9,
        weightDecay: 1e-4,
        labelSmoothing: 0,
        pretrainEpochs: 1,
        augmentation: { flip: true, padCrop: 1 },
      },
      mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 1000 },
    }),
    dataset: generateProcedural({
      seed: 1,
      trainCount: images.train,
      testCount: images.test,
      width: SIZE,
      height: SIZE,
    }),
  };
}
