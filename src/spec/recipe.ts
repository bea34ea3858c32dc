/**
 * @file Recipe: everything that decides a run, as validated plain data.
 *
 * The page's form, `npm run -s lab -- --recipe FILE.json`, a share link and a run record all hold
 * one. Same recipe, same data, same backend: the same bytes.
 */
import * as v from 'valibot';
import { bitWidthsSchema, MOST_WIDTHS, precisionFault, precisionSchema } from './bits.ts';
import { listOf } from './list.ts';
import { mappingSchema } from './mapping.ts';
import { modelSpecSchema, parseModelSpec } from './model.ts';
import type { ModelSpec } from './model.ts';
import { MODEL_NAMES, namedModel } from './models.ts';
import { parse } from './parse.ts';

const count = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const real = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

export const METHODS = [
  'cdt',
  'sp',
  'joint',
  'adabits',
  'independent',
  'sequential-down',
  'sequential-up',
] as const;
/**
 * cdt: distil from every higher width (Eq. 1) · sp: from the highest alone · joint: no distillation ·
 * adabits: joint with learned clips of the activations, one per layer and width · independent: a net
 * of its own per width · sequential-down, -up: widths one after another on the same weights
 * (docs/training.md).
 */
export type Method = (typeof METHODS)[number];

/** sbm: min-max, asymmetric · dorefa: tanh and clip · symmetric: linear around 0 (docs/training.md). */
export const QUANTIZERS = ['sbm', 'dorefa', 'symmetric'] as const;
export type QuantizerName = (typeof QUANTIZERS)[number];

/** Least and most of a whole number, as the schema and the page's fields have them. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}
const within = ({ min, max }: Bounds) => count(min, max);

export const SEED_BOUNDS: Bounds = { min: 0, max: 2 ** 32 - 1 };
/** Of the built-in images. */
export const BUILT_IN_BOUNDS = {
  seed: SEED_BOUNDS,
  train: { min: 64, max: 50_000 },
  test: { min: 10, max: 10_000 },
} as const;

const datasetSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('procedural'),
    seed: within(BUILT_IN_BOUNDS.seed),
    train: within(BUILT_IN_BOUNDS.train),
    test: within(BUILT_IN_BOUNDS.test),
  }),
  /** A dataset of the user's own, by its id in the store, or the file given with --data. */
  v.strictObject({
    kind: v.literal('stored'),
    id: v.optional(v.pipe(v.string(), v.maxLength(80))),
  }),
]);

const scheduleSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('cosine') }),
  v.strictObject({
    kind: v.literal('step'),
    /** Epochs, ascending, after which the rate is multiplied by `factor`. */
    epochs: v.pipe(
      listOf(real(0, 1000), 20, 1),
      v.check(
        (list) => list.every((epoch, i) => i === 0 || epoch > (list[i - 1] ?? Infinity)),
        'expected epochs in ascending order, each once',
      ),
    ),
    factor: real(1e-6, 1),
  }),
]);

const trainingSchema = v.strictObject({
  method: v.picklist(METHODS),
  quantizer: v.picklist(QUANTIZERS),
  /** Weight of the distillation terms in Eq. 1. */
  beta: real(0, 100),
  /** What a teacher's term compares: see docs/training.md. */
  distillOn: v.picklist(['logits', 'probabilities', 'soft-labels']),
  epochs: count(1, 1000),
  batchSize: count(8, 512),
  learningRate: real(1e-6, 10),
  /** Cosine from learningRate to this. */
  finalLearningRate: real(0, 10),
  warmupEpochs: real(0, 50),
  momentum: real(0, 0.999),
  weightDecay: real(0, 1),
  labelSmoothing: real(0, 0.5),
  /** First epochs at the highest bit-width alone, which starts all widths from a trained net. */
  pretrainEpochs: count(0, 1000),
  augmentation: v.strictObject({ flip: v.boolean(), padCrop: count(0, 8) }),
  /** Widths of weights and activations set apart; left out: both as `bitWidths` says. */
  precision: v.exactOptional(precisionSchema),
  /**
   * Activation ranges: running ones per bit-width (left out); one for all, as in the paper's code; or
   * learned clips, one per layer and bit-width, which method adabits always has.
   */
  ranges: v.exactOptional(v.picklist(['per-bit', 'shared', 'learned'])),
  /** After the warm-up; left out: cosine. `finalLearningRate` is the cosine's alone. */
  schedule: v.exactOptional(scheduleSchema),
  /** Factor on the loss of each bit-width, in the order of `bitWidths`; left out: 1. */
  lossWeights: v.exactOptional(
    v.pipe(
      listOf(real(0, 100), MOST_WIDTHS),
      v.check((list) => list.some((weight) => weight > 0), 'expected a weight above 0'),
    ),
  ),
  /** β rises from 0 over these first epochs in which several widths train (ours). */
  betaWarmupEpochs: v.exactOptional(real(0, 1000)),
  /** β for each teacher (left out, the paper's), or shared by the teachers of a width (ours). */
  betaPer: v.exactOptional(v.picklist(['teacher', 'bit-width'])),
  /** Each element of a bit-width's gradient is kept within ± this; left out: not clipped. */
  gradientClip: v.exactOptional(real(1e-6, 1e6)),
  /** Stop after the epoch whose test reaches `accuracy` at `bits` (left out: at every width). */
  target: v.exactOptional(
    v.strictObject({ accuracy: real(0, 1), bits: v.exactOptional(v.number()) }),
  ),
});

