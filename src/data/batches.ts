/**
 * @file From stored bytes to the numbers a network reads: order, normalisation, augmentation.
 *
 * Nothing here keeps a place in a stream. The order of an epoch follows from (seed, epoch) and the
 * augmentation of an image from (seed, epoch, its index), so that a run goes on from any
 * (epoch, step) exactly, and splitting a batch over workers changes no byte.
 */
import { SpecError } from '../util/errors.ts';
import { Rng } from '../util/rng.ts';
import type { Dataset, ImageSplit } from './dataset.ts';

export interface BatchPlanOptions {
  /** Images in the split, at least 1. */
  readonly count: number;
  /** Images in a batch, at least 1; no more than `count` are taken. */
  readonly batchSize: number;
  readonly seed: number;
  /** Leave out the images that do not fill the last batch of an epoch; default true. */
  readonly dropLast?: boolean;
  /** Default true; false keeps the stored order (evaluation). */
  readonly shuffle?: boolean;
}

/** Which images make which batch. */
export class BatchPlan {
  readonly count: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly #seed: number;
  readonly #shuffle: boolean;
  #epoch = -1;
  #order = new Uint32Array(0);

  /** @throws SpecError if a count is not a positive whole number */
  constructor(options: BatchPlanOptions) {
    const { count, batchSize, seed, dropLast = true, shuffle = true } = options;
    for (const [field, value] of [
      ['count', count],
      ['batchSize', batchSize],
    ] as const)
      if (!Number.isInteger(value) || value < 1)
        throw new SpecError(`BatchPlan: ${field} must be a whole number from 1 up, got ${value}`);
    this.count = count;
    this.batchSize = Math.min(batchSize, count);
    this.stepsPerEpoch = dropLast
      ? Math.floor(count / this.batchSize)
      : Math.ceil(count / this.batchSize);
    this.#seed = seed;
    this.#shuffle = shuffle;
  }

  /**
   * The order in which an epoch visits the images.
   *
   * @returns shape [count], a permutation; belongs to the plan until the next call, copy to keep
   */
  order(epoch: number): Uint32Array {
    if (epoch !== this.#epoch) {
      const order = new Uint32Array(this.count);
      for (let i = 0; i < this.count; i++) order[i] = i;
      if (this.#shuffle) new Rng(this.#seed).fork(`epoch ${epoch}`).shuffle(order);
      this.#order = order;
      this.#epoch = epoch;
    }
    return this.#order;
  }

  /**
   * The images of one step.
   *
   * @param epoch 0 up
   * @param step  0 up to `stepsPerEpoch` − 1
   * @returns     indices into the split, shape [batchSize] (fewer in the last when it is kept)
   */
  batch(epoch: number, step: number): Uint32Array {
    if (!Number.isInteger(step) || step < 0 || step >= this.stepsPerEpoch)
      throw new SpecError(
        `BatchPlan: step must be a whole number from 0 to ${this.stepsPerEpoch - 1}, got ${step}`,
      );
    const start = step * this.batchSize;
    return this.order(epoch).slice(start, Math.min(start + this.batchSize, this.count));
  }
}

/** Mean and standard deviation of each channel, of pixel values over 255. */
export interface ChannelStatistics {
  /** shape [channels] */
  readonly mean: Float32Array;
  /** shape [channels], never 0 */
  readonly std: Float32Array;
}

/** Deviations below this (one part in 255, squared away) count as this: a blank channel. */
const LEAST_STD = 1 / 255;

/** Measure the train split. The test split is never looked at. */
export function channelStatistics(dataset: Dataset): ChannelStatistics {
  const { channels, train } = dataset;
  const mean = new Float32Array(channels);
  const std = new Float32Array(channels);
  const histogram = new Float64Array(256);
  for (let channel = 0; channel < channels; channel++) {
    histogram.fill(0);
    for (let i = channel; i < train.images.length; i += channels) {
      const value = train.images[i] as number;
      histogram[value] = (histogram[value] as number) + 1;
    }
    const total = train.images.length / channels;
    let sum = 0;
    for (let value = 0; value < 256; value++) sum += value * (histogram[value] as number);
    const average = sum / total;
    let squares = 0;
    for (let value = 0; value < 256; value++)
      squares += (value - average) ** 2 * (histogram[value] as number);
    mean[channel] = average / 255;
    std[channel] = Math.max(Math.sqrt(squares / total) / 255, LEAST_STD);
  }
  return { mean, std };
}

/** How images are varied while training. */
export interface Augmentation {
  readonly seed: number;
  readonly epoch: number;
  /** Mirror left and right, every other image on average. */
  readonly flip: boolean;
  /** Shift by up to so many pixels each way, blank (the mean) moving in; 0 is none. */
  readonly pad: number;
}

export interface FillOptions {
  readonly statistics: ChannelStatistics;
  /** None: images as they are (evaluation). */
  readonly augmentation?: Augmentation;
}

/** What augmentation does to one image. */
export interface Variation {
  readonly flip: boolean;
  /** Columns and rows that the crop is moved by, −pad to pad. */
  readonly dx: number;
  readonly dy: number;
}

/** @returns 32 well mixed bits of (seed, epoch, index): a counter-based draw, no stream to replay */
function mix(seed: number, epoch: number, index: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ epoch, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ index, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** @returns how image `index` is varied in this epoch */
export function variationOf(augmentation: Augmentation, index: number): Variation {
  const { seed, epoch, flip, pad } = augmentation;
  const bits = mix(seed, epoch, index);
  const span = 2 * pad + 1;
  return {
    flip: flip && (bits & 1) === 1,
    dx: (((bits >>> 1) & 0x7fff) % span) - pad,
    dy: ((bits >>> 16) % span) - pad,
  };
}

/**
 * Write normalised images: ((x / 255) − mean[c]) / std[c].
 *
 * @param size    height, width and channels of the images
 * @param split   where the images are
 * @param indices which of them, shape [N]
 * @param out     shape [N, H, W, C]; may be longer, only its start is written
 */
export function fillBatch(
  size: Pick<Dataset, 'width' | 'height' | 'channels'>,
  split: ImageSplit,
  indices: Uint32Array,
  out: Float32Array,
  options: FillOptions,
): void {
  const { width, height, channels } = size;
  const bytes = width * height * channels;
  const table = normaliseTable(options.statistics);
  const { images } = split;
  const { augmentation } = options;
  const plain = augmentation === undefined || (!augmentation.flip && augmentation.pad === 0);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row] as number;
    if (plain) {
      copyPlain(images, index * bytes, out, row * bytes, bytes, channels, table);
    } else {
      const variation = variationOf(augmentation, index);
      copyVaried(images, index * bytes, out, row * bytes, size, variation, table);
    }
  }
}

