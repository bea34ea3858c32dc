import { describe, expect, it } from 'vitest';
import type { BitSeries } from './log-series.ts';
import { appendSearch, MOST_POINTS } from './search-series.ts';

function grow(values: readonly number[]): readonly BitSeries[] {
  let series: readonly BitSeries[] = [];
  values.forEach((best, i) => {
    series = appendSearch(series, { evaluations: (i + 1) * 10, networks: [{ bits: 4, best }] });
  });
  return series;
}

describe('the lines of a search', () => {
  it('hold the logarithm of the best over the mappings tried, one line a width', () => {
    const networks = [
      { bits: 2, best: 100 },
      { bits: 8, best: 1000 },
    ];
    expect(appendSearch([], { evaluations: 7, networks })).toEqual([
      { bits: 2, split: 'train', points: [{ x: 7, y: 2 }] },
      { bits: 8, split: 'train', points: [{ x: 7, y: 3 }] },
    ]);
  });

  it('keep only the ends of a level stretch', () => {
    expect(grow([100, 10, 10, 10, 10, 1])[0]?.points.map(({ x }) => x)).toEqual([10, 20, 50, 60]);
  });

  it('drop a report that came late', () => {
    const series = grow([100, 10]);
    const late = { evaluations: 15, networks: [{ bits: 4, best: 50 }] };
    expect(appendSearch(series, late)).toEqual(series);
  });

  it('stay bounded, with the first and the newest point', () => {
    const values = Array.from({ length: 5 * MOST_POINTS }, (_, i) => 1e9 / (i + 1));
    const points = grow(values)[0]?.points ?? [];
    expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(points.length).toBeGreaterThan(MOST_POINTS / 4);
    expect(points[0]?.x).toBe(10);
    expect(points.at(-1)?.x).toBe(values.length * 10);
    points.forEach((p, i) => i > 0 && expect(p.y).toBeLessThan(points[i - 1]?.y ?? 0));
  });
});
