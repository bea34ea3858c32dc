import { describe, expect, it } from 'vitest';
import type { WeightHistogram } from '../../spec/inspect.ts';
import { layoutHistogram } from './histogram.ts';
import { layoutLesson } from './lesson.ts';
import { layoutTeaching, taughtTerms } from './teaching.ts';

const SIZE = { width: 400, height: 200 };
const TERMS = [
  { student: 2, teacher: 4, term: 1 },
  { student: 2, teacher: 8, term: 4 },
  { student: 4, teacher: 8, term: 0 },
];

describe('who teaches whom', () => {
  it('is every higher width in a cascade, the highest in SP, nobody without distillation', () => {
    expect(taughtTerms('cdt', TERMS)).toEqual(TERMS);
    expect(taughtTerms('sp', TERMS).map(({ student, teacher }) => [student, teacher])).toEqual([
      [2, 8],
      [4, 8],
    ]);
    expect(taughtTerms('adabits', TERMS)).toEqual([]);
  });

  it('draws each arc inside the picture, thicker for a larger term', () => {
    const { nodes, arcs } = layoutTeaching([2, 4, 8], TERMS, SIZE);
    expect(nodes.map(({ x }) => x)).toEqual([34, 200, 366]);
    expect(arcs.map(({ stroke }) => stroke)).toEqual([3, 5, 1]);
    for (const { path } of arcs) {
      const [x0 = 0, y0 = 0, , y1 = 0, , , x3 = 0, y3 = 0] = (path.match(/-?[\d.]+/g) ?? []).map(
        Number,
      );
      expect(x0, 'from the right').toBeGreaterThan(x3);
      // top of a cubic whose handles share a height: at t = 1/2
      expect((y0 + 6 * y1 + y3) / 8).toBeGreaterThan(0);
    }
  });
});

describe('a histogram on its grid', () => {
  const histogram: WeightHistogram = {
    bits: 2,
    gridBits: 2,
    trained: { edges: [-1, 0, 1], counts: [2, 6] },
    levels: [-1, 0, 1],
    levelCounts: [0, 4, 4],
    sqnrDb: 10,
  };

  it('has bars in proportion, and a stem on every grid point', () => {
    const { bars, heads, base } = layoutHistogram(histogram, SIZE);
    expect((bars[1]?.height ?? 0) / (bars[0]?.height ?? 1)).toBeCloseTo(3, 1);
    for (const { y, height } of bars) expect(y + height).toBeCloseTo(base, 0);
    expect(heads.map(({ x }) => x)).toEqual([5, 200, 395]);
    expect(heads[0]?.y, 'nothing lies there, and it is seen').toBeLessThan(base);
    expect(heads[1]?.y).toBe(heads[2]?.y);
  });

  it('is drawn of one value', () => {
    const one = { ...histogram, trained: { edges: [3, 3, 3], counts: [5, 0] }, levels: [] };
    const { bars, ticks } = layoutHistogram(one, SIZE);
    expect(bars.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    expect(ticks.map(({ label }) => label)).toEqual(['3']);
  });
});

it('puts widths of the lesson as far apart as their logarithms, and leaves out what is not known', () => {
  const { x, lines } = layoutLesson(
    [
      { bits: 2, rounded: 0.1, trained: 0.5, alone: null },
      { bits: 4, rounded: 0.3, trained: 0.6, alone: null },
      { bits: 32, rounded: 0.7, trained: 0.65, alone: null },
    ],
    SIZE,
    String,
  );
  expect(lines.map(({ id }) => id)).toEqual(['trained', 'rounded']);
  const [a = 0, b = 0, c = 0] = x.ticks.map(({ at }) => at);
  expect((c - b) / (b - a)).toBeCloseTo(3, 9); // log2: 1 → 2 → 5
  const [trained, rounded] = lines;
  expect(trained?.dots[0]?.y).toBeLessThan(rounded?.dots[0]?.y ?? 0);
  expect(trained?.dots[2]?.y).toBeGreaterThan(rounded?.dots[2]?.y ?? Infinity);
});