/** @returns labels of the chosen images, shape [N] */
export function fillLabels(split: ImageSplit, indices: Uint32Array, out: Int32Array): void {
  for (let row = 0; row < indices.length; row++)
    out[row] = split.labels[indices[row] as number] as number;
}

/** @returns normalised value of each byte in each channel, shape [channels, 256] */
function normaliseTable(statistics: ChannelStatistics): Float32Array {
  const { mean, std } = statistics;
  const table = new Float32Array(mean.length * 256);
  for (let channel = 0; channel < mean.length; channel++)
    for (let value = 0; value < 256; value++)
      table[channel * 256 + value] =
        (value / 255 - (mean[channel] as number)) / (std[channel] as number);
  return table;
}

function copyPlain(
  images: Uint8Array,
  from: number,
  out: Float32Array,
  to: number,
  bytes: number,
  channels: number,
  table: Float32Array,
): void {
  for (let i = 0; i < bytes; i += channels)
    for (let c = 0; c < channels; c++)
      out[to + i + c] = table[c * 256 + (images[from + i + c] as number)] as number;
}

function copyVaried(
  images: Uint8Array,
  from: number,
  out: Float32Array,
  to: number,
  size: Pick<Dataset, 'width' | 'height' | 'channels'>,
  variation: Variation,
  table: Float32Array,
): void {
  const { width, height, channels } = size;
  const { flip, dx, dy } = variation;
  let at = to;
  for (let y = 0; y < height; y++) {
    const sourceY = y + dy;
    const rowInside = sourceY >= 0 && sourceY < height;
    for (let x = 0; x < width; x++) {
      const sourceX = (flip ? width - 1 - x : x) + dx;
      if (rowInside && sourceX >= 0 && sourceX < width) {
        const pixel = from + (sourceY * width + sourceX) * channels;
        for (let c = 0; c < channels; c++)
          out[at++] = table[c * 256 + (images[pixel + c] as number)] as number;
      } else {
        for (let c = 0; c < channels; c++) out[at++] = 0; // the mean, once normalised
      }
    }
  }
}
