/** @file A run as the entries of a project file, and back, everything checked on the way. */
import * as v from 'valibot';
import { proceduralId, proceduralSpecOf } from '../spec/dataset-id.ts';
import { listOf } from '../spec/list.ts';
import { parse } from '../spec/parse.ts';
import type { LogEntry, MappingRecord, RunRecord, ShownAnswers } from '../spec/run.ts';
import { DATASPACES, DIMS } from '../spec/accelerator-schema.ts';
import { logEntrySchema, mappingSchema, runSchema } from '../spec/run-schema.ts';
import { modelLayers } from '../spec/model.ts';
import { unknownField } from '../spec/unknown-field.ts';
import type { Checkpoint } from '../store/schema.ts';
import { SpecError } from '../util/errors.ts';
import type { ProjectRun } from './contents.ts';
import { fromFloats, fromPlanes, toFloats, toPlanes } from './floats.ts';
import { readJson, writeJson } from './json.ts';
import { assertTensors, keptTensors } from './tensors.ts';
import type { Entry } from './zip.ts';

const MAX_LOG_ENTRIES = 200_000;
const MAX_IMAGES = 256;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const counts = listOf(count, MAX_IMAGES);
const recoverySchema = v.strictObject({ rollBacks: v.pipe(count, v.maxValue(100)) });
const checkpointSchema = v.strictObject({
  step: count,
  epoch: v.pipe(v.number(), v.minValue(0)),
  state: recoverySchema,
  tensors: listOf(
    v.strictObject({
      name: v.pipe(v.string(), v.maxLength(120)),
      shape: listOf(count, 4),
    }),
    20_000,
  ),
});
const answersSchema = v.strictObject({
  step: count,
  width: v.pipe(count, v.minValue(1), v.maxValue(256)),
  height: v.pipe(count, v.minValue(1), v.maxValue(256)),
  channels: v.picklist([1, 3]),
  indices: counts,
  labels: counts,
});
const loops = listOf(v.tuple([v.picklist(DIMS), count]), DIMS.length);
const loopNestSchema = v.strictObject({
  levels: listOf(
    v.strictObject({
      keep: listOf(v.picklist(DATASPACES), DATASPACES.length),
      temporal: loops,
      spatialX: loops,
      spatialY: loops,
    }),
    20,
  ),
});

/** Names of a run's entries after its folder. */
export const RUN_PARTS = [
  'run.json',
  'log.json',
  'mapping.json',
  'checkpoint.json',
  'weights.bin',
  'answers.json',
  'pixels.bin',
  'probabilities.bin',
] as const;
export type RunPart = (typeof RUN_PARTS)[number];

/** @param folder e.g. `runs/0/`; @returns in the order of their names' list */
export function runEntries(
  { record, log, mapping, checkpoint }: ProjectRun,
  folder: string,
): Entry[] {
  const { example: _example, writer: _writer, answers, ...rest } = record;
  const entries: Entry[] = [];
  const add = (part: RunPart, bytes: Uint8Array): void => {
    entries.push({ path: folder + part, bytes });
  };
  add('run.json', writeJson(rest));
  add('log.json', writeJson(log));
  if (mapping !== null) add('mapping.json', writeJson(mapping));
  if (checkpoint !== null) {
    const { step, epoch, state } = checkpoint;
    const tensors = keptTensors(record, checkpoint.tensors);
    const recovery = v.is(recoverySchema, state) ? state : { rollBacks: 0 };
    const list = tensors.map(({ name, shape }) => ({ name, shape }));
    add('checkpoint.json', writeJson({ step, epoch, state: recovery, tensors: list }));
    add('weights.bin', toPlanes(fromFloats(tensors.map(({ data }) => data))));
  }
  if (answers !== undefined) {
    const { pixels, probabilities, ...facts } = answers;
    add('answers.json', writeJson(facts));
    add('pixels.bin', pixels);
    add('probabilities.bin', fromFloats([probabilities]));
  }
  return entries;
}

/**
 * @param parts what lies in the folder of a run
 * @param who   the run, in a sentence
 * @throws SpecError for the first thing that is not as it must be
 */
export function readRun(parts: ReadonlyMap<string, Uint8Array>, who: string): ProjectRun {
  const json = (part: RunPart): unknown => readJson(required(parts, part, who), `${who}, ${part}`);
  const record = checked<RunRecord>(runSchema, json('run.json'), `${who}, run.json`);
  if (record.answers !== undefined || record.example !== undefined) {
    throw new SpecError(`${who}, run.json: expected no field example or answers, got one`);
  }
  modelLayers(record.model); // throws where its blocks do not fit together
  assertFits(record, `${who}, run.json`);
  const log = readLog(json('log.json'), `${who}, log.json`);
  const mapping = parts.has('mapping.json')
    ? readMapping(json('mapping.json'), record.id, who)
    : null;
  const checkpoint = parts.has('checkpoint.json')
    ? readCheckpoint(json('checkpoint.json'), required(parts, 'weights.bin', who), record, who)
    : null;
  if (!parts.has('answers.json')) return { record, log, mapping, checkpoint };
  const answers = readAnswers(json('answers.json'), parts, record, who);
  return { record: { ...record, answers }, log, mapping, checkpoint };
}

