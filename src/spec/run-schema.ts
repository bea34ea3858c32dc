/**
 * @file What a stored record must look like to be taken for what it claims to be.
 *
 * Loose on purpose: fields that are not known are let through, so that records of a newer lab load.
 */
import * as v from 'valibot';
import { acceleratorSchema, DATASPACES } from './accelerator-schema.ts';
import { listOf } from './list.ts';
import { liveChangeSchema, liveChangesSchema } from './live-change.ts';
import { MAP_ALGORITHMS, OBJECTIVES, SCHEDULES } from './mapping.ts';
import { modelSpecSchema } from './model.ts';
import { recipeSchema } from './recipe.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from './run.ts';

/** Far past what the lab writes: what is longer was written by something else. */
const MAX_CHARACTERS = 10_000;
const MAX_ITEMS = 10_000;

const text = v.pipe(v.string(), v.maxLength(MAX_CHARACTERS));
const real = v.number();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Of a list that may not be longer. */
const extent = v.pipe(count, v.maxValue(MAX_ITEMS));
const list = <T extends v.GenericSchema>(item: T) => listOf(item, MAX_ITEMS);

export const datasetInfoSchema = v.looseObject({
  id: text,
  name: text,
  source: text,
  width: count,
  height: count,
  channels: count,
  classNames: list(text),
  train: count,
  test: count,
  trainCounts: list(count),
  testCounts: list(count),
  checksum: text,
  bytes: count,
  createdAt: real,
});

const answersSchema = v.strictObject({
  step: count,
  width: count,
  height: count,
  channels: v.picklist([1, 3]),
  indices: list(count),
  labels: list(count),
  pixels: v.instance(Uint8Array),
  probabilities: v.instance(Float32Array),
});

export const MAX_NOTE_CHARACTERS = 2000;
export const RUN_COLORS = 8;
export const limitsSchema = v.strictObject({
  minutes: v.pipe(v.number(), v.minValue(0.01), v.maxValue(10_000)),
});

export const runSchema = v.looseObject({
  id: text,
  name: text,
  createdAt: real,
  updatedAt: real,
  status: v.picklist(['training', 'paused', 'stopped', 'trained', 'failed']),
  recipe: recipeSchema,
  model: modelSpecSchema,
  parameters: real,
  macs: real,
  codeVersion: text,
  backend: v.looseObject({
    name: v.picklist(['webgpu', 'simd', 'cpu']),
    workers: real,
    reason: text,
    detail: text,
  }),
  dataset: datasetInfoSchema,
  step: count,
  totalSteps: count,
  trainSeconds: real,
  failure: v.exactOptional(text),
  accuracies: v.exactOptional(
    list(v.looseObject({ bits: real, accuracy: real, confusion: list(list(real)) })),
  ),
  example: v.exactOptional(v.boolean()),
  answers: v.exactOptional(answersSchema),
  note: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_NOTE_CHARACTERS))),
  color: v.exactOptional(v.pipe(count, v.maxValue(RUN_COLORS - 1))),
  changes: v.exactOptional(liveChangesSchema),
  limits: v.exactOptional(limitsSchema),
  writer: v.exactOptional(text),
});

const metricsSchema = list(
  v.looseObject({
    bits: real,
    crossEntropy: real,
    distillation: real,
    accuracy: real,
    teachers: v.exactOptional(list(v.looseObject({ bits: real, term: real }))),
  }),
);
const logPlace = { step: count, epoch: real };
export const logEntrySchema = v.variant('kind', [
  v.looseObject({
    kind: v.literal('train'),
    ...logPlace,
    learningRate: real,
    metrics: metricsSchema,
    imagesPerSecond: real,
  }),
  v.looseObject({ kind: v.literal('test'), ...logPlace, metrics: metricsSchema, images: real }),
  v.looseObject({
    kind: v.literal('event'),
    ...logPlace,
    text,
    change: v.exactOptional(liveChangeSchema),
  }),
]);

const totals = {
  macs: real,
  energyPj: real,
  latencyCycles: real,
  edpPjCycles: real,
  utilizationRatio: real,
};
const layerCostSchema = v.looseObject({
  ...totals,
  name: text,
  parts: list(
    v.looseObject({
      level: text,
      dataspace: v.picklist([...DATASPACES, 'MACs']),
      energyPj: real,
    }),
  ),
  boundBy: text,
  mapping: v.unknown(),
  count: v.exactOptional(real),
  shape: v.exactOptional(
    v.looseObject({
      ...{ N: real, K: real, C: real, P: real, Q: real, R: real, S: real, G: real },
      ...{ wStride: real, hStride: real, wDilation: real, hDilation: real },
    }),
  ),
  bits: v.exactOptional(v.looseObject({ weights: real, inputs: real, outputs: real, psums: real })),
  levels: v.exactOptional(
    list(
      v.looseObject({
        name: text,
        usedInstances: real,
        occupancyRatio: real,
        tiles: list(v.looseObject({ dataspace: v.picklist(DATASPACES), words: real, bits: real })),
      }),
    ),
  ),
  spaceLog10: v.exactOptional(real),
});
export const mappingSchema = v.looseObject({
  runId: text,
  network: v.exactOptional(v.looseObject({ title: text })),
  accelerator: text,
  hardware: v.exactOptional(acceleratorSchema),
  objective: v.picklist(OBJECTIVES),
  seed: real,
  evaluationsPerLayer: real,
  algorithm: v.exactOptional(v.picklist(MAP_ALGORITHMS)),
  schedule: v.exactOptional(v.picklist(SCHEDULES)),
  target: v.exactOptional(real),
  evaluations: v.looseObject({ total: real, valid: real }),
  wallSeconds: real,
  byBits: list(
    v.looseObject({
      bits: real,
      total: v.looseObject(totals),
      layers: list(layerCostSchema),
      oneMapping: v.exactOptional(v.looseObject(totals)),
      chunks: v.exactOptional(list(v.looseObject({ columns: extent, layers: extent }))),
    }),
  ),
  updatedAt: real,
  done: v.boolean(),
});

export function isDatasetInfo(value: unknown): value is DatasetInfo {
  return v.is(datasetInfoSchema satisfies v.GenericSchema<unknown, DatasetInfo>, value);
}

export function isRunRecord(value: unknown): value is RunRecord {
  return v.is(runSchema satisfies v.GenericSchema<unknown, RunRecord>, value);
}

export function isLogEntry(value: unknown): value is LogEntry {
  return v.is(logEntrySchema satisfies v.GenericSchema<unknown, LogEntry>, value);
}

export function isMappingRecord(value: unknown): value is MappingRecord {
  return v.is(mappingSchema satisfies v.GenericSchema<unknown, MappingRecord>, value);
}