const recipeFields = v.strictObject({
  version: v.literal(1),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  seed: within(SEED_BOUNDS),
  dataset: datasetSchema,
  model: v.union([v.picklist(MODEL_NAMES), modelSpecSchema]),
  bitWidths: bitWidthsSchema,
  training: trainingSchema,
  mapping: mappingSchema,
});

export const recipeSchema = v.pipe(
  recipeFields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const recipe = dataset.value;
    const fault = trainingFault(recipe);
    if (fault === null) return;
    const { training } = recipe;
    addIssue({
      message: fault.message,
      path: [
        { type: 'object', origin: 'value', input: recipe, key: 'training', value: training },
        {
          type: 'object',
          origin: 'value',
          input: training,
          key: fault.field,
          value: training[fault.field],
        },
      ],
    });
  }),
);

/** Names and schemas of a recipe's fields, for what names them one by one (a link). */
export const RECIPE_ENTRIES = recipeFields.entries;

export type Recipe = v.InferOutput<typeof recipeSchema>;
export type TrainingSpec = Recipe['training'];
export type DatasetSpec = Recipe['dataset'];

interface TrainingFault {
  readonly field: keyof TrainingSpec;
  readonly message: string;
}

/** Whether the method trains one bit-width after another. */
export function isSequential(method: Method): boolean {
  return method === 'sequential-down' || method === 'sequential-up';
}

/** The first setting that does not fit the others. */
function trainingFault({ bitWidths, training }: Recipe): TrainingFault | null {
  const { method, quantizer, precision, ranges, lossWeights, target, pretrainEpochs } = training;
  const precisionMessage = precision === undefined ? null : precisionFault(bitWidths, precision);
  if (precisionMessage !== null) return { field: 'precision', message: precisionMessage };
  if (lossWeights !== undefined && lossWeights.length !== bitWidths.length) {
    const message = `expected one weight for each of the ${bitWidths.length} bit-widths, got ${lossWeights.length}`;
    return { field: 'lossWeights', message };
  }
  if (target?.bits !== undefined && !bitWidths.includes(target.bits)) {
    const message = `expected one of the bit-widths ${bitWidths.join(', ')}, got ${target.bits}`;
    return { field: 'target', message };
  }
  if (ranges === 'shared' && quantizer === 'dorefa') {
    return { field: 'ranges', message: 'expected per-bit with dorefa, whose ranges are fixed' };
  }
  if (ranges === 'shared' && (method === 'adabits' || method === 'independent')) {
    return { field: 'ranges', message: `expected per-bit with ${method}, got shared` };
  }
  if (isSequential(method) && pretrainEpochs > 0) {
    const message = `expected 0 with ${method}, which trains widths one by one anyway, got ${pretrainEpochs}`;
    return { field: 'pretrainEpochs', message };
  }
  return null;
}

/** Epochs that a run takes: a sequential method spends the recipe's on each bit-width in turn. */
export function totalEpochs({
  training,
  bitWidths,
}: Pick<Recipe, 'training' | 'bitWidths'>): number {
  return training.epochs * (isSequential(training.method) ? bitWidths.length : 1);
}

/** @throws SpecError naming the field */
export function parseRecipe(value: unknown): Recipe {
  const recipe = parse(recipeSchema, value, 'recipe');
  if (typeof recipe.model !== 'string') parseModelSpec(recipe.model);
  return recipe;
}

/** The network of a recipe, fitted to the dataset: its image size and number of classes win. */
export function recipeModel(
  recipe: Recipe,
  data: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly classes: number;
  },
): ModelSpec {
  const base = typeof recipe.model === 'string' ? namedModel(recipe.model) : recipe.model;
  return parseModelSpec({
    ...base,
    input: { height: data.height, width: data.width, channels: data.channels },
    classes: data.classes,
  });
}
