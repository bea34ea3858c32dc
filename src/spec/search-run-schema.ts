/**
 * @file What a stored search must look like to be taken for one. Loose, as `run-schema.ts`: fields that
 * are not known are let through.
 */
import * as v from 'valibot';
import type { CostTable } from '../search/cost-table.ts';
import { listOf } from './list.ts';
import { modelSpecSchema } from './model.ts';
import { parseSearchRecipe, SEARCH_METHODS } from './search-recipe.ts';
import type { SearchRecipe } from './search-recipe.ts';
import { SEARCH_STATUSES } from './search-run.ts';
import type { SearchLogEntry, SearchRecord } from './search-run.ts';

/** Far past what the lab writes: a space has at most 64 blocks of 32 choices. */
const MAX_ITEMS = 1000;

const text = v.pipe(v.string(), v.maxLength(10_000));
const real = v.number();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const list = <T extends v.GenericSchema>(item: T) => listOf(item, MAX_ITEMS);

const optionCost = v.looseObject({
  macs: real,
  energyPj: v.nullable(real),
  latencyCycles: v.nullable(real),
});

const tableSchema = v.looseObject({
  version: v.literal(1),
  space: text,
  choices: list(text),
  source: v.nullable(
    v.looseObject({
      accelerator: text,
      precision: v.looseObject({ weights: real, activations: real }),
      objective: text,
      evaluationsPerLayer: real,
      seed: real,
    }),
  ),
  fixed: optionCost,
  blocks: list(list(optionCost)),
});

const recordSchema = v.looseObject({
  id: text,
  name: text,
  createdAt: real,
  updatedAt: real,
  status: v.picklist(SEARCH_STATUSES),
  method: v.picklist(SEARCH_METHODS),
  recipe: v.custom<SearchRecipe>(isRecipe),
  codeVersion: text,
  backend: v.looseObject({
    name: v.picklist(['webgpu', 'simd', 'cpu']),
    workers: real,
    reason: text,
    detail: text,
  }),
  dataset: v.looseObject({ id: text, name: text, width: count, height: count, channels: count }),
  step: count,
  totalSteps: count,
  searchSeconds: real,
  table: v.nullable(tableSchema),
  memory: v.nullable(
    v.looseObject({
      parametersBytes: real,
      activationsBytes: real,
      gradientsBytes: real,
      totalBytes: real,
    }),
  ),
  found: v.exactOptional(
    v.looseObject({
      choices: v.nullable(list(text)),
      model: modelSpecSchema,
      macs: real,
      parameters: real,
      cost: v.nullable(real),
    }),
  ),
  failure: v.exactOptional(text),
  runId: v.exactOptional(text),
  writer: v.exactOptional(text),
});

const logEntrySchema = v.looseObject({
  step: count,
  totalSteps: count,
  epoch: real,
  temperature: real,
  lambda: real,
  probabilities: list(list(real)),
  entropy: real,
  expectedCost: real,
  picks: list(count),
  cost: real,
  metrics: list(v.looseObject({ bits: real, crossEntropy: real, accuracy: real })),
  validation: v.nullable(v.looseObject({ crossEntropy: real, accuracy: real })),
  imagesPerSecond: real,
  event: v.exactOptional(text),
});

function isRecipe(value: unknown): boolean {
  try {
    parseSearchRecipe(value);
    return true;
  } catch {
    return false;
  }
}

export function isSearchRecord(value: unknown): value is SearchRecord {
  return v.is(recordSchema, value);
}

export function isSearchLogEntry(value: unknown): value is SearchLogEntry {
  return v.is(logEntrySchema, value);
}

export function isCostTable(value: unknown): value is CostTable {
  return v.is(tableSchema satisfies v.GenericSchema<unknown, CostTable>, value);
}
