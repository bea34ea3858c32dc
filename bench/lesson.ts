/**
 * @file When cascade distillation earns its place in minutes: methods and settings, over seeds.
 *
 * Takes: [--study methods|methods-paper-bits|settings|logits] [--data FILE] [--model NAME] [--epochs N] [--seeds 1,2,3]
 * [--part I/N] [--list]. Without --data the built-in images. Every training ever finished is kept in
 * `.cache/lesson.jsonl` by all that decides it and not repeated, so that a study can be stopped, taken
 * up again, and shared by several processes (--part 1/2 and 2/2, then once without).
 */
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dataset } from '../src/data/dataset.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { readDataset } from '../src/data/read.ts';
import { datasetChecksum } from '../src/data/summary.ts';
import type { NamedArray } from '../src/nn/parameters.ts';
import { parseRecipe, recipeModel } from '../src/spec/recipe.ts';
import type { Recipe, TrainingSpec } from '../src/spec/recipe.ts';
import { registerSimdInNode } from '../src/testing/simd.ts';
import { teamOf, train } from '../src/testing/team.ts';
import type { TestRun } from '../src/testing/team.ts';
import { logitsOf } from '../src/train/evaluate.ts';
import { SpecError } from '../src/util/errors.ts';
import { STUDIES } from './lesson-studies.ts';
import type { Arm, StudyName } from './lesson-studies.ts';
import type { Row, Rows } from './row.ts';

const ROOT = join(import.meta.dirname, '..');
const KEPT = join(ROOT, '.cache/lesson.jsonl');

/** What all arms of a study share unless they say otherwise. */
const COMMON: Omit<TrainingSpec, 'epochs' | 'augmentation'> = {
  method: 'cdt',
  quantizer: 'sbm',
  beta: 1,
  distillOn: 'logits',
  batchSize: 64,
  learningRate: 0.1,
  finalLearningRate: 0,
  warmupEpochs: 1,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  pretrainEpochs: 0,
};

interface Job {
  readonly arm: Arm;
  readonly recipe: Recipe;
}

/** One finished training. */
interface Kept {
  readonly key: string;
  readonly name: string;
  readonly seed: number;
  readonly bitWidths: readonly number[];
  /** On the whole test set, 0 to 1, in the order of `bitWidths`. */
  readonly accuracies: readonly number[];
  /** Standard deviation of the logits of the first test images, in the order of `bitWidths`. */
  readonly logitDeviations?: readonly number[];
  readonly seconds: number;
}

/** Test images whose logits are looked at. */
const LOGIT_IMAGES = 250;

export const rows: Rows = async (args, say) => {
  const { study, data, model, epochs, seeds, part, parts, isListing } = options(args);
  const dataset = data === null ? builtIn() : await fromFile(data);
  const checksum = datasetChecksum(dataset);
  const arms = STUDIES[study];
  const jobs = seeds.flatMap((seed) =>
    arms.map((arm) => ({
      arm,
      recipe: recipeOf(arm, { model, epochs, seed, isOwn: data !== null }),
    })),
  );
  const kept = readKept();
  const keyOf = ({ recipe }: Job): string =>
    JSON.stringify({ checksum, ...recipe, name: undefined, mapping: undefined });
  if (!isListing) {
    registerSimdInNode();
    await setBackend('simd');
    for (const [i, job] of jobs.entries()) {
      const key = keyOf(job);
      if (i % parts !== part || readKept().has(key)) continue;
      const done = await trained(job, key, dataset);
      mkdirSync(join(ROOT, '.cache'), { recursive: true });
      appendFileSync(KEPT, `${JSON.stringify(done)}\n`);
      kept.set(key, done);
      say(
        `${i + 1} of ${jobs.length}: ${job.arm.name}, ${job.arm.bitWidths.join('/')} bits, seed ${job.recipe.seed}: ` +
          `${done.accuracies.map((a) => (a * 100).toFixed(1)).join(' ')} %, ${done.seconds.toFixed(0)} s`,
      );
    }
    for (const [key, value] of readKept()) kept.set(key, value);
  }
  return arms.map((arm) =>
    rowOf(
      arm,
      jobs.filter((job) => job.arm === arm).flatMap((job) => kept.get(keyOf(job)) ?? []),
    ),
  );
};

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      study: { type: 'string', default: 'methods' },
      data: { type: 'string' },
      model: { type: 'string', default: 'quick' },
      epochs: { type: 'string', default: '4' },
      seeds: { type: 'string', default: '1,2,3' },
      part: { type: 'string', default: '1/1' },
      list: { type: 'boolean', default: false },
    },
  });
  const names = Object.keys(STUDIES) as StudyName[];
  const study = names.find((name) => name === values.study);
  if (study === undefined) {
    throw new SpecError(
      `bench lesson: --study: expected one of ${names.join(', ')}, got ${values.study}`,
    );
  }
  const [part = NaN, parts = NaN] = values.part.split('/').map(Number);
  if (!Number.isInteger(parts) || !(part >= 1 && part <= parts)) {
    throw new SpecError(`bench lesson: --part: expected I/N with 1 ≤ I ≤ N, got ${values.part}`);
  }
  return {
    study,
    data: values.data ?? null,
    model: values.model,
    epochs: Number(values.epochs),
    seeds: values.seeds.split(',').map(Number),
    part: part - 1,
    parts,
    isListing: values.list,
  };
}

