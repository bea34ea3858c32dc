import { describe, expect, it } from 'vitest';
import { balancedIndices, previewGrid } from './preview.ts';
import { generateProcedural } from './procedural.ts';
import { classCounts } from './summary.ts';

const set = generateProcedural({ seed: 1, trainCount: 100, testCount: 20 });

describe('preview', () => {
  it('shows every class as often as the others, give or take one', () => {
    for (const count of [10, 24, 57]) {
      const { labels } = previewGrid(set, 'train', count);
      expect(labels).toHaveLength(count);
      const counts = classCounts({ ...set.train, labels: Uint8Array.from(labels) }, 10);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('shows all there are when more are asked for, none twice', () => {
    const indices = balancedIndices(set.test, 10, 1000);
    expect([...indices].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('keeps the bytes, adds opacity', () => {
    const { rgba, indices, width, height } = previewGrid(set, 'test', 3);
    expect(rgba).toHaveLength(3 * width * height * 4);
    const index = indices[2] ?? NaN;
    const pixel = 17;
    const from = set.test.images.subarray(index * 3072 + pixel * 3);
    const at = (2 * 1024 + pixel) * 4;
    expect([...rgba.subarray(at, at + 4)]).toEqual([from[0], from[1], from[2], 255]);
  });

  it('shows a grey image in three equal channels', () => {
    const split = { count: 1, images: new Uint8Array([9, 8, 7, 6]), labels: new Uint8Array(1) };
    const grey = { ...set, width: 2, height: 2, channels: 1, train: split, test: split };
    expect([...previewGrid(grey, 'train', 1).rgba.subarray(4, 8)]).toEqual([8, 8, 8, 255]);
  });
});
