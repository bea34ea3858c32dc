/** @file Splits from files that have only one: the last sixth becomes the test split. */
import type { ImageSplit } from '../dataset.ts';
import { counted, refuse } from './file.ts';

const TEST_SHARE = 1 / 6;

/**
 * Cut one split in two, in the stored order.
 *
 * @param imageBytes bytes of one image
 * @throws SpecError if there are fewer than two images
 */
export function holdOut(
  whole: ImageSplit,
  imageBytes: number,
  name: string,
): { train: ImageSplit; test: ImageSplit } {
  if (whole.count < 2)
    refuse(
      name,
      'at least two images, one to train and one to test on',
      counted(whole.count, 'image'),
    );
  const testCount = Math.max(1, Math.floor(whole.count * TEST_SHARE));
  const trainCount = whole.count - testCount;
  return {
    train: {
      count: trainCount,
      images: whole.images.slice(0, trainCount * imageBytes),
      labels: whole.labels.slice(0, trainCount),
    },
    test: {
      count: testCount,
      images: whole.images.slice(trainCount * imageBytes),
      labels: whole.labels.slice(trainCount),
    },
  };
}