const builtIn = (): Dataset => generateProcedural({ seed: 1, trainCount: 6000, testCount: 1000 });

async function fromFile(path: string): Promise<Dataset> {
  if (!existsSync(path)) {
    throw new SpecError(`bench lesson: --data: expected a file that can be read, got ${path}`);
  }
  return Promise.resolve(readDataset([{ name: basename(path), bytes: readFileSync(path) }]));
}

function recipeOf(
  { name, bitWidths, training }: Arm,
  { model, epochs, seed, isOwn }: { model: string; epochs: number; seed: number; isOwn: boolean },
): Recipe {
  return parseRecipe({
    version: 1,
    name,
    seed,
    dataset: isOwn ? { kind: 'stored' } : { kind: 'procedural', seed: 1, train: 6000, test: 1000 },
    model,
    bitWidths,
    training: {
      ...COMMON,
      epochs,
      augmentation: { flip: isOwn, padCrop: isOwn ? 4 : 0 },
      ...training,
    },
    mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 1000 },
  });
}

function readKept(): Map<string, Kept> {
  if (!existsSync(KEPT)) return new Map();
  const lines = readFileSync(KEPT, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as Kept).map((kept) => [kept.key, kept]));
}

async function trained({ arm, recipe }: Job, key: string, dataset: Dataset): Promise<Kept> {
  const start = performance.now();
  const model = recipeModel(recipe, { ...dataset, classes: dataset.classNames.length });
  const common = { key, name: arm.name, seed: recipe.seed, bitWidths: arm.bitWidths };
  const run = { recipe, model, dataset };
  const { outcome, final } = await train(teamOf(run, 1, null));
  const accuracies = arm.bitWidths.map(
    (bits) => outcome.evaluations.find((found) => found.bits === bits)?.accuracy ?? NaN,
  );
  const logitDeviations = await deviations(run, final);
  return { ...common, accuracies, logitDeviations, seconds: (performance.now() - start) / 1000 };
}

async function deviations(run: TestRun, trainedArrays: readonly NamedArray[]): Promise<number[]> {
  const { lead, dispose } = teamOf(run, 1, trainedArrays);
  const indices = Uint32Array.from({ length: LOGIT_IMAGES }, (_, i) => i);
  const result: number[] = [];
  for (const bits of run.recipe.bitWidths) {
    const logits = await logitsOf(lead.network, bits, run.dataset, lead.statistics, indices);
    const mean = logits.reduce((a, b) => a + b, 0) / logits.length;
    result.push(Math.sqrt(logits.reduce((a, b) => a + (b - mean) ** 2, 0) / logits.length));
  }
  dispose();
  return result;
}

/** Mean and standard deviation over seeds (n − 1 in the denominator), in percent. */
function rowOf(arm: Arm, runs: readonly Kept[]): Row {
  const row: Record<string, string | number> = { setting: arm.name, seeds: runs.length };
  arm.bitWidths.forEach((bits, i) => {
    const values = runs.map(({ accuracies }) => 100 * (accuracies[i] ?? NaN));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
    const spread = values.length > 1 ? ` ± ${Math.sqrt(variance).toFixed(1)}` : '';
    row[`${bits} bits`] = values.length === 0 ? '' : `${mean.toFixed(1)}${spread}`;
  });
  const told = runs.flatMap(({ logitDeviations }) => (logitDeviations ? [logitDeviations] : []));
  if (told.length > 0) {
    row['logit deviations'] = arm.bitWidths
      .map((_, i) => told.reduce((sum, list) => sum + (list[i] ?? NaN), 0) / told.length)
      .map((deviation) => deviation.toFixed(2))
      .join(' ');
  }
  return row;
}
