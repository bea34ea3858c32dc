import { describe, expect, it } from 'vitest';
import { layoutSweep } from './sweep-lines.ts';

const size = { width: 600, height: 300 };
const at = (value: number | null, label: string, accuracy: number) => ({
  label,
  at: value,
  accuracies: [
    { bits: 2, accuracy },
    { bits: 32, accuracy: accuracy + 0.1 },
  ],
});

describe('the chart of a sweep', () => {
  it('sorts numbers, on a logarithm where they span much, a line for each width', () => {
    const layout = layoutSweep([at(1, '1', 0.5), at(0.01, '0.01', 0.4), at(0.1, '0.1', 0.6)], size);
    expect(layout.isLog).toBe(true);
    expect(layout.x.ticks.map(({ label }) => label)).toEqual(['0.01', '0.1', '1']);
    expect(layout.lines.map(({ bits }) => bits)).toEqual([2, 32]);
    const [low] = layout.lines;
    const xs = low?.dots.map(({ x }) => x) ?? [];
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    const [first = 0, middle = 0, last = 0] = xs;
    expect(middle - first).toBeCloseTo(last - middle, 6);
    const [y0 = 0, y1 = 0] = low?.dots.map(({ y }) => y) ?? [];
    expect(y1).toBeLessThan(y0); // more accurate is higher
  });

  it('keeps names in their turn, and 0 off a logarithm', () => {
    const names = layoutSweep([at(null, 'sp', 0.5), at(null, 'cdt', 0.4)], size);
    expect(names.x.ticks.map(({ label }) => label)).toEqual(['sp', 'cdt']);
    expect(layoutSweep([at(0, '0', 0.5), at(10, '10', 0.4)], size).isLog).toBe(false);
  });

  it('leaves out words that would cover one another, never dots', () => {
    const many = Array.from({ length: 30 }, (_, i) => at(null, `a long name ${i}`, 0.5));
    const layout = layoutSweep(many, size);
    expect(layout.x.ticks.length).toBeLessThan(10);
    expect(layout.lines[0]?.dots).toHaveLength(30);
  });
});
