/**
 * @file A whole run with nobody watching: images, training, mapping, by the page's own workers.
 *
 * What `npm run -s lab` drives. Same workers, same store, same order as a person at the page.
 */
import { proxy } from 'comlink';
import type { MapProgress, StageProgress, TrainProgress } from '../rpc/progress.ts';
import type { Recipe } from '../spec/recipe.ts';
import type {
  BackendPreference,
  DatasetInfo,
  LogEntry,
  MappingRecord,
  RunRecord,
} from '../spec/run.ts';
import type { LabServices } from './services.ts';
import { WorkerOwner } from './worker-owner.ts';

export interface HeadlessRequest {
  readonly recipe: Recipe;
  /** Dataset files; with none, the recipe's own images are generated. */
  readonly files: readonly File[];
  readonly backend: BackendPreference;
}

export interface HeadlessResult {
  readonly run: RunRecord;
  readonly mapping: MappingRecord;
  /** Images trained a second once all bit-widths train together; 0 when no step was long enough. */
  readonly imagesPerSecond: number;
  readonly wallSeconds: {
    readonly data: number;
    readonly train: number;
    readonly map: number;
    readonly total: number;
  };
}

export type HeadlessServices = Pick<
  LabServices,
  'spawnData' | 'spawnTrainer' | 'spawnMapper' | 'store' | 'newId' | 'codeVersion'
>;

/**
 * @param say one line for the person waiting; called as often as the workers report
 * @throws SpecError (by name: it crossed a worker) on bad input, Error when a stage failed
 */
export async function runHeadless(
  request: HeadlessRequest,
  services: HeadlessServices,
  say: (line: string) => void,
): Promise<HeadlessResult> {
  const start = performance.now();
  const dataset = await loadData(request, services, say);
  const dataEnd = performance.now();
  const runId = services.newId();
  const run = await train(request, services, { runId, datasetId: dataset.id }, say);
  const trainEnd = performance.now();
  const mapping = await map(run, services, say);
  const end = performance.now();
  const log = await services.store.readLog(runId);
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  return {
    run,
    mapping,
    imagesPerSecond: trainingRate(log, run.recipe.training.pretrainEpochs),
    wallSeconds: {
      data: seconds(start, dataEnd),
      train: seconds(dataEnd, trainEnd),
      map: seconds(trainEnd, end),
      total: seconds(start, end),
    },
  };
}

/** Generate the recipe's own images, or read the files. */
export async function loadData(
  { recipe, files }: Pick<HeadlessRequest, 'recipe' | 'files'>,
  { spawnData }: HeadlessServices,
  say: (line: string) => void,
): Promise<DatasetInfo> {
  const worker = new WorkerOwner('data worker', spawnData);
  const report = proxy(({ stage, done, total }: StageProgress) =>
    say(`data: ${stage}, ${done} of ${total}`),
  );
  const { dataset } = recipe;
  try {
    return await worker.call((api) =>
      dataset.kind === 'procedural' && files.length === 0
        ? api.generate({ seed: dataset.seed, train: dataset.train, test: dataset.test }, report)
        : api.importFiles(files, report),
    );
  } finally {
    worker.terminate();
  }
}

/** @returns the record of a run that was trained to its end. @throws Error when it was not */
export async function train(
  { recipe, backend }: Pick<HeadlessRequest, 'recipe' | 'backend'>,
  { spawnTrainer, store, codeVersion }: HeadlessServices,
  { runId, datasetId }: { readonly runId: string; readonly datasetId: string },
  say: (line: string) => void,
): Promise<RunRecord> {
  const worker = new WorkerOwner('trainer', spawnTrainer);
  const report = proxy((progress: TrainProgress) => {
    const line = trainLine(progress);
    if (line !== undefined) say(`train: ${line}`);
  });
  try {
    await worker.call((api) =>
      api.start({ runId, name: recipe.name, recipe, datasetId, backend, codeVersion }, report),
    );
  } finally {
    worker.terminate();
  }
  const run = await store.getRun(runId);
  if (run === undefined) throw new Error('internal: the trainer stored no run');
  if (run.status !== 'trained') {
    throw new Error(`Training ended as ${run.status}: ${run.failure ?? 'no reason was given'}`);
  }
  return run;
}

function trainLine(progress: TrainProgress): string | undefined {
  switch (progress.kind) {
    case 'stage':
      return `${progress.progress.stage}, ${progress.progress.done} of ${progress.progress.total}`;
    case 'backend':
      return `${progress.backend.name}, ${progress.backend.workers} workers: ${progress.backend.reason}`;
    case 'step': {
      const rate = progress.imagesPerSecond.toFixed(0);
      const left = progress.secondsLeft.toFixed(0);
      return `step ${progress.step} of ${progress.totalSteps}, ${rate} images/s, ${left} s left`;
    }
    case 'log': {
      const test = progress.entries.findLast((entry) => entry.kind === 'test');
      if (test?.kind !== 'test') return undefined;
      const accuracies = test.metrics.map(
        ({ bits, accuracy }) => `${bits} bits ${(100 * accuracy).toFixed(1)} %`,
      );
      return `test accuracy at step ${test.step}: ${accuracies.join(', ')}`;
    }
    case 'notice':
      return progress.text ?? undefined;
    case 'run':
      return undefined;
    default:
      return progress satisfies never;
  }
}

/** Map the network of a run as its recipe says. */
export async function map(
  run: RunRecord,
  { spawnMapper }: HeadlessServices,
  say: (line: string) => void,
): Promise<MappingRecord> {
  const worker = new WorkerOwner('mapper', spawnMapper);
  const report = proxy((progress: MapProgress) => {
    if (progress.kind === 'notice' && progress.text !== null) say(`map: ${progress.text}`);
    if (progress.kind !== 'search') return;
    const { bits, layer, doneRatio, evaluationsPerSecond } = progress;
    const rate = evaluationsPerSecond.toFixed(0);
    const done = (100 * doneRatio).toFixed(0);
    say(`map: ${done} %, ${layer} at ${bits} bits, ${rate} mappings/s`);
  });
  const { recipe, model } = run;
  try {
    return await worker.call((api) =>
      api.start(
        {
          runId: run.id,
          network: { kind: 'model', model, precision: recipe.training.precision },
          bitWidths: recipe.bitWidths,
          mapping: recipe.mapping,
          seed: recipe.seed,
        },
        report,
      ),
    );
  } finally {
    worker.terminate();
  }
}

/** Median over the log after pretraining; a mean would count the first steps' compilation. */
export function trainingRate(log: readonly LogEntry[], pretrainEpochs: number): number {
  const rates = log
    .flatMap((entry) =>
      entry.kind === 'train' && entry.epoch > pretrainEpochs ? [entry.imagesPerSecond] : [],
    )
    .sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? 0;
}
