import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../util/errors.ts';
import { BatchPlan, channelStatistics, fillBatch, fillLabels, variationOf } from './batches.ts';
import type { Dataset } from './dataset.ts';
import { generateProcedural } from './procedural.ts';

const set = generateProcedural({ seed: 3, trainCount: 60, testCount: 12 });

describe('BatchPlan', () => {
  it('visits each image at most once an epoch, all of them when the last is kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 0, max: 5 }),
        fc.boolean(),
        (count, batchSize, epoch, dropLast) => {
          const plan = new BatchPlan({ count, batchSize, seed: 9, dropLast });
          const seen = [];
          for (let step = 0; step < plan.stepsPerEpoch; step++)
            seen.push(...plan.batch(epoch, step));
          expect(new Set(seen).size).toBe(seen.length);
          for (const index of seen) expect(index).toBeLessThan(count);
          const size = Math.min(batchSize, count);
          expect(seen.length).toBe(dropLast ? count - (count % size) : count);
        },
      ),
    );
  });

  it('goes on from any (epoch, step) without replaying what was before', () => {
    const options = { count: 100, batchSize: 8, seed: 5 };
    const played = new BatchPlan(options);
    for (let epoch = 0; epoch < 3; epoch++)
      for (let step = 0; step < played.stepsPerEpoch; step++) {
        const fresh = new BatchPlan(options);
        expect(fresh.batch(epoch, step)).toEqual(played.batch(epoch, step));
      }
  });

  it('orders each epoch and each seed anew', () => {
    const order = (seed: number, epoch: number): number[] => [
      ...new BatchPlan({ count: 50, batchSize: 5, seed }).order(epoch),
    ];
    expect(order(1, 0)).not.toEqual(order(1, 1));
    expect(order(1, 0)).not.toEqual(order(2, 0));
    expect(order(1, 0)).toEqual(order(1, 0));
  });

  it('keeps the stored order when asked not to shuffle', () => {
    const plan = new BatchPlan({
      count: 5,
      batchSize: 2,
      seed: 1,
      shuffle: false,
      dropLast: false,
    });
    expect([0, 1, 2].map((step) => [...plan.batch(0, step)])).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('refuses counts and steps out of bounds', () => {
    expect(() => new BatchPlan({ count: 0, batchSize: 1, seed: 1 })).toThrow(SpecError);
    expect(() => new BatchPlan({ count: 10, batchSize: 1.5, seed: 1 })).toThrow(SpecError);
    expect(() => new BatchPlan({ count: 10, batchSize: 4, seed: 1 }).batch(0, 2)).toThrow(
      'BatchPlan: step must be a whole number from 0 to 1, got 2',
    );
  });
});

describe('channelStatistics', () => {
  it('agrees with the definition of mean and deviation', () => {
    const { mean, std } = channelStatistics(set);
    for (let channel = 0; channel < 3; channel++) {
      const values = [...set.train.images].filter((_, i) => i % 3 === channel).map((x) => x / 255);
      const average = values.reduce((sum, x) => sum + x, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / values.length;
      expect(mean[channel]).toBeCloseTo(average, 6);
      expect(std[channel]).toBeCloseTo(Math.sqrt(variance), 6);
    }
  });

  it('gives a blank channel a deviation to divide by', () => {
    const images = new Uint8Array(2 * 16).fill(7);
    const split = { count: 2, images, labels: new Uint8Array(2) };
    const blank: Dataset = { ...set, width: 4, height: 4, channels: 1, train: split, test: split };
    expect(channelStatistics(blank).std[0]).toBeGreaterThan(0);
  });
});

describe('fillBatch', () => {
  const statistics = channelStatistics(set);
  const indices = new Uint32Array([5, 0, 33]);
  const bytes = 3072;

  /** Pixel of the batch by the definition: crop of the padded, perhaps mirrored image. */
  function expected(index: number, epoch: number, pad: number, y: number, x: number, c: number) {
    const { flip, dx, dy } = variationOf({ seed: 2, epoch, flip: true, pad }, index);
    const [sy, sx] = [y + dy, (flip ? 31 - x : x) + dx];
    if (sy < 0 || sy > 31 || sx < 0 || sx > 31) return 0;
    const value = (set.train.images[index * bytes + (sy * 32 + sx) * 3 + c] ?? NaN) / 255;
    return (value - (statistics.mean[c] ?? NaN)) / (statistics.std[c] ?? NaN);
  }

  it('normalises: the whole train split has mean 0 and deviation 1', () => {
    const all = new Uint32Array(60).map((_, i) => i);
    const out = new Float32Array(60 * bytes);
    fillBatch(set, set.train, all, out, { statistics });
    for (let channel = 0; channel < 3; channel++) {
      const values = out.filter((_, i) => i % 3 === channel);
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
      expect(mean).toBeCloseTo(0, 4);
      expect(variance).toBeCloseTo(1, 3);
    }
  });

  it('mirrors and crops each pixel as its variation says', () => {
    for (const pad of [0, 4]) {
      const out = new Float32Array(indices.length * bytes);
      const augmentation = { seed: 2, epoch: 7, flip: true, pad };
      fillBatch(set, set.train, indices, out, { statistics, augmentation });
      indices.forEach((index, row) => {
        for (let y = 0; y < 32; y++)
          for (let x = 0; x < 32; x++)
            for (let c = 0; c < 3; c++)
              if (
                Math.abs(
                  (out[row * bytes + (y * 32 + x) * 3 + c] ?? NaN) -
                    expected(index, 7, pad, y, x, c),
                ) > 1e-5
              )
                throw new Error(`pixel ${y}, ${x}, ${c} of image ${index} is wrong`);
      });
    }
  });

  it('does not depend on how images are dealt into batches', () => {
    const augmentation = { seed: 2, epoch: 1, flip: true, pad: 4 };
    const whole = new Float32Array(3 * bytes);
    fillBatch(set, set.train, indices, whole, { statistics, augmentation });
    indices.forEach((index, row) => {
      const single = new Float32Array(bytes);
      fillBatch(set, set.train, new Uint32Array([index]), single, { statistics, augmentation });
      expect(single).toEqual(whole.slice(row * bytes, (row + 1) * bytes));
    });
  });

  it('draws mirrors and shifts evenly, anew each epoch', () => {
    const pad = 4;
    const shifts = new Array<number>(9).fill(0);
    let mirrored = 0;
    const n = 20_000;
    for (let i = 0; i < n; i++) {
      const { flip, dx, dy } = variationOf(
        { seed: 1, epoch: i % 20, flip: true, pad },
        Math.floor(i / 20),
      );
      if (flip) mirrored++;
      shifts[dx + pad] = (shifts[dx + pad] ?? 0) + 1;
      expect(Math.abs(dy)).toBeLessThanOrEqual(pad);
    }
    // 5 standard deviations of a binomial
    expect(Math.abs(mirrored - n / 2)).toBeLessThan(5 * Math.sqrt(n / 4));
    for (const count of shifts)
      expect(Math.abs(count - n / 9)).toBeLessThan(5 * Math.sqrt((n / 9) * (8 / 9)));
  });

  it('takes labels along', () => {
    const out = new Int32Array(3);
    fillLabels(set.train, indices, out);
    expect([...out]).toEqual([...indices].map((index) => set.train.labels[index]));
  });
});
