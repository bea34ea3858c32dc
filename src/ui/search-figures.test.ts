import { describe, expect, it } from 'vitest';
import { flopsTable, networkCost } from '../search/cost-table.ts';
import { modelTotals } from '../spec/model.ts';
import { networkOf } from '../spec/search-space.ts';
import { madeUpTable, TINY_SPACE } from '../testing/search-problems.ts';
import { layoutHistory } from './charts/history.ts';
import { layoutResults } from './charts/results.ts';
import { choiceSentence, choiceWords, shade, shadeInk } from './search-figures.ts';
import { networkRows } from './search-network.ts';

describe('choices in words', () => {
  it('are short in a column and whole in a sentence', () => {
    expect(choiceWords('k5_e1_g2')).toEqual(['5×5', '×1', 'g2']);
    expect(choiceWords('skip')).toEqual(['skip']);
    expect(choiceSentence('k3_e6')).toBe('kernel 3, expansion 6');
    expect(choiceSentence('k3_e1_g2')).toBe('kernel 3, expansion 1, two groups');
  });
});

describe('shades', () => {
  it('grow with the probability, from nothing to full', () => {
    const values = [0, 0.05, 1 / 9, 0.25, 0.5, 1].map(shade);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect([values[0], values.at(-1), shade(NaN), shade(2)]).toEqual([0, 1, 0, 1]);
  });

  /** OKLab greys: linear luminance is the cube of lightness; WCAG contrast with black or white. */
  it.each([
    ['light', 0.955, 0.2, 0],
    ['dark', 0.25, 0.955, 1],
  ] as const)('have ink of 4.5:1 in the %s theme', (_theme, inset, ink, at) => {
    for (let level = 0; level <= 1; level += 0.01) {
      const luminance = (inset + (ink - inset) * level) ** 3;
      const chosen = /light-dark\((#\w+), (#\w+)\)/.exec(shadeInk(level))?.[at + 1];
      const text = chosen === '#000' ? 0 : 1;
      const [high, low] = [Math.max(luminance, text), Math.min(luminance, text)];
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('the rows of a network', () => {
  const picks = [0, 2, 1];

  it('have the MACs that the network has', () => {
    const rows = networkRows(TINY_SPACE, picks, flopsTable(TINY_SPACE), {
      metric: 'flops',
      bits: 4,
    });
    // the oracle walks the derived network, without any table
    const { macs } = modelTotals(networkOf(TINY_SPACE, picks));
    expect(rows.reduce((sum, row) => sum + row.macs, 0)).toBe(macs);
    expect(rows.map(({ name }) => name)).toEqual([
      'Stem',
      'Block 1',
      'Block 2',
      'Block 3',
      'Head',
      'Classifier',
    ]);
    expect(rows.map(({ channels }) => channels)).toEqual([8, 8, 12, 16, 20, 4]);
    expect(rows.map(({ bits }) => bits)).toEqual([32, 4, 4, 4, 32, 32]);
    expect(Math.max(...rows.map(({ costRatio }) => costRatio))).toBe(1);
  });

  it('have energies that add up with those of stem, head and classifier', () => {
    const table = madeUpTable();
    const rows = networkRows(TINY_SPACE, picks, table, { metric: 'energy', bits: 4 });
    const sum = rows.reduce((total, { energyPj }) => total + (energyPj ?? 0), 0);
    expect(sum + (table.fixed.energyPj ?? 0)).toBeCloseTo(networkCost(table, picks, 'energy'));
  });
});

describe('charts of a search', () => {
  const size = { width: 400, height: 200 };
  const format = String;

  it('keep the band and the line inside the plot', () => {
    const points = [
      { x: 0, y: 3e6 },
      { x: 50, y: 2e6 },
    ];
    const band = { low: 2.4e6, high: 2.6e6, target: 2.5e6 };
    const layout = layoutHistory(points, [], size, { format, xMax: 100, band });
    const { top, bottom, left } = layout.plot;
    expect(layout.band?.top).toBeLessThan(layout.band?.target ?? NaN);
    expect(layout.band?.target).toBeLessThan(layout.band?.bottom ?? NaN);
    expect(layout.band?.top).toBeGreaterThanOrEqual(top);
    expect(layout.end?.x).toBeCloseTo((left + layout.plot.right) / 2, 0);
    expect(layout.end?.y).toBeLessThanOrEqual(bottom);
    expect(layoutHistory([], [], size, { format, xMax: 1 }).end).toBeNull();
  });

  it('place every network and width, the more accurate the higher', () => {
    const points = [
      { bits: 2, cost: 10, accuracy: 0.5 },
      { bits: 32, cost: 100, accuracy: 0.8 },
    ];
    const series = [
      { id: 'a', shape: 0, points },
      { id: 'b', shape: 1, points: points.slice(0, 1) },
    ];
    const { marks, lines, isLog } = layoutResults(series, size, format);
    expect(marks.map(({ id, bits }) => `${id}${bits}`)).toEqual(['a2', 'a32', 'b2']);
    expect(marks[1]?.y).toBeLessThan(marks[0]?.y ?? NaN);
    expect(marks[1]?.x).toBeGreaterThan(marks[0]?.x ?? NaN);
    expect(marks[0]?.path).not.toBe(marks[2]?.path);
    expect(lines).toHaveLength(2);
    expect(isLog).toBe(true);
  });
});
