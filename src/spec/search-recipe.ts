/**
 * @file SearchRecipe: everything that decides a network search, and the training and mapping of what it
 * finds. A recipe whose `model` gave way to `search`.
 */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { parse } from './parse.ts';
import type { ModelSpec } from './model.ts';
import { parseRecipe } from './recipe.ts';
import type { Recipe, TrainingSpec } from './recipe.ts';
import { LAYOUT_NAMES, namedLayout } from './search-layouts.ts';
import { parseSearchSpace, searchSpaceSchema } from './search-space.ts';
import type { SearchSpace } from './search-space.ts';

const count = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const real = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

export const SEARCH_METHODS = [
  'sp-nas',
  'fp-nas',
  'lp-nas',
  'random',
  'mobilenetv2-scaled',
] as const;
/**
 * sp-nas: weights at every width, architecture at the lowest · fp-nas: both at the highest width ·
 * lp-nas: both at the lowest · random: a random network of the same cost · mobilenetv2-scaled:
 * MobileNetV2 of the same MACs.
 */
export type SearchMethod = (typeof SEARCH_METHODS)[number];

const searchSchema = v.strictObject({
  methods: listOf(v.picklist(SEARCH_METHODS), SEARCH_METHODS.length, 1),
  space: v.union([v.picklist(LAYOUT_NAMES), searchSpaceSchema]),
  cost: v.strictObject({
    metric: v.picklist(['flops', 'energy', 'latency', 'edp']),
    /** MACs, pJ, cycles or pJ·cycles of one image, at the lowest bit-width. */
    target: v.pipe(v.number(), v.minValue(1), v.maxValue(1e30)),
    /** The derived network's cost is kept within this share of the target; 0: as it comes. */
    tolerance: real(0, 0.5),
    /** Mappings evaluated for each distinct layer, to fill the cost table. */
    evaluationsPerLayer: count(1, 1_000_000),
  }),
  lambda: v.variant('kind', [
    v.strictObject({ kind: v.literal('fixed'), value: real(0, 1e6) }),
    v.strictObject({
      kind: v.literal('steered'),
      initial: real(1e-6, 1e6),
      low: real(0, 1),
      high: real(1, 100),
      factor: real(1.01, 100),
    }),
    v.strictObject({
      kind: v.literal('multiplier'),
      initial: real(-64, 64),
      rate: real(1e-6, 10),
      /** Weight beside λ for a cost of twice the target; recipes written before there was one have none. */
      damping: v.optional(real(0, 1000), 0),
    }),
  ]),
  epochs: count(1, 1000),
  /** First epochs that train weights alone. */
  warmupEpochs: count(0, 1000),
  /**
   * Of those, the first train this choice of every block alone; the others then start as versions of it
   * (ours; left out, as in the paper: every choice starts from its own random weights).
   */
  anchor: v.exactOptional(v.strictObject({ choice: v.string(), epochs: count(1, 1000) })),
  batchSize: count(8, 512),
  /** Choices of a block that take part in a step; 'all' as in the paper. */
  paths: v.union([
    v.literal('all'),
    v.strictObject({ weights: count(1, 32), architecture: count(2, 32) }),
  ]),
  temperature: v.strictObject({
    initial: real(0.01, 100),
    decayPerEpoch: real(0.01, 1),
    floor: real(0.001, 100),
  }),
  /** Adam on the architecture parameters. */
  architecture: v.strictObject({
    learningRate: real(1e-6, 10),
    beta1: real(0, 0.999),
    beta2: real(0, 0.99999),
    epsilon: real(1e-12, 1),
  }),
  /** SGD on the weights; what is left out is the training's. */
  weights: v.strictObject({
    learningRate: real(1e-6, 10),
    finalLearningRate: real(0, 10),
    momentum: real(0, 0.999),
    weightDecay: real(0, 1),
  }),
});

/** Names and schemas of a search's fields, for what names them one by one (a link). */
export const SEARCH_ENTRIES = searchSchema.entries;

