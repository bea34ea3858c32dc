import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateProcedural } from '../data/procedural.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import { trainingAt, withChange } from '../spec/live-change.ts';
import type { LiveChange } from '../spec/live-change.ts';
import type { ModelSpec } from '../spec/model.ts';
import { parseRecipe } from '../spec/recipe.ts';
import { recipe as base } from '../testing/records.ts';
import { byName, metricsOf, teamOf, train } from '../testing/team.ts';
import type { Control, Recorded, TestRun } from '../testing/team.ts';

const model: ModelSpec = {
  name: 'mite',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 4, kernel: 3, stride: 4, relu: true, quantized: false },
    { kind: 'classifier' },
  ],
};
const dataset = generateProcedural({
  ...{ seed: 1, trainCount: 64, testCount: 10, width: 16, height: 16 },
});
/** Four steps an epoch. */
const training = { ...base.training, epochs: 3, batchSize: 16, learningRate: 0.05, beta: 0.5 };
const run: TestRun = { recipe: parseRecipe({ ...base, model, training }), model, dataset };

const at = (steps: Readonly<Record<number, () => void>>, step: number): void => steps[step]?.();

/** Change both settings at given steps while training goes on; β from within a pause. */
function changing(): Control {
  return {
    onStep: (trainer, step) => {
      at(
        {
          3: () => void trainer.change('learningRate', 0.01),
          6: () => trainer.pause(),
        },
        step,
      );
    },
    onPause: (trainer) => {
      void trainer.change('beta', 2);
      void trainer.change('beta', 3);
      trainer.continue();
    },
  };
}

const events = ({ log }: Recorded): unknown[] => log.filter(({ kind }) => kind === 'event');

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('a training whose settings are changed', () => {
  it('takes them from the next step on, says so in its log, and repeats them bit for bit', async () => {
    const before = memory().numTensors;
    const first = await train(teamOf(run, 1, null), 0, changing());
    const rate = { setting: 'learningRate', step: 4, from: 0.05, to: 0.01 };
    const beta = { setting: 'beta', step: 7, from: 0.5, to: 3 };
    expect(first.changes).toEqual([rate, beta]);
    expect(events(first)).toEqual([
      {
        ...{ kind: 'event', step: 4, epoch: 1, change: rate },
        text: 'Learning rate changed from 0.05 to 0.01, from step 4 on.',
      },
      {
        ...{ kind: 'event', step: 7, epoch: 1.75, change: beta },
        text: 'Distillation β changed from 0.5 to 3, from step 7 on.',
      },
    ]);
    const { changes } = first;
    // known from the start, and with three workers
    const again = await train(teamOf(run, 3, null), 0, { changes });
    expect(byName(again.final)).toEqual(byName(first.final));
    expect(metricsOf(again.log).filter(isEvent)).toEqual(metricsOf(first.log).filter(isEvent));
    expect(byName((await train(teamOf(run, 1, null))).final)).not.toEqual(byName(first.final));
    // from every checkpoint: before, at and after the changes
    expect([...first.checkpoints.keys()].length).toBeGreaterThan(2);
    for (const [step, arrays] of first.checkpoints) {
      const resumed = await train(teamOf(run, 2, arrays), step, { changes });
      expect(byName(resumed.final), `from step ${step}`).toEqual(byName(first.final));
      expect(events(resumed)).toEqual(
        events(first).filter((entry) => (entry as { step: number }).step > step),
      );
    }
    expect(memory().numTensors).toBe(before);
  });

  it('ends by its time budget, and its log says so', async () => {
    const ended = await train(teamOf(run, 1, null), 0, { budgetSeconds: 1e-6 });
    expect(ended.outcome).toMatchObject({ status: 'stopped', step: 1, failure: null });
    expect(events(ended)).toMatchObject([
      { step: 1, text: expect.stringMatching(/^Stopped early: the time budget of/) as string },
    ]);
    expect(ended.checkpoints.has(1)).toBe(true);
  });
});

function isEvent(entry: unknown): boolean {
  return !Array.isArray(entry);
}

describe('changes', () => {
  const anyChange = fc.record({
    setting: fc.constantFrom('learningRate' as const, 'beta' as const),
    step: fc.integer({ min: 1, max: 20 }),
    to: fc.integer({ min: 1, max: 4 }).map((k) => k / 4),
  });

  it('made as steps pass are what a plain record of the settings says', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (unsorted) => {
        const made = [...unsorted].sort((a, b) => a.step - b.step);
        let changes: readonly LiveChange[] = [];
        for (const one of made) changes = withChange(base.training, changes, one);
        for (let step = 1; step <= 21; step++) {
          const now = { learningRate: base.training.learningRate, beta: base.training.beta };
          for (const one of made) if (one.step <= step) now[one.setting] = one.to;
          expect(trainingAt(base.training, changes, step)).toEqual({ ...base.training, ...now });
        }
        for (const { from, to } of changes) expect(from).not.toBe(to);
      }),
    );
  });
});
