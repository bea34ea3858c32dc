import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateProcedural } from '../data/procedural.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { parseRecipe } from '../spec/recipe.ts';
import type { Recipe, TrainingSpec } from '../spec/recipe.ts';
import type { ModelSpec } from '../spec/model.ts';
import { byName, metricsOf, teamOf, train } from '../testing/team.ts';
import type { Recorded, TestRun } from '../testing/team.ts';
import { planStep } from './schedule.ts';

/** A layer of each kind, signed and unsigned inputs. */
const model: ModelSpec = {
  name: 'mote',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 4, kernel: 3, stride: 4, relu: true, quantized: false },
    { kind: 'mbconv', out: 4, expand: 2, kernel: 3, stride: 1 },
    { kind: 'basic', out: 6, stride: 2 },
    { kind: 'classifier' },
  ],
};

const dataset = generateProcedural({
  seed: 1,
  trainCount: 32,
  testCount: 10,
  width: 16,
  height: 16,
});

function runOf(training: Partial<TrainingSpec>, bitWidths = [2, 4, 32]): TestRun {
  const recipe: Recipe = parseRecipe({
    version: 1,
    name: 'test',
    seed: 3,
    dataset: { kind: 'procedural', seed: 1, train: 64, test: 10 },
    model,
    bitWidths,
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
      pretrainEpochs: 0,
      augmentation: { flip: true, padCrop: 1 },
      ...training,
    },
    mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 1000 },
  });
  return { recipe, model, dataset };
}

const whole = (training: Partial<TrainingSpec>, bitWidths?: number[]): Promise<Recorded> =>
  train(teamOf(runOf(training, bitWidths), 1, null));

/** Values of the arrays whose names match, by name. */
function named(arrays: readonly NamedArray[] | undefined, pattern: RegExp) {
  const found = (arrays ?? []).filter(({ name }) => pattern.test(name));
  expect(found.length).toBeGreaterThan(0);
  return new Map(found.map(({ name, data }) => [name, [...data]]));
}

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

const CASES: readonly (readonly [string, Partial<TrainingSpec>])[] = [
  ['sp with dorefa', { method: 'sp', quantizer: 'dorefa' }],
  ['cdt with symmetric', { quantizer: 'symmetric', betaPer: 'bit-width', betaWarmupEpochs: 1 }],
  ['cdt with one range for all widths', { ranges: 'shared', lossWeights: [2, 1, 0.5] }],
  ['cdt with activations at 32 bits', { precision: { activations: [32, 32, 32] } }],
  ['cdt with weights at 32 bits', { precision: { weights: [32, 32, 32] } }],
  ['adabits', { method: 'adabits' }],
  ['cdt on soft labels with learned clips', { ranges: 'learned', distillOn: 'soft-labels' }],
  ['adabits with dorefa', { method: 'adabits', quantizer: 'dorefa', labelSmoothing: 0.1 }],
  ['independent', { method: 'independent' }],
  ['independent after 32 bits', { method: 'independent', pretrainEpochs: 1 }],
  ['sequential-down', { method: 'sequential-down', epochs: 1 }],
  ['sequential-up', { method: 'sequential-up', epochs: 1 }],
];

it.each(CASES)(
  '%s gives the same bytes with three workers, and resumed by two; nothing is left behind',
  async (_name, training) => {
    const before = memory().numTensors;
    const one = await train(teamOf(runOf(training), 1, null));
    const three = await train(teamOf(runOf(training), 3, null));
    expect(byName(three.final)).toEqual(byName(one.final));
    expect(metricsOf(three.log)).toEqual(metricsOf(one.log));
    const [step, arrays] = [...one.checkpoints][0] ?? [0, null];
    expect(step).toBeGreaterThan(0);
    const resumed = await train(teamOf(runOf(training), 2, arrays), step);
    expect(byName(resumed.final)).toEqual(byName(one.final));
    for (const { name, data } of one.final) {
      expect(data.every(Number.isFinite), name).toBe(true);
    }
    expect(memory().numTensors).toBe(before);
  },
);

describe('independent', () => {
  it('trains each net as if there were no other', async () => {
    const few = await whole({ method: 'independent' }, [2, 32]);
    const many = await whole({ method: 'independent' }, [2, 4, 8]);
    const at2 = /@2$/;
    expect(named(many.final, at2)).toEqual(named(few.final, at2));
  });

  it('starts all nets from the same weights', async () => {
    const { team, dispose } = teamOf(runOf({ method: 'independent' }), 1, null);
    const arrays = await team.snapshot();
    dispose();
    const weights = (bits: number): number[][] => [
      ...named(arrays, new RegExp(`^block.*/weight@${bits}$`)).values(),
    ];
    expect(weights(2)).toEqual(weights(32));
  });
});

describe('sequential-down', () => {
  it('begins as training the highest width alone does', async () => {
    const down = await whole({ method: 'sequential-down', epochs: 1 });
    const alone = await whole({ method: 'joint', epochs: 1, pretrainEpochs: 1 });
    const trained = /(weight|bias|@32)$/;
    expect(named(down.checkpoints.get(2), trained)).toEqual(named(alone.final, trained));
    expect(down.outcome.step).toBe(6); // 3 widths · 1 epoch · 2 steps
  });

  it('starts a width from the batch norm of the one before', async () => {
    const run = runOf({ method: 'sequential-down', epochs: 1 });
    const down = await train(teamOf(run, 1, null));
    const { lead, dispose } = teamOf(run, 1, down.checkpoints.get(2) ?? null);
    lead.begin(planStep(run.recipe.training, run.recipe.bitWidths, 2, 2));
    const affine = (bits: number) =>
      lead.network.parameters.get(`block0.conv/affine@${bits}`)?.tensor.dataSync();
    expect(affine(4)).toEqual(affine(32));
    expect(affine(2)).not.toEqual(affine(32));
    dispose();
  });
});

