/** @file A sweep: one setting of a recipe over a list of values, as a queue of runs. */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { METHODS, parseRecipe, recipeSchema } from './recipe.ts';
import type { Recipe } from './recipe.ts';
import { MODEL_NAMES } from './models.ts';
import type { BackendPreference } from './run.ts';
import { limitsSchema } from './run-schema.ts';
import type { RunLimits } from './run.ts';

export const SWEEP_SETTINGS = [
  'beta',
  'learningRate',
  'epochs',
  'batchSize',
  'weightDecay',
  'seed',
  'method',
  'model',
  'bitWidths',
] as const;
export type SweepSetting = (typeof SWEEP_SETTINGS)[number];
/** A number, a name of a method or network, or a set of bit-widths. */
export type SweepValue = number | string | readonly number[];

export const MAX_SWEEP_VALUES = 50;
const text = v.pipe(v.string(), v.maxLength(200));
const valueSchema = v.union([
  v.pipe(v.number(), v.finite()),
  text,
  listOf(v.pipe(v.number(), v.integer()), 16),
]);

export interface SweepItem {
  readonly runId: string;
  readonly value: SweepValue;
  /** Trained, and mapped where that was wanted; or never to be. */
  readonly done: boolean;
  /** Why there is no run: one sentence. */
  readonly fault?: string;
}

export interface SweepRecord {
  readonly id: string;
  readonly createdAt: number;
  readonly setting: SweepSetting;
  /** What all runs share; its dataset is that under `datasetId`. */
  readonly recipe: Recipe;
  readonly datasetId: string;
  readonly backend: BackendPreference;
  readonly limits?: RunLimits;
  /** Map each run's network after its training. */
  readonly isMapped: boolean;
  readonly isPaused: boolean;
  /** In the order of work. */
  readonly items: readonly SweepItem[];
}

export const sweepSchema = v.looseObject({
  id: text,
  createdAt: v.number(),
  setting: v.picklist(SWEEP_SETTINGS),
  recipe: recipeSchema,
  datasetId: text,
  backend: v.picklist(['auto', 'webgpu', 'simd', 'cpu']),
  limits: v.exactOptional(limitsSchema),
  isMapped: v.boolean(),
  isPaused: v.boolean(),
  items: listOf(
    v.looseObject({
      runId: text,
      value: valueSchema,
      done: v.boolean(),
      fault: v.exactOptional(v.pipe(v.string(), v.maxLength(2000))),
    }),
    MAX_SWEEP_VALUES,
  ),
});

export function isSweepRecord(value: unknown): value is SweepRecord {
  return v.is(sweepSchema satisfies v.GenericSchema<unknown, SweepRecord>, value);
}

/** The recipe with another value of the setting. @throws SpecError where it does not fit */
export function sweptRecipe(recipe: Recipe, setting: SweepSetting, value: SweepValue): Recipe {
  const training = { ...recipe.training };
  switch (setting) {
    case 'seed':
    case 'model':
      return parseRecipe({ ...recipe, [setting]: value });
    case 'bitWidths':
      // given per width: they would not fit another set
      for (const field of ['lossWeights', 'precision'] as const)
        Reflect.deleteProperty(training, field);
      return parseRecipe({ ...recipe, bitWidths: value, training });
    case 'beta':
    case 'learningRate':
    case 'epochs':
    case 'batchSize':
    case 'weightDecay':
    case 'method':
      return parseRecipe({ ...recipe, training: { ...training, [setting]: value } });
    default:
      return setting satisfies never;
  }
}

/**
 * Values as a person writes them: numbers and names with commas between, sets of bit-widths with
 * semicolons between (`2 8 32; 4 8 32`).
 * @throws SpecError for the first that the recipe cannot have, or when there are none or too many
 */
export function parseSweepValues(
  recipe: Recipe,
  setting: SweepSetting,
  written: string,
): SweepValue[] {
  const parts = written
    .split(setting === 'bitWidths' ? ';' : /[,;\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0 || parts.length > MAX_SWEEP_VALUES) {
    throw new SpecError(
      `sweep: expected 1 to ${MAX_SWEEP_VALUES} values of ${setting}, got ${parts.length}`,
    );
  }
  const values = parts.map((part) => valueOf(recipe, setting, part));
  const twice = values.find((one, i) => values.some((o, j) => j < i && String(o) === String(one)));
  if (twice !== undefined) {
    throw new SpecError(`sweep: expected each value once, got ${sweepLabel(twice)} again`);
  }
  return values;
}

function valueOf(recipe: Recipe, setting: SweepSetting, part: string): SweepValue {
  const shown = part.slice(0, 40);
  const value = readValue(setting, part);
  if (value === null) {
    throw new SpecError(`sweep: expected ${EXPECTED[setting] ?? 'a number'}, got ${shown}`);
  }
  sweptRecipe(recipe, setting, value);
  return value;
}

const EXPECTED: Partial<Record<SweepSetting, string>> = {
  method: `one of the methods ${METHODS.join(', ')}`,
  model: 'the name of a network',
  bitWidths: 'bit-widths with spaces between',
};

function readValue(setting: SweepSetting, part: string): SweepValue | null {
  if (setting === 'method') return METHODS.find((name) => name === part) ?? null;
  if (setting === 'model') return MODEL_NAMES.find((name) => name === part) ?? null;
  const numbers = part.split(/[\s,]+/).map(Number);
  if (!numbers.every(Number.isFinite)) return null;
  if (setting === 'bitWidths') return numbers.sort((a, b) => a - b);
  return numbers[0] ?? null;
}

/** A value in a row or on an axis. */
export function sweepLabel(value: SweepValue): string {
  return typeof value === 'object' ? value.join('/') : String(value);
}
