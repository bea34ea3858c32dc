/**
 * @file Figures of the data layer: how fast the built-in set is drawn and fed, how hard it is.
 */
import { parseArgs } from 'node:util';
import { BatchPlan, channelStatistics, fillBatch } from '../src/data/batches.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { imageBytes } from '../src/data/dataset.ts';
import { linearProbe } from '../src/data/linear-probe.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { datasetChecksum } from '../src/data/summary.ts';
import type { Rows } from './row.ts';

export interface DataBenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What was done, where the name does not say it. */
  readonly note?: string;
}

/** @returns median wall time of `runs` calls, after one to warm up, in milliseconds */
function medianMs(runs: number, work: () => void): number {
  work();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
}

/** @returns images per second through one epoch of augmented batches of 64 */
function fillRate(dataset: Dataset): number {
  const statistics = channelStatistics(dataset);
  const plan = new BatchPlan({ count: dataset.train.count, batchSize: 64, seed: 1 });
  const out = new Float32Array(plan.batchSize * imageBytes(dataset));
  const ms = medianMs(3, () => {
    for (let step = 0; step < plan.stepsPerEpoch; step++)
      fillBatch(dataset, dataset.train, plan.batch(0, step), out, {
        statistics,
        augmentation: { seed: 1, epoch: 0, flip: true, pad: 4 },
      });
  });
  return (plan.stepsPerEpoch * plan.batchSize * 1000) / ms;
}

/** Measure on the set that the quick recipe trains on. Takes about half a minute. */
export function benchData(seed = 1): DataBenchRow[] {
  const options = { seed, trainCount: 6000, testCount: 1000 };
  const drawMs = medianMs(3, () => generateProcedural({ ...options, trainCount: 5000 }));
  const dataset = generateProcedural(options);
  const probe = linearProbe(dataset, { seed: 1, epochs: 10 });
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  const checksum = datasetChecksum(dataset);
  return [
    { name: 'data.draw6000', value: round(drawMs, 0), unit: 'ms', note: '6,000 images 32×32×3' },
    {
      name: 'data.linearTestAccuracy',
      value: round(probe.testAccuracy, 3),
      unit: 'ratio',
      note: `logistic regression on pixels, 6,000 train, 1,000 test, checksum ${checksum}`,
    },
    { name: 'data.linearTrainAccuracy', value: round(probe.trainAccuracy, 3), unit: 'ratio' },
    {
      name: 'data.fill',
      value: round(fillRate(dataset), 0),
      unit: 'images/s',
      note: 'normalise, flip, pad-crop 4, batches of 64',
    },
  ];
}

/** Takes `--seed N`, 1 by default. */
export const rows: Rows = (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string', default: '1' } },
  });
  return Promise.resolve(benchData(Number(values.seed)).map((row) => ({ ...row })));
};