describe('loss weights', () => {
  it('of 0 take a width out of the shared weights', async () => {
    // Joint training of two widths divides by 2: a weight of 2 undoes it.
    const weighted = await whole({ method: 'joint', lossWeights: [0, 2] }, [2, 32]);
    const alone = await whole({ method: 'joint', pretrainEpochs: 2 }, [2, 32]);
    const shared = /^block.*\/(weight|bias)$/;
    expect(named(weighted.final, shared)).toEqual(named(alone.final, shared));
  });
});

describe('β shared by the teachers of a width', () => {
  it('is β over their number', async () => {
    // With two widths there is one teacher; with three the lowest has two.
    const one = await whole({ betaPer: 'bit-width' }, [2, 32]);
    const each = await whole({}, [2, 32]);
    expect(byName(one.final)).toEqual(byName(each.final));
    const three = await whole({ betaPer: 'bit-width' });
    const threeEach = await whole({});
    expect(byName(three.final)).not.toEqual(byName(threeEach.final));
  });
});

describe('one running range for all widths', () => {
  it('follows each width in turn, the lowest last: 0.1 of the old, 0.9 of the new', async () => {
    const run = runOf({ ranges: 'shared' });
    const { team, lead, dispose } = teamOf(run, 1, null);
    const plan = planStep(run.recipe.training, run.recipe.bitWidths, 2, 0);
    lead.begin(plan);
    const name = 'block1.depthwise/range';
    const seen = plan.bits.map((bits) => {
      lead.forward(bits, plan);
      const ranges = lead.takeRanges(bits);
      const values = [...(ranges.find((range) => range.name === name)?.tensor.dataSync() ?? [])];
      for (const { tensor } of ranges) tensor.dispose();
      return values;
    });
    const [at32 = [], at4 = [], at2 = []] = seen;
    expect(at32).toEqual([]);
    await team.step(plan);
    // The first step keeps nothing of the initial range.
    const expected = at4.map((value, i) => 0.1 * value + 0.9 * (at2[i] ?? NaN));
    const running = lead.network.parameters.get(name)?.tensor.dataSync() ?? [];
    expect(running).toHaveLength(16);
    running.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
    dispose();
  });
});

describe('adabits', () => {
  it('trains a clip of its own for every layer and width, symmetric where inputs are signed', async () => {
    const before = teamOf(runOf({ method: 'adabits' }), 1, null);
    const initial = named(await before.team.snapshot(), /^block.*\/clip@/);
    before.dispose();
    const after = named((await whole({ method: 'adabits' })).final, /^block.*\/clip@/);
    expect(after.size).toBe(6 * 2); // six quantized layers, two quantized widths
    for (const [name, [low = NaN, high = NaN]] of after) {
      expect(high, name).not.toBe(initial.get(name)?.[1]);
      const isSigned = /^block2\.(conv1|shortcut)/.test(name); // after a linear projection
      expect(low, name).toBe(isSigned ? -high : 0);
    }
  });
});

it('adabits is joint training with learned ranges by another name', async () => {
  const joint = await whole({ method: 'joint', ranges: 'learned' });
  expect(byName(joint.final)).toEqual(byName((await whole({ method: 'adabits' })).final));
});

describe('a gradient clip', () => {
  it('above every element changes nothing; below, no first update is larger', async () => {
    const plain = await whole({});
    const wide = await whole({ gradientClip: 1e6 });
    expect(byName(wide.final)).toEqual(byName(plain.final));
    // v = g at the first step (v was 0, no decay); three widths are averaged, each clipped.
    const run = runOf({ gradientClip: 1e-4, weightDecay: 0 });
    const { team, dispose } = teamOf(run, 1, null);
    await team.step(planStep(run.recipe.training, run.recipe.bitWidths, 2, 0));
    const velocities = named(await team.snapshot(), /^velocity:.*weight$/);
    dispose();
    for (const [name, values] of velocities) {
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(3.0001e-4);
    }
    expect(Math.max(...[...velocities.values()].flat())).toBeGreaterThan(1e-4);
  });
});

describe('a target', () => {
  it('ends the run after the epoch that reaches it, and stays ended when resumed', async () => {
    const run = runOf({ epochs: 3, target: { accuracy: 0, bits: 2 } });
    const { outcome, checkpoints, log } = await train(teamOf(run, 1, null));
    expect(outcome).toMatchObject({ status: 'trained', step: 2 });
    expect(log.some((entry) => entry.kind === 'event')).toBe(true);
    const resumed = await train(teamOf(run, 1, checkpoints.get(2) ?? null), 2);
    expect(resumed.outcome).toMatchObject({ status: 'trained', step: 2 });
  });

  it('that is out of reach changes nothing', async () => {
    const { outcome, final } = await whole({ target: { accuracy: 1 } });
    expect(outcome.step).toBe(4);
    expect(byName(final)).toEqual(byName((await whole({})).final));
  });
});
