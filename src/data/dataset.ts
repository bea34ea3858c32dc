/**
 * @file What every part of the lab calls a dataset: labelled 8-bit images of one size in two splits.
 *
 * Plain data: it crosses worker boundaries, lies in IndexedDB and is never changed once made.
 */
import { SpecError } from '../util/errors.ts';

/** Labelled images of one split. */
export interface ImageSplit {
  readonly count: number;
  /** shape [count, height, width, channels], 0 to 255 */
  readonly images: Uint8Array;
  /** shape [count], index into `classNames` */
  readonly labels: Uint8Array;
}

/** A train and a test split of images of one size. */
export interface Dataset {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (red, green, blue) */
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
  /** Where the images came from, in one sentence. */
  readonly source: string;
}

/**
 * Told after each piece of work; whoever shows it limits how often.
 *
 * @param done  work done so far, in the unit of `total`
 * @param total all the work of this stage, at least `done`
 * @param stage what is being done, in a word or two
 */
export type DataProgress = (done: number, total: number, stage: string) => void;

/** @returns how many bytes one image takes */
export function imageBytes(dataset: Pick<Dataset, 'width' | 'height' | 'channels'>): number {
  return dataset.width * dataset.height * dataset.channels;
}

const MAX_SIDE = 256;
const MAX_CLASSES = 256;

/**
 * Refuse a dataset that does not hold together, wherever it comes from (a reader, the store).
 *
 * @throws SpecError naming the first fault
 */
export function requireDataset(dataset: Dataset): void {
  const { width, height, channels, classNames } = dataset;
  const fail = (what: string, expected: string, got: unknown): never => {
    throw new SpecError(`dataset: ${what} must be ${expected}, got ${String(got)}`);
  };
  for (const [field, side] of [
    ['width', width],
    ['height', height],
  ] as const)
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE)
      fail(field, `a whole number from 1 to ${MAX_SIDE}`, side);
  if (channels !== 1 && channels !== 3) fail('channels', '1 or 3', channels);
  if (classNames.length < 2 || classNames.length > MAX_CLASSES)
    fail('classNames', `2 to ${MAX_CLASSES} names`, classNames.length);
  for (const name of ['train', 'test'] as const) {
    const { count, images, labels } = dataset[name];
    if (!Number.isInteger(count) || count < 1) fail(`${name}.count`, 'at least 1', count);
    if (images.length !== count * imageBytes(dataset))
      fail(`${name}.images`, `${count * imageBytes(dataset)} bytes`, images.length);
    if (labels.length !== count) fail(`${name}.labels`, `${count} bytes`, labels.length);
    const odd = labels.find((label) => label >= classNames.length);
    if (odd !== undefined) fail(`${name}.labels`, `below ${classNames.length}`, odd);
  }
}