function required(parts: ReadonlyMap<string, Uint8Array>, part: RunPart, who: string): Uint8Array {
  const bytes = parts.get(part);
  if (bytes === undefined) throw new SpecError(`${who}: expected ${part}, got none`);
  return bytes;
}

function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, who: string): T {
  parse(schema, value, who);
  const odd = unknownField(schema, value);
  if (odd !== null) throw new SpecError(`${who}: expected no field ${odd.slice(0, 80)}, got one`);
  return value as T; // as it came: the order of its fields is part of its bytes
}

/** Refuse built-in images other than the recipe's, and a network that cannot read its images. */
function assertFits({ model, dataset, recipe }: RunRecord, who: string): void {
  const isBuiltIn = proceduralSpecOf(dataset.id) !== undefined;
  const spec = recipe.dataset;
  if (isBuiltIn && (spec.kind !== 'procedural' || proceduralId(spec) !== dataset.id)) {
    throw new SpecError(
      `${who}: expected the images of its recipe, got ${dataset.id.slice(0, 80)}`,
    );
  }
  const { height, width, channels } = model.input;
  const got = [dataset.height, dataset.width, dataset.channels, dataset.classNames.length].join();
  const expected = [height, width, channels, model.classes].join();
  if (got !== expected) {
    throw new SpecError(`${who}: expected images and classes ${expected}, got ${got}`);
  }
}

function readLog(value: unknown, who: string): LogEntry[] {
  if (!Array.isArray(value) || value.length > MAX_LOG_ENTRIES) {
    throw new SpecError(`${who}: expected at most ${MAX_LOG_ENTRIES} entries, got something else`);
  }
  return value.map((entry, i) => checked<LogEntry>(logEntrySchema, entry, `${who}.${i}`));
}

function readMapping(value: unknown, runId: string, who: string): MappingRecord {
  const where = `${who}, mapping.json`;
  const mapping = checked<MappingRecord>(mappingSchema, value, where);
  if (mapping.runId !== runId) {
    throw new SpecError(`${where}: expected the mapping of ${runId}, got that of ${mapping.runId}`);
  }
  for (const { bits, layers } of mapping.byBits) {
    for (const layer of layers) {
      parse(loopNestSchema, layer.mapping, `${where}, ${layer.name} at ${bits} bits`);
    }
  }
  return mapping;
}

function readCheckpoint(
  value: unknown,
  weights: Uint8Array,
  run: RunRecord,
  who: string,
): Checkpoint {
  const where = `${who}, checkpoint.json`;
  const { tensors: list, ...rest } = parse(checkpointSchema, value, where);
  const sizes = list.map(({ shape }) => shape.reduce((product, extent) => product * extent, 1));
  const arrays = toFloats(fromPlanes(weights), sizes, `${who}, weights.bin`);
  const tensors = list.map(({ name, shape }, i) => ({
    name,
    shape,
    data: arrays[i] ?? new Float32Array(0),
  }));
  assertTensors(run, tensors, where);
  return { ...rest, tensors };
}

function readAnswers(
  value: unknown,
  parts: ReadonlyMap<string, Uint8Array>,
  { recipe, dataset, accuracies }: RunRecord,
  who: string,
): ShownAnswers {
  const where = `${who}, answers.json`;
  const facts = parse(answersSchema, value, where);
  const { width, height, channels, indices, labels } = facts;
  const classes = dataset.classNames.length;
  const isOfDataset =
    accuracies !== undefined &&
    [width, height, channels].join() === [dataset.width, dataset.height, dataset.channels].join() &&
    labels.length === indices.length &&
    labels.every((label) => label < classes) &&
    indices.every((index) => index < dataset.test);
  if (!isOfDataset) {
    throw new SpecError(`${where}: expected test images of ${dataset.name}, got others`);
  }
  const pixels = required(parts, 'pixels.bin', who).slice();
  const images = pixels.length / (width * height * channels);
  if (!Number.isInteger(images) || images < 1 || images > indices.length) {
    throw new SpecError(
      `${who}, pixels.bin: expected 1 to ${indices.length} images, got ${pixels.length} bytes`,
    );
  }
  const bytes = required(parts, 'probabilities.bin', who);
  const size = indices.length * recipe.bitWidths.length * classes;
  const [probabilities = new Float32Array(0)] = toFloats(
    bytes,
    [size],
    `${who}, probabilities.bin`,
  );
  if (!probabilities.every((value) => value >= 0 && value <= 1)) {
    throw new SpecError(`${who}, probabilities.bin: expected numbers from 0 to 1, got others`);
  }
  return { ...facts, pixels, probabilities };
}