export type SearchSettings = v.InferOutput<typeof searchSchema>;

export type SearchRecipe = Omit<Recipe, 'model'> & { readonly search: SearchSettings };

/** A search but for its images. */
export type SearchSetup = Omit<SearchRecipe, 'dataset'>;

/** Whether data claims to be one. */
export function isSearchRecipe(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'search' in value;
}

/** @throws SpecError naming the field */
export function parseSearchRecipe(value: unknown): SearchRecipe {
  const { search, ...rest } = (value ?? {}) as Record<string, unknown>;
  const settings = parse(searchSchema, search, 'recipe.search');
  const space =
    typeof settings.space === 'string'
      ? namedLayout(settings.space)
      : parseSearchSpace(settings.space);
  checkAnchor(settings, space);
  // Any network will do: all else is checked as in a recipe that has one.
  const { model: _model, ...recipe } = parseRecipe({ ...rest, model: 'tiny' });
  return { ...recipe, search: settings };
}

function checkAnchor({ anchor, warmupEpochs }: SearchSettings, { choices }: SearchSpace): void {
  if (anchor === undefined) return;
  const blocks = choices.filter((choice) => choice !== 'skip' && !choice.endsWith('_g2'));
  if (!blocks.includes(anchor.choice)) {
    throw new SpecError(
      `recipe.search.anchor.choice: expected one of ${blocks.join(', ')}, got ${anchor.choice}`,
    );
  }
  if (anchor.epochs > warmupEpochs) {
    throw new SpecError(
      `recipe.search.anchor.epochs: expected at most the ${warmupEpochs} epochs of search.warmupEpochs, got ${anchor.epochs}`,
    );
  }
}

/** The anchor of a recipe as a searcher and a supernet take it. */
export function recipeAnchor(
  { search }: SearchRecipe,
  { choices }: SearchSpace,
): { readonly option: number; readonly epochs: number } | undefined {
  const { anchor } = search;
  return anchor && { option: choices.indexOf(anchor.choice), epochs: anchor.epochs };
}

/** The recipe that trains and maps a network that was found. */
export function derivedRecipe(recipe: SearchRecipe, model: ModelSpec): Recipe {
  const { search: _search, ...rest } = recipe;
  return { ...rest, model };
}

/** The space of a recipe, fitted to the dataset: its image size and number of classes win. */
export function recipeSpace(
  { search }: SearchRecipe,
  data: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly classes: number;
  },
): SearchSpace {
  const base = typeof search.space === 'string' ? namedLayout(search.space) : search.space;
  return parseSearchSpace({
    ...base,
    input: { height: data.height, width: data.width, channels: data.channels },
    classes: data.classes,
  });
}

/** How the supernet's weights are trained: by cascade distillation, with the search's own pace. */
export function searchTraining({ training, search }: SearchRecipe): TrainingSpec {
  const {
    precision: _precision,
    target: _target,
    lossWeights: _lossWeights,
    schedule: _schedule,
    betaWarmupEpochs: _betaWarmupEpochs,
    ...plain
  } = training;
  const { epochs, batchSize, weights } = search;
  return {
    ...plain,
    ...weights,
    method: 'cdt',
    epochs,
    batchSize,
    warmupEpochs: 0,
    pretrainEpochs: 0,
  };
}

/** Bit-widths at which a method trains the supernet's weights, ascending, and judges the architecture. */
export function searchBits(
  method: SearchMethod,
  bitWidths: readonly number[],
): { readonly weights: readonly number[]; readonly architecture: number } {
  const lowest = bitWidths[0] ?? NaN;
  const highest = bitWidths[bitWidths.length - 1] ?? NaN;
  switch (method) {
    case 'fp-nas':
      return { weights: [highest], architecture: highest };
    case 'lp-nas':
      return { weights: [lowest], architecture: lowest };
    case 'sp-nas':
    case 'random':
    case 'mobilenetv2-scaled':
      return { weights: bitWidths, architecture: lowest };
    default:
      return method satisfies never;
  }
}
