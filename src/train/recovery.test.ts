import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateProcedural } from '../data/procedural.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { parseRecipe } from '../spec/recipe.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import type { ModelSpec } from '../spec/model.ts';
import { recipe as base } from '../testing/records.ts';
import { byName, metricsOf, teamOf, train } from '../testing/team.ts';
import type { Recorded, TestRun } from '../testing/team.ts';
import { lossFault, MOST_ROLL_BACKS, rateFactor, readRecovery, valueFault } from './recovery.ts';

/** A quantized layer between two that are not, on images of 16 by 16 pixels. */
const model: ModelSpec = {
  name: 'mite',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 4, kernel: 3, stride: 4, relu: true, quantized: false },
    { kind: 'conv', out: 4, kernel: 1, stride: 1, relu: true, quantized: true },
    { kind: 'classifier' },
  ],
};
const dataset = generateProcedural({
  seed: 1,
  trainCount: 64,
  testCount: 10,
  width: 16,
  height: 16,
});

function runOf(training: Partial<TrainingSpec>): TestRun {
  const recipe = parseRecipe({
    ...base,
    model,
    bitWidths: [2, 4, 32],
    training: {
      ...base.training,
      epochs: 3,
      batchSize: 16,
      learningRate: 0.05,
      augmentation: { flip: true, padCrop: 1 },
      ...training,
    },
  });
  return { recipe, model, dataset };
}

/** The largest rate that a recipe may have, with nothing that tames it. */
const absurd = runOf({ learningRate: 10, finalLearningRate: 10, momentum: 0.999, beta: 100 });
const events = ({ log }: Recorded): string[] =>
  log.flatMap((entry) => (entry.kind === 'event' ? [entry.text] : []));
/** Arrays with one value of each kind ruined, as an exploding step leaves them. */
const ruined = (arrays: readonly NamedArray[]): NamedArray[] =>
  arrays.map((array) => ({ ...array, data: array.data.map((x, i) => (i === 0 ? NaN : x)) }));

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('a diverging run', () => {
  it('rolls back, lowers the rate, ends with finite weights; the same again with three workers', async () => {
    const before = memory().numTensors;
    const one = await train(teamOf(absurd, 1, null));
    expect(events(one).length).toBeGreaterThan(0);
    expect(events(one)[0]).toMatch(
      /^Training diverged by step \d+: .+\. Back to step 0, and on at /,
    );
    expect(valueFault(one.final)).toBeNull();
    for (const tensors of one.checkpoints.values()) expect(valueFault(tensors)).toBeNull();
    const three = await train(teamOf(absurd, 3, null));
    expect(byName(three.final)).toEqual(byName(one.final));
    expect(metricsOf(three.log)).toEqual(metricsOf(one.log));
    expect(memory().numTensors).toBe(before);
  });

  it('resumed from any of its checkpoints ends in the same bytes', async () => {
    const whole = await train(teamOf(absurd, 1, null));
    const [at, tensors] = [...whole.checkpoints].find(([step]) => step < whole.outcome.step) ?? [];
    if (at === undefined || tensors === undefined) throw new Error('no checkpoint before the end');
    const recovery = whole.recoveries.get(at);
    if (recovery === undefined) throw new Error('no recovery with it');
    const resumed = await train(teamOf(absurd, 1, tensors), at, { recovery });
    expect(byName(resumed.final)).toEqual(byName(whole.final));
    expect(resumed.outcome.failure).toBe(whole.outcome.failure);
  });

  it('trains on at a quarter of the rate from where it was good', async () => {
    const sane = runOf({});
    const plain = await train(teamOf(sane, 1, null));
    const first = plain.checkpoints.get(4);
    if (first === undefined) throw new Error('no checkpoint after the first epoch');
    const team = teamOf(sane, 1, first);
    // the values are ruined behind the trainer's back, once, in the second epoch
    let isRuined = false;
    const hit = await train(team, 4, {
      onStep: (_trainer, step) => {
        if (step !== 6 || isRuined) return;
        isRuined = true;
        team.lead.restore(ruined(first));
      },
    });
    expect(events(hit)).toHaveLength(1);
    expect(events(hit)[0]).toContain(
      'Back to step 4, and on at 0.25 of the recipe’s learning rate',
    );
    expect(hit.outcome).toMatchObject({ status: 'trained', step: 12, failure: null });
    const rates = (run: Recorded): number[] =>
      run.log.flatMap((entry) =>
        entry.kind === 'train' && entry.step > 4 ? [entry.learningRate] : [],
      );
    expect(rates(hit)).toEqual(rates(plain).map((rate) => rate / 4));
  });

  it('gives up after the last roll-back, with the weights that were good', async () => {
    const sane = runOf({});
    const team = teamOf(sane, 1, null);
    const hopeless = await train(team, 0, {
      onStep: (_trainer, step) => {
        if (step === 2) void team.team.snapshot().then((now) => team.lead.restore(ruined(now)));
      },
    });
    expect(hopeless.outcome).toMatchObject({ status: 'stopped', step: 0 });
    expect(hopeless.outcome.failure).toMatch(/taken back 4 times before, so it stops here/);
    expect(events(hopeless)).toHaveLength(MOST_ROLL_BACKS + 1);
    const start = teamOf(sane, 1, null);
    expect(byName(hopeless.final)).toEqual(byName(await start.team.snapshot()));
    start.dispose();
  });
});

describe('what is a fault', () => {
  const metrics = { bits: 2, crossEntropy: 1, distillation: 0, accuracy: 0.5 };
  it.each([
    [{ ...metrics, crossEntropy: NaN }, 'the loss at 2 bits is NaN'],
    [{ ...metrics, distillation: Infinity }, 'the distillation at 2 bits is Infinity'],
    // 100 · ln 10 = 230.3
    [{ ...metrics, crossEntropy: 231 }, 'the loss at 2 bits is 231'],
    [{ ...metrics, crossEntropy: 230 }, null],
  ])('%j: %s', (one, said) => {
    expect(lossFault([one], 10)).toBe(said);
  });

  it('reads what a checkpoint kept, also of before there were roll-backs', () => {
    expect(readRecovery({ rollBacks: 2 })).toEqual({ rollBacks: 2 });
    for (const state of [null, undefined, {}, { rollBacks: -1 }, { rollBacks: 'two' }, 3]) {
      expect(readRecovery(state)).toEqual({ rollBacks: 0 });
    }
    expect(rateFactor({ rollBacks: 2 })).toBe(1 / 16);
  });
});
