import { describe, expect, it } from 'vitest';
import { METHODS } from '../spec/recipe.ts';
import { recipe } from '../testing/records.ts';
import { betaAt, learningRateAt, planStep, teachersOf } from './schedule.ts';
import { assignBits } from './team.ts';

const base = recipe.training;

describe('schedule', () => {
  it('starts at the learning rate and ends at the final one', () => {
    const training = { ...base, epochs: 10, learningRate: 1, finalLearningRate: 0.1 };
    expect(learningRateAt(training, 0, 10)).toBe(1);
    expect(learningRateAt(training, 50, 10)).toBeCloseTo(0.55, 12); // half of the cosine
    expect(learningRateAt(training, 100, 10)).toBeCloseTo(0.1, 12);
    expect(learningRateAt({ ...training, warmupEpochs: 1 }, 4, 10)).toBeCloseTo(0.5, 12);
  });

  it('takes the teachers of Eq. 1: every higher bit-width', () => {
    const bits = [32, 8, 4, 2];
    expect(teachersOf('cdt', 2, bits)).toEqual([32, 8, 4]);
    expect(teachersOf('cdt', 32, bits)).toEqual([]);
    expect(teachersOf('sp', 2, bits)).toEqual([32]);
    expect(teachersOf('joint', 2, bits)).toEqual([]);
  });

  it('trains the highest bit-width alone while pre-training', () => {
    const training = { ...base, epochs: 2, pretrainEpochs: 1 };
    expect(planStep(training, [2, 4, 8, 32], 4, 3).bits).toEqual([32]);
    const first = planStep(training, [2, 4, 8, 32], 4, 4);
    expect(first).toMatchObject({ bits: [32, 8, 4, 2], startsFrom: 32, keep: 0 });
  });

  it('steps the rate down after each of its epochs, once warm', () => {
    const schedule = { kind: 'step' as const, epochs: [2, 3], factor: 0.1 };
    const training = { ...base, epochs: 4, learningRate: 1, warmupEpochs: 0.5, schedule };
    const rates = [0, 4, 5, 19, 20, 29, 30, 39].map((step) => learningRateAt(training, step, 10));
    const expected = [0.2, 1, 1, 1, 0.1, 0.1, 0.01, 0.01];
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i] ?? NaN, 12));
  });

  it('raises β from 0 once several widths train', () => {
    const training = { ...base, beta: 2, betaWarmupEpochs: 2, pretrainEpochs: 1 };
    const betas = [10, 15, 20, 30, 99].map((step) => betaAt(training, step, 10));
    expect(betas).toEqual([0, 0.5, 1, 2, 2]);
    expect(betaAt({ ...training, betaWarmupEpochs: 0 }, 3, 10)).toBe(2);
  });

  it('trains one width after another, each with a whole schedule, from the one before', () => {
    const training = { ...base, method: 'sequential-down', epochs: 2 } as const;
    const plan = (step: number) => planStep(training, [2, 4, 32], 5, step);
    expect([0, 9, 10, 19, 20, 29].map((step) => plan(step).bits)).toEqual([
      [32],
      [32],
      [4],
      [4],
      [2],
      [2],
    ]);
    expect([0, 10, 11, 20].map((step) => plan(step).startsFrom)).toEqual([null, 32, null, 4]);
    expect([0, 10, 11, 20].map((step) => plan(step).keep)).toEqual([0, 0, 0.9, 0]);
    expect(plan(13).learningRate).toBe(plan(3).learningRate);
    expect(plan(13).epoch).toBe(2); // batches go on
    const up = planStep({ ...training, method: 'sequential-up' }, [2, 4, 32], 5, 10);
    expect(up).toMatchObject({ bits: [4], startsFrom: 2 });
  });

  it('teaches only where a method distils', () => {
    const taught = METHODS.filter((method) => teachersOf(method, 2, [32, 8, 2]).length > 0);
    expect(taught).toEqual(['cdt', 'sp']);
  });

  it('deals bit-widths from high to low', () => {
    expect(assignBits([2, 4, 8, 32], 2)).toEqual([
      [4, 32],
      [2, 8],
    ]);
    expect(assignBits([2, 32], 8)).toHaveLength(2);
  });
});
