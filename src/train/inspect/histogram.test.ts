import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extremesOf, gridLevels, histogramOf, levelCountsOf } from './histogram.ts';

const values = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), {
  minLength: 1,
  maxLength: 200,
});
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

it('puts every value into the one bin that holds it', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 80 }), (list, bins) => {
      const { edges, counts } = histogramOf(list, bins, extremesOf(list));
      expect(edges).toHaveLength(bins + 1);
      expect(sum(counts)).toBe(list.length);
      if (edges[0] === edges[bins]) return; // one value: nothing to tell bins apart by
      // counted from the definition, edge by edge
      const naive = counts.map(
        (_, i) =>
          list.filter(
            (v) =>
              v >= (edges[i] ?? NaN) &&
              (i === bins - 1 ? v <= (edges[bins] ?? NaN) : v < (edges[i + 1] ?? NaN)),
          ).length,
      );
      expect(counts).toEqual(naive);
    }),
  );
});

it('counts rounded values on the points of their grid, wherever it lies', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 100 }),
      fc.double({ noNaN: true, min: -100, max: 100 }),
      fc.double({ noNaN: true, min: 0.01, max: 100 }),
      (codes, low, span) => {
        const levels = gridLevels([low, low + span], 15);
        const rounded = Float32Array.from(codes, (code) => levels[code] ?? NaN);
        // float32 of a grid far from 0 may lose its steps: not what is tested
        fc.pre(span / 15 > Math.abs(low) * 1e-5);
        const counts = levelCountsOf(rounded, [low, low + span], 15);
        expect(counts).toEqual(levels.map((_, i) => codes.filter((code) => code === i).length));
      },
    ),
  );
});

it('holds a list of one value', () => {
  expect(histogramOf([3, 3], 4, [3, 3]).counts).toEqual([2, 0, 0, 0]);
  expect(levelCountsOf([3, 3], [3, 3], 3)).toEqual([2, 0, 0, 0]);
});
