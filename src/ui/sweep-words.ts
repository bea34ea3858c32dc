/** @file What a sweep is called and what it will take, in words. */
import type { SweepRecord, SweepSetting } from '../spec/sweep.ts';
import type { SweepEstimate } from '../state/sweep-estimate.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';

export const SWEEP_TITLES: Readonly<Record<SweepSetting, string>> = {
  beta: 'Distillation β',
  learningRate: 'Learning rate',
  epochs: 'Epochs',
  batchSize: 'Batch, images',
  weightDecay: 'Weight decay',
  seed: 'Seed',
  method: 'Method',
  model: 'Network',
  bitWidths: 'Set of bit-widths',
};

/** Before the start: how long, by which measure, and how much of the disk. */
export function estimateSentence(estimate: SweepEstimate, isMapped: boolean): string {
  const { runs, seconds, measured, bytes } = estimate;
  const count = runs === 1 ? '1 run' : `${runs} runs`;
  const room = `up to ${formatBytes(bytes)} of storage`;
  const more = isMapped ? ', tests and mapping on top' : ', tests on top';
  if (seconds === null || measured === null)
    return `${count}, ${room}. How long they take is not known: nothing has been trained here yet.`;
  const pace = `${formatCount(measured.imagesPerSecond)} images/s`;
  return `${count}, about ${formatDuration(seconds)} of training${more}, ${room}; from the ${pace} of “${measured.name}”, by multiply-accumulates.`;
}

/** e.g. "Distillation β, 2 of 5 done". */
export function sweepTitle({ setting, items }: SweepRecord): string {
  const done = items.filter((item) => item.done).length;
  return `${SWEEP_TITLES[setting]}, ${done} of ${items.length} done`;
}
