/** @file Any valid recipe, for properties that must hold for all of them. */
import fc from 'fast-check';
import * as v from 'valibot';
import { MAP_ALGORITHMS, OBJECTIVES, SCHEDULES } from '../spec/mapping.ts';
import { MODEL_NAMES, namedModel } from '../spec/models.ts';
import { METHODS, QUANTIZERS, recipeSchema } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';

const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((x) => x + 0); // no −0, which JSON does not know

/** Ascending, two to six of 2 to 16 and 32. */
export const anyBitWidths: fc.Arbitrary<number[]> = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 2, max: 16 }), fc.constant(32)), {
    minLength: 2,
    maxLength: 6,
  })
  .map((set) => [...set].sort((a, b) => a - b));

const anyDataset: fc.Arbitrary<Recipe['dataset']> = fc.oneof(
  fc.record({
    kind: fc.constant('procedural' as const),
    seed: fc.nat(2 ** 31 - 1),
    train: fc.integer({ min: 64, max: 50_000 }),
    test: fc.integer({ min: 10, max: 10_000 }),
  }),
  fc.record({ kind: fc.constant('stored' as const), id: fc.string({ maxLength: 80 }) }),
  fc.constant({ kind: 'stored' as const }),
);

const anyTraining = (bitWidths: readonly number[]): fc.Arbitrary<Recipe['training']> =>
  fc.record(
    {
      method: fc.constantFrom(...METHODS),
      quantizer: fc.constantFrom(...QUANTIZERS),
      beta: real(0, 100),
      distillOn: fc.constantFrom('logits', 'probabilities', 'soft-labels'),
      epochs: fc.integer({ min: 1, max: 1000 }),
      batchSize: fc.integer({ min: 8, max: 512 }),
      learningRate: real(1e-6, 10),
      finalLearningRate: real(0, 10),
      warmupEpochs: real(0, 50),
      momentum: real(0, 0.999),
      weightDecay: real(0, 1),
      labelSmoothing: real(0, 0.5),
      pretrainEpochs: fc.constantFrom(0, 0, 3),
      augmentation: fc.record({ flip: fc.boolean(), padCrop: fc.integer({ min: 0, max: 8 }) }),
      ranges: fc.constantFrom('per-bit', 'shared', 'learned'),
      precision: fc.constant({ activations: bitWidths.map(() => 32) }),
      schedule: fc.oneof(
        fc.constant({ kind: 'cosine' as const }),
        fc.record({
          kind: fc.constant('step' as const),
          epochs: fc
            .uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 5 })
            .map((list) => [...list].sort((a, b) => a - b)),
          factor: real(1e-6, 1),
        }),
      ),
      lossWeights: fc.array(real(0.1, 100), {
        minLength: bitWidths.length,
        maxLength: bitWidths.length,
      }),
      betaWarmupEpochs: real(0, 1000),
      betaPer: fc.constantFrom('teacher', 'bit-width'),
      gradientClip: real(1e-6, 1e6),
      target: fc.record(
        { accuracy: real(0, 1), bits: fc.constantFrom(...bitWidths) },
        { requiredKeys: ['accuracy'] },
      ),
    },
    {
      requiredKeys: [
        'method',
        'quantizer',
        'beta',
        'distillOn',
        'epochs',
        'batchSize',
        'learningRate',
        'finalLearningRate',
        'warmupEpochs',
        'momentum',
        'weightDecay',
        'labelSmoothing',
        'pretrainEpochs',
        'augmentation',
      ],
    },
  );

/** A name as a person or a hostile one would give it: any characters, JSON, percent signs. */
const anyName = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }),
    fc.constantFrom('3', 'true', 'null', '{"a":1}', '"x"', '100%', 'a&b=c#d+e', '\ud800', '[1]'),
  )
  .filter((name) => name.length <= 80);

export const anyRecipe: fc.Arbitrary<Recipe> = anyBitWidths
  .chain((bitWidths) =>
    fc.record({
      version: fc.constant(1 as const),
      name: anyName,
      seed: fc.nat(2 ** 31 - 1),
      dataset: anyDataset,
      model: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...MODEL_NAMES) },
        { weight: 1, arbitrary: fc.constantFrom(...MODEL_NAMES).map(namedModel) },
      ),
      bitWidths: fc.constant(bitWidths),
      training: anyTraining(bitWidths),
      mapping: fc.record(
        {
          accelerator: anyName,
          objective: fc.constantFrom(...OBJECTIVES),
          evaluationsPerLayer: fc.integer({ min: 100, max: 10_000_000 }),
          algorithm: fc.constantFrom(...MAP_ALGORITHMS),
          schedule: fc.constantFrom(...SCHEDULES),
          target: real(1, 1e30),
        },
        { requiredKeys: ['accelerator', 'objective', 'evaluationsPerLayer'] },
      ),
    }),
  )
  .map((recipe) => structuredClone(recipe)) // plain objects
  .filter((recipe) => v.is(recipeSchema, recipe));
