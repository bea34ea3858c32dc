import { beforeAll, describe, expect, it } from 'vitest';
import { crc32 } from './checksum.ts';
import type { Dataset } from './dataset.ts';
import { imageBytes, requireDataset } from './dataset.ts';
import { linearProbe } from './linear-probe.ts';
import { generateProcedural } from './procedural.ts';
import { classCounts, datasetChecksum } from './summary.ts';

const small = { seed: 1, trainCount: 203, testCount: 50 };

/** One number for each image. */
function imageHashes(dataset: Dataset): number[] {
  const bytes = imageBytes(dataset);
  return [dataset.train, dataset.test].flatMap(({ count, images }) =>
    Array.from({ length: count }, (_, i) => crc32(images.subarray(i * bytes, (i + 1) * bytes))),
  );
}

describe('generateProcedural', () => {
  let set: Dataset;
  beforeAll(() => {
    set = generateProcedural({ seed: 1, trainCount: 2000, testCount: 500 });
  });

  it('draws the same bytes from the same seed, on any day', () => {
    // Golden: changes only when the drawing does; then docs/data.md is measured anew.
    const golden = { seed: 1, trainCount: 200, testCount: 50 };
    expect(datasetChecksum(generateProcedural(golden))).toBe('b9ca887c');
    expect(datasetChecksum(generateProcedural({ ...golden, seed: 2 }))).toBe('c5ec42df');
  });

  it('gives images of the asked size that hold together', () => {
    for (const options of [small, { ...small, width: 48, height: 24, classCount: 4 }]) {
      const made = generateProcedural(options);
      requireDataset(made);
      expect(made.train.count).toBe(203);
      expect(made.test.count).toBe(50);
      expect(made.classNames).toHaveLength(options === small ? 10 : 4);
    }
  });

  it('balances the classes to within one and shuffles them', () => {
    const made = generateProcedural(small);
    const counts = classCounts(made.train, 10);
    expect(Math.max(...counts) - Math.min(...counts)).toBe(1); // 203 over 10
    const runs = made.train.labels.filter(
      (label, i) => i > 0 && label === made.train.labels[i - 1],
    );
    // A shuffled list repeats the label before with chance 0.1: 20 of 202, deviation 4.3
    expect(runs.length).toBeGreaterThan(4);
    expect(runs.length).toBeLessThan(42);
  });

  it('never draws an image twice, in a split or across them', () => {
    const hashes = imageHashes(set);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('draws the same first pictures however many are asked for', () => {
    const few = generateProcedural({ seed: 4, trainCount: 2, testCount: 10, classCount: 2 });
    const one = generateProcedural({ seed: 4, trainCount: 2, testCount: 90, classCount: 2 });
    expect(few.train.images).toEqual(one.train.images);
  });

  it('reports progress up to its total', () => {
    const reports: [number, number][] = [];
    generateProcedural({ ...small, trainCount: 300 }, (done, total) => reports.push([done, total]));
    expect(reports).toEqual([
      [250, 350],
      [350, 350],
    ]);
  });

  it('refuses what is out of bounds and names it', () => {
    for (const [field, value] of [
      ['seed', -1],
      ['trainCount', 0],
      ['testCount', 1e9],
      ['width', 8],
      ['height', 32.5],
      ['classCount', 11],
    ] as const)
      expect(() => generateProcedural({ ...small, [field]: value })).toThrow(
        new RegExp(`^generateProcedural: ${field} must be .*, got ${value}$`),
      );
  });

  it('is not for linear models: below 45 % on pixels', () => {
    const { testAccuracy, trainAccuracy } = linearProbe(set, { seed: 1, epochs: 6 });
    expect(testAccuracy).toBeLessThan(0.45);
    expect(trainAccuracy).toBeGreaterThan(0.2); // the probe learns: chance is 0.1
  });

  it('is not told by colour: nearest mean colour is near chance', () => {
    const means = (split: Dataset['train']): number[][] =>
      Array.from({ length: split.count }, (_, i) => {
        const image = split.images.subarray(i * 3072, (i + 1) * 3072);
        const sums = [0, 0, 0];
        image.forEach((value, at) => (sums[at % 3] = (sums[at % 3] ?? 0) + value / 1024));
        return sums;
      });
    const centres = Array.from({ length: 10 }, () => [0, 0, 0]);
    const counts = classCounts(set.train, 10);
    means(set.train).forEach((mean, i) => {
      const label = set.train.labels[i] ?? 0;
      mean.forEach((value, c) => {
        const centre = centres[label];
        if (centre) centre[c] = (centre[c] ?? 0) + value / (counts[label] ?? 1);
      });
    });
    let right = 0;
    means(set.test).forEach((mean, i) => {
      const far = centres.map((centre) =>
        mean.reduce((sum, value, c) => sum + (value - (centre[c] ?? 0)) ** 2, 0),
      );
      if (far.indexOf(Math.min(...far)) === set.test.labels[i]) right++;
    });
    expect(right / set.test.count).toBeLessThan(0.25);
  });
});

describe('linearProbe', () => {
  it('solves what is linear', () => {
    // Brightness alone tells the two classes apart.
    const count = 200;
    const labels = new Uint8Array(count).map((_, i) => i % 2);
    const images = new Uint8Array(count * 16).map((_, i) => 60 + 100 * (Math.floor(i / 16) % 2));
    const split = { count, images, labels };
    const dataset = { width: 4, height: 4, channels: 1, classNames: ['dark', 'light'] };
    const result = linearProbe(
      { ...dataset, train: split, test: split, name: '', source: '' },
      { seed: 1, epochs: 5 },
    );
    expect(result).toEqual({ trainAccuracy: 1, testAccuracy: 1 });
  });
});
