import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedModel } from '../../spec/models.ts';
import type { BitSeries } from '../../state/log-series.ts';
import { fakeBitMapping } from '../../testing/fake-mapping.ts';
import { axisOf, padded, spread } from './axis.ts';
import { layoutLines, valuesAt } from './lines.ts';
import { layoutScatter } from './scatter.ts';
import { layoutStacks, stacksOf } from './stacks.ts';

const SIZE = { width: 600, height: 240 };

describe('axisOf', () => {
  it('puts 1, 2 and 5 of a decade on a short log axis, whole decades on a long one', () => {
    const ticks = (high: number): string[] =>
      axisOf({ domain: [1, high], range: [0, 100], format: String, count: 6, log: true }).ticks.map(
        (t) => t.label,
      );
    expect(ticks(100)).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    expect(ticks(1e6)).toEqual(['1', '10', '100', '1000', '10000', '100000', '1000000']);
  });

  it('pads a single value to a span of its own', () => {
    const [low, high] = padded([5]);
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });
});

describe('spread', () => {
  it('keeps labels apart, in order and inside, whatever their places', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }), (at) => {
        const placed = spread(at, 13, [0, 200]);
        const order = at.map((_, i) => i).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b);
        order.slice(1).forEach((i, k) => {
          const before = placed[order[k] ?? 0] ?? 0;
          expect((placed[i] ?? 0) - before).toBeGreaterThanOrEqual(13 - 1e-9);
        });
        expect(Math.min(0, ...placed)).toBeGreaterThanOrEqual(0);
        expect(Math.max(0, ...placed)).toBeLessThanOrEqual(200);
      }),
    );
  });
});

describe('layoutLines', () => {
  const series: BitSeries[] = [
    {
      bits: 2,
      split: 'train',
      points: [
        { x: 1, y: 0.2 },
        { x: 50, y: 0.5 },
      ],
    },
    { bits: 2, split: 'test', points: [{ x: 50, y: 0.45 }] },
    {
      bits: 8,
      split: 'train',
      points: [
        { x: 1, y: 0.2 },
        { x: 50, y: 0.8 },
      ],
    },
  ];
  const layout = layoutLines(series, SIZE, { format: String, yDomain: [0, 1], xMax: 100 });

  it('keeps every mark inside the plot', () => {
    for (const mark of layout.marks)
      for (const [x, y] of [...mark.path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((m) => [
        Number(m[1]),
        Number(m[2]),
      ])) {
        expect(x).toBeGreaterThanOrEqual(layout.plot.left);
        expect(x).toBeLessThanOrEqual(layout.plot.right);
        expect(y).toBeGreaterThanOrEqual(layout.plot.top);
        expect(y).toBeLessThanOrEqual(layout.plot.bottom);
      }
  });

  it('labels each width once, where its test line ends if it has one', () => {
    expect(layout.labels.map((l) => l.bits)).toEqual([2, 8]);
    // 0.45 of the plot height above its bottom
    const { top, bottom } = layout.plot;
    expect(layout.labels[0]?.y).toBeCloseTo(bottom - 0.45 * (bottom - top), 0);
  });

  it('lets the cursor stand on every step and reads the last value before it', () => {
    expect(layout.stops).toEqual([1, 50]);
    expect(valuesAt(series, 49)).toEqual([
      { bits: 2, train: 0.2, test: null },
      { bits: 8, train: 0.2, test: null },
    ]);
    expect(valuesAt(series, 50)[0]).toEqual({ bits: 2, train: 0.5, test: 0.45 });
  });

  it('draws a long log with no more points than pixels', () => {
    const points = Array.from({ length: 20_000 }, (_, x) => ({ x, y: Math.sin(x) }));
    const { marks } = layoutLines([{ bits: 4, split: 'train', points }], SIZE, { format: String });
    expect(marks[0]?.path.split('L').length).toBeLessThanOrEqual(SIZE.width);
  });
});

describe('layoutScatter', () => {
  const points = [
    { bits: 2, cost: 1e6, accuracy: 0.6 },
    { bits: 8, cost: 4e6, accuracy: 0.86 },
    { bits: 32, cost: 5e7, accuracy: 0.87 },
  ];

  it('puts more accurate higher and dearer further right', () => {
    const { marks } = layoutScatter(points, SIZE, String);
    expect(marks.map((m) => m.x)).toEqual([...marks.map((m) => m.x)].sort((a, b) => a - b));
    expect(marks.map((m) => m.y)).toEqual([...marks.map((m) => m.y)].sort((a, b) => b - a));
  });

  it('keeps labels off each other and off the marks where marks crowd', () => {
    // equal latencies, nearly equal accuracies
    const crowd = [
      { bits: 2, cost: 1e6, accuracy: 0.55 },
      { bits: 8, cost: 1e6, accuracy: 0.861 },
      { bits: 32, cost: 1.02e6, accuracy: 0.859 },
    ];
    const { marks } = layoutScatter(crowd, SIZE, String);
    for (const a of marks)
      for (const b of marks) {
        const isClear = (x: number, y: number): boolean =>
          Math.abs(a.labelX - x) >= 32 || Math.abs(a.labelY - y) >= 14;
        expect(isClear(b.x, b.y), `label of ${a.bits} on mark ${b.bits}`).toBe(true);
        if (a !== b) expect(isClear(b.labelX, b.labelY), `labels ${a.bits}, ${b.bits}`).toBe(true);
      }
  });

  it('takes a log axis only where costs differ widely', () => {
    expect(layoutScatter(points, SIZE, String).isLog).toBe(true);
    expect(layoutScatter(points.slice(0, 2), SIZE, String).isLog).toBe(false);
  });
});

describe('layoutStacks', () => {
  const LEVELS = ['PsumSpad', 'WeightSpad', 'IfmapSpad', 'GlobalBuffer', 'DRAM'];
  const byBits = [2, 8].map((bits) => fakeBitMapping(namedModel('tiny'), bits));

  it.each(['level', 'dataspace'] as const)('parts by %s add up to the energy', (grouping) => {
    for (const [i, row] of layoutStacks(stacksOf(byBits), grouping, LEVELS).rows.entries()) {
      // the record's own total, summed over layers
      expect(row.parts.reduce((sum, p) => sum + p.energyPj, 0)).toBeCloseTo(
        byBits[i]?.total.energyPj ?? NaN,
        3,
      );
      expect(row.parts.reduce((sum, p) => sum + p.shareRatio, 0)).toBeCloseTo(1, 9);
    }
  });

  it('orders levels from DRAM inwards with the MACs last; the widest bar is full', () => {
    const { names, rows } = layoutStacks(stacksOf(byBits), 'level', LEVELS);
    expect(names).toEqual(['DRAM', 'GlobalBuffer', 'IfmapSpad', 'WeightSpad', 'PsumSpad', 'MACs']);
    // whatever the order of the record's parts
    const turned = byBits.map((m) => ({
      ...m,
      layers: m.layers.map((l) => ({ ...l, parts: l.parts.toReversed() })),
    }));
    expect(layoutStacks(stacksOf(turned), 'level', LEVELS).names).toEqual(names);
    expect(rows[1]?.parts.reduce((sum, p) => sum + p.widthRatio, 0)).toBeCloseTo(1, 9);
  });
});
