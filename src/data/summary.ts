/** @file What a record keeps of a dataset: its sizes, class counts and the number that tells it apart. */
import type { DatasetInfo } from '../spec/run.ts';
import { crc32 } from './checksum.ts';
import type { Dataset, ImageSplit } from './dataset.ts';

/**
 * Checksum of all that a network sees of a dataset: sizes, classes, images and labels of both
 * splits. Its name and source may change without changing it.
 *
 * @returns eight hexadecimal digits
 */
export function datasetChecksum(dataset: Dataset): string {
  const { width, height, channels, classNames, train, test } = dataset;
  const head = JSON.stringify([width, height, channels, classNames, train.count, test.count]);
  let crc = crc32(new TextEncoder().encode(head));
  for (const split of [train, test]) {
    crc = crc32(split.images, crc);
    crc = crc32(split.labels, crc);
  }
  return crc.toString(16).padStart(8, '0');
}

/** @returns images of each class, shape [classes] */
export function classCounts(split: ImageSplit, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of split.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** @returns all that a record says of a dataset, but for its identity in the store */
export function summarize(dataset: Dataset): Omit<DatasetInfo, 'id' | 'createdAt'> {
  const { name, source, width, height, channels, classNames, train, test } = dataset;
  return {
    name,
    source,
    width,
    height,
    channels,
    classNames,
    train: train.count,
    test: test.count,
    trainCounts: classCounts(train, classNames.length),
    testCounts: classCounts(test, classNames.length),
    checksum: datasetChecksum(dataset),
    bytes: train.images.length + train.labels.length + test.images.length + test.labels.length,
  };
}
