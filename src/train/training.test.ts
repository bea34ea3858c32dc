import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateProcedural } from '../data/procedural.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { parseRecipe } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { ModelSpec } from '../spec/model.ts';
import { byName, metricsOf, teamOf as startTeam, train } from '../testing/team.ts';
import type { TestRun, TestTeam } from '../testing/team.ts';

/** As small as a network with every kind of layer gets. */
const model: ModelSpec = {
  name: 'speck',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 4, kernel: 3, stride: 2, relu: true, quantized: false },
    { kind: 'mbconv', out: 4, expand: 2, kernel: 3, stride: 1 },
    { kind: 'basic', out: 6, stride: 2 },
    { kind: 'classifier' },
  ],
};

const recipe: Recipe = parseRecipe({
  version: 1,
  name: 'test',
  seed: 3,
  dataset: { kind: 'procedural', seed: 1, train: 64, test: 20 },
  model,
  bitWidths: [2, 4, 8, 32],
  training: {
    method: 'cdt',
    quantizer: 'sbm',
    beta: 0.5,
    distillOn: 'logits',
    epochs: 2,
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
});

const dataset = generateProcedural({
  seed: 1,
  trainCount: 64,
  testCount: 20,
  width: 16,
  height: 16,
});

const run: TestRun = { recipe, model, dataset };
const teamOf = (members: number, arrays: readonly NamedArray[] | null): TestTeam =>
  startTeam(run, members, arrays);

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('training', () => {
  it('gives the same bytes with one, two and four workers', async () => {
    const one = await train(teamOf(1, null));
    for (const members of [2, 4]) {
      const many = await train(teamOf(members, null));
      expect(byName(many.final)).toEqual(byName(one.final));
      expect(metricsOf(many.log)).toEqual(metricsOf(one.log));
    }
  });

  it('gives the same bytes when it is interrupted and resumed', async () => {
    const whole = await train(teamOf(1, null));
    for (const [step, arrays] of whole.checkpoints) {
      if (step === 8) continue;
      const resumed = await train(teamOf(2, arrays), step);
      expect(byName(resumed.final)).toEqual(byName(whole.final));
    }
    expect(whole.checkpoints.size).toBeGreaterThan(1);
  });

  it('pauses, steps, continues and stops where it is told', async () => {
    const seen: number[] = [];
    let pauses = 0;
    const paused = await train(teamOf(1, null), 0, {
      onStep: (trainer, step) => {
        seen.push(step);
        if (step === 2) trainer.pause();
        if (step === 6) trainer.stop();
      },
      onPause: (trainer) => {
        if (++pauses === 1) trainer.stepOnce();
        else trainer.continue();
      },
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...paused.checkpoints.keys()]).toEqual(expect.arrayContaining([2, 3, 6]));
  });

  it('holds no tensor after the end', async () => {
    const before = memory().numTensors;
    await train(teamOf(2, null));
    expect(memory().numTensors).toBe(before);
  });

  it('learns: the loss at every bit-width falls', async () => {
    const { log } = await train(teamOf(1, null));
    const entries = log.filter((entry) => entry.kind === 'train');
    const lossAt = (i: number): number => entries.at(i)?.metrics.at(-1)?.crossEntropy ?? NaN;
    expect(lossAt(-1)).toBeLessThan(lossAt(0));
  });
});
