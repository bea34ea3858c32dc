/**
 * @file A whole comparison with nobody watching: the same images and network trained by each method
 * from each seed, then mapped once, because the layers and bit-widths are the same.
 */
import { comparisonRecipes } from '../spec/comparison.ts';
import type { Comparison } from '../spec/comparison.ts';
import type { MappingRecord, RunRecord } from '../spec/run.ts';
import { loadData, map, train, trainingRate } from './headless-run.ts';
import type { HeadlessRequest, HeadlessResult, HeadlessServices } from './headless-run.ts';

export interface CompareRequest extends Pick<HeadlessRequest, 'files' | 'backend'> {
  readonly comparison: Comparison;
}

export interface ComparedRun {
  readonly run: RunRecord;
  /** As in `HeadlessResult`. */
  readonly imagesPerSecond: number;
}

export interface CompareResult {
  /** In the order of `comparisonRecipes`. */
  readonly runs: readonly ComparedRun[];
  /** Of the network at the bit-widths that all runs share. */
  readonly mapping: MappingRecord;
  /** train: of all runs together. */
  readonly wallSeconds: HeadlessResult['wallSeconds'];
}

/**
 * Each training is a run record of its own in the store.
 * @param say one line for the person waiting
 * @throws as `runHeadless`; what was trained before stays stored
 */
export async function compareHeadless(
  { comparison, files, backend }: CompareRequest,
  services: HeadlessServices,
  say: (line: string) => void,
): Promise<CompareResult> {
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  const start = performance.now();
  const { recipe } = comparison;
  const dataset = await loadData({ recipe, files }, services, say);
  const dataEnd = performance.now();
  const runs: ComparedRun[] = [];
  const recipes = comparisonRecipes(comparison);
  for (const [i, one] of recipes.entries()) {
    const label = `${i + 1} of ${recipes.length}, ${one.training.method}, seed ${one.seed}`;
    say(`comparison: ${label}`);
    const ids = { runId: services.newId(), datasetId: dataset.id };
    const run = await train({ recipe: one, backend }, services, ids, (line) =>
      say(`${line} (${label})`),
    );
    const log = await services.store.readLog(ids.runId);
    runs.push({ run, imagesPerSecond: trainingRate(log, one.training.pretrainEpochs) });
  }
  const trainEnd = performance.now();
  const [first] = runs;
  if (first === undefined) throw new Error('internal: a comparison without runs');
  const mapping = await map(first.run, services, say);
  const end = performance.now();
  return {
    runs,
    mapping,
    wallSeconds: {
      data: seconds(start, dataEnd),
      train: seconds(dataEnd, trainEnd),
      map: seconds(trainEnd, end),
      total: seconds(start, end),
    },
  };
}
