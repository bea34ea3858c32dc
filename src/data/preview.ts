/** @file A few images of a dataset for eyes: balanced over the classes, as RGBA. */
import type { Dataset, ImageSplit } from './dataset.ts';
import { imageBytes } from './dataset.ts';

/** Images side by side in memory, with what they show. */
export interface PreviewImages {
  readonly width: number;
  readonly height: number;
  /** shape [count, height, width, 4], opaque */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Class of each image. */
  readonly labels: readonly number[];
  /** Place of each image in its split. */
  readonly indices: readonly number[];
}

/**
 * Choose images so that every class that has any is shown as often as the others, give or take
 * one: the first of each class in class order, then the second of each, and so on.
 *
 * @returns indices into the split, `count` of them or all there are
 */
export function balancedIndices(split: ImageSplit, classes: number, count: number): number[] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  const most = Math.ceil(count);
  split.labels.forEach((label, index) => {
    const members = byClass[label];
    if (members !== undefined && members.length < most) members.push(index);
  });
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++) {
    const before = chosen.length;
    for (const members of byClass) {
      const index = members[round];
      if (index !== undefined && chosen.length < count) chosen.push(index);
    }
    if (chosen.length === before) break;
  }
  return chosen;
}

/** @returns the images at `indices`, grey ones with three equal channels */
export function previewImages(
  dataset: Dataset,
  split: ImageSplit,
  indices: readonly number[],
): PreviewImages {
  const { width, height, channels } = dataset;
  const bytes = imageBytes(dataset);
  const rgba = new Uint8ClampedArray(indices.length * width * height * 4);
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  let at = 0;
  for (const index of indices) {
    const start = index * bytes;
    for (let pixel = start; pixel < start + bytes; pixel += channels) {
      rgba[at++] = split.images[pixel] as number;
      rgba[at++] = split.images[pixel + green] as number;
      rgba[at++] = split.images[pixel + blue] as number;
      rgba[at++] = 255;
    }
  }
  const labels = indices.map((index) => split.labels[index] as number);
  return { width, height, rgba, labels, indices };
}

/** @returns a balanced grid of at most `count` images of one split */
export function previewGrid(
  dataset: Dataset,
  split: 'train' | 'test',
  count: number,
): PreviewImages {
  const indices = balancedIndices(dataset[split], dataset.classNames.length, count);
  return previewImages(dataset, dataset[split], indices);
}
