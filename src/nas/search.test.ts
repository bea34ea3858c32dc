/** SP-NAS on a supernet, end to end on `simd`: same seed same bytes, resumed or not. */
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateProcedural } from '../data/procedural.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { SpNas } from '../search/sp-nas.ts';
import type { SpNasSpec, SpNasState } from '../search/sp-nas.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import { TINY_SPACE, searchSpec } from '../testing/search-problems.ts';
import { registerSimdInNode } from '../testing/simd.ts';
import { SupernetTrainer, searchStepsPerEpoch } from './supernet-trainer.ts';

const IMAGES = 64;
const BATCH = 16;
const dataset = generateProcedural({
  seed: 3,
  trainCount: IMAGES,
  testCount: 8,
  width: 16,
  height: 16,
  classCount: 4,
});
const space = { ...TINY_SPACE, input: { height: 16, width: 16, channels: 3 as const } };
const stepsPerEpoch = searchStepsPerEpoch(IMAGES, BATCH);

const training: TrainingSpec = {
  method: 'cdt',
  quantizer: 'sbm',
  beta: 0.1,
  distillOn: 'logits',
  epochs: 3,
  batchSize: BATCH,
  learningRate: 0.05,
  finalLearningRate: 0,
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  pretrainEpochs: 0,
  augmentation: { flip: true, padCrop: 1 },
};

const trainerOf = (arrays: readonly NamedArray[] | null, bitWidths = [2, 8, 32]) =>
  new SupernetTrainer({
    space,
    training,
    bitWidths,
    architectureBits: bitWidths[0] ?? 2,
    seed: 4,
    dataset,
    arrays,
  });

const specOf = (paths: SpNasSpec['paths']): SpNasSpec =>
  searchSpec({ epochs: 3, stepsPerEpoch, paths, warmupEpochs: 1 });

const ALL = { weights: Infinity, architecture: Infinity };
const FEW = { weights: 1, architecture: 2 };

interface Ended {
  readonly state: SpNasState;
  readonly arrays: readonly NamedArray[];
}

async function advance(search: SpNas, trainer: SupernetTrainer, limit = Infinity): Promise<Ended> {
  for (let i = 0; i < limit; i++) {
    const candidate = search.ask();
    if (candidate === null) break;
    search.tell(candidate, await trainer.evaluate(candidate));
  }
  const ended = { state: search.state(), arrays: await trainer.snapshot() };
  trainer.dispose();
  return structuredClone(ended);
}

beforeAll(async () => {
  registerSimdInNode();
  await setBackend('simd');
});

describe('a search over a supernet', () => {
  it.each([
    ['all paths', ALL],
    ['few paths', FEW],
  ])('with %s gives the same bytes again, and resumed between any halves', async (_, paths) => {
    const spec = specOf(paths);
    const whole = await advance(new SpNas(spec), trainerOf(null));
    expect(whole.arrays.every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect(await advance(new SpNas(spec), trainerOf(null))).toEqual(whole);
    for (const limit of [2, 5]) {
      const begun = await advance(new SpNas(spec), trainerOf(null), limit);
      const state = JSON.parse(JSON.stringify(begun.state)) as SpNasState;
      const resumed = await advance(new SpNas(spec, state), trainerOf(begun.arrays));
      expect(resumed).toEqual(whole);
    }
  });

  it('moves weights in one half of a step and the architecture in the other', async () => {
    const search = new SpNas({ ...specOf(ALL), warmupEpochs: 0 });
    const trainer = trainerOf(null);
    const logits = () => search.state().logits.flat();
    const weights = async () =>
      (await trainer.snapshot()).filter(({ name }) => name.endsWith('/weight'));
    const before = await weights();
    const first = search.ask();
    expect(first?.kind).toBe('weights');
    if (first !== null) search.tell(first, await trainer.evaluate(first));
    const after = await weights();
    expect(after).not.toEqual(before);
    expect(logits().every((logit) => logit === 0)).toBe(true);
    const second = search.ask();
    expect(second?.kind).toBe('architecture');
    if (second !== null) {
      const result = await trainer.evaluate(second);
      expect(result.crossEntropy).toBeGreaterThan(0);
      search.tell(second, result);
    }
    expect(await weights()).toEqual(after);
    expect(logits().every((logit) => logit !== 0)).toBe(true);
    const metrics = await trainer.takeMetrics();
    expect(metrics.map(({ bits }) => bits)).toEqual([2, 8, 32]);
    trainer.dispose();
  });

  it('trains only the paths that were drawn', async () => {
    const search = new SpNas(specOf(FEW));
    const trainer = trainerOf(null);
    const before = await trainer.snapshot();
    const candidate = search.ask();
    if (candidate === null) throw new Error('nothing to do');
    await trainer.evaluate(candidate);
    const after = await trainer.snapshot();
    const isTaking = (name: string): boolean =>
      candidate.mixture.some((paths, block) =>
        paths.some(({ option }) =>
          name.startsWith(`block${block + 1}.${TINY_SPACE.choices[option] ?? ''}.`),
        ),
      );
    before.forEach(({ name, data }, i) => {
      if (!name.startsWith('block') || !name.endsWith('/weight')) return;
      const isMoved = data.some((value, j) => value !== after[i]?.data[j]);
      expect(isMoved, name).toBe(isTaking(name));
    });
    trainer.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = memory().numTensors;
    await advance(new SpNas(specOf(FEW)), trainerOf(null), 5);
    expect(memory().numTensors).toBe(before);
  });
});
