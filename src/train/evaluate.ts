/** @file Accuracy and predictions of a network at a bit-width, with its running averages. */
import { tensor4d } from '@tensorflow/tfjs-core';
import { fillBatch } from '../data/batches.ts';
import type { ChannelStatistics } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Network } from '../nn/network.ts';
import { breathe } from './breathe.ts';

/** Images at once: small enough for the activations of any of our networks. */
export const EVALUATION_BATCH = 125;

export interface Evaluation {
  readonly bits: number;
  readonly images: number;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly crossEntropy: number;
  /** confusion[label][predicted], counts. */
  readonly confusion: number[][];
}

/**
 * Logits of test images.
 * @param indices into the test split, shape [N]
 * @returns       [N, classes], row by row
 */
export async function logitsOf(
  network: Network,
  bits: number,
  dataset: Dataset,
  statistics: ChannelStatistics,
  indices: Uint32Array,
): Promise<Float32Array> {
  const { width, height, channels } = dataset;
  const images = new Float32Array(indices.length * height * width * channels);
  fillBatch(dataset, dataset.test, indices, images, { statistics });
  const x = tensor4d(images, [indices.length, height, width, channels], 'float32');
  const logits = network.infer(x, bits);
  x.dispose();
  const values = (await logits.data<'float32'>()).slice();
  logits.dispose();
  return values;
}

/** Softmax of one row of logits. */
export function softmax(logits: ArrayLike<number>): number[] {
  const row = Array.from(logits);
  const highest = Math.max(...row);
  const powers = row.map((z) => Math.exp(z - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** @param limit at most this many test images, from the first */
export async function evaluate(
  network: Network,
  bits: number,
  dataset: Dataset,
  statistics: ChannelStatistics,
  limit = Infinity,
): Promise<Evaluation> {
  const count = Math.min(dataset.test.count, limit);
  const classes = dataset.classNames.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let right = 0;
  let crossEntropy = 0;
  for (let start = 0; start < count; start += EVALUATION_BATCH) {
    const size = Math.min(EVALUATION_BATCH, count - start);
    const indices = Uint32Array.from({ length: size }, (_, i) => start + i);
    await breathe(); // on `simd` nothing else would let a message in
    const logits = await logitsOf(network, bits, dataset, statistics, indices);
    for (let i = 0; i < size; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      const label = dataset.test.labels[start + i] ?? 0;
      const predicted = row.indexOf(Math.max(...row));
      const counts = confusion[label];
      if (counts !== undefined) counts[predicted] = (counts[predicted] ?? 0) + 1;
      if (predicted === label) right++;
      crossEntropy -= Math.log(Math.max(softmax(row)[label] ?? 0, 1e-30));
    }
  }
  return {
    bits,
    images: count,
    accuracy: right / count,
    crossEntropy: crossEntropy / count,
    confusion,
  };
}
