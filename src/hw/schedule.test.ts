import { describe, expect, it } from 'vitest';
import { smallCase } from '../testing/small-cases.ts';
import { assertAccelerator } from './accelerator.ts';
import { readCase } from './case.ts';
import type { Cost } from './cost.ts';
import { evaluate } from './evaluate.ts';
import { eyeriss } from './presets/eyeriss.ts';
import { evaluateNetwork, splitAccelerator } from './schedule.ts';
import type { CostedLayer } from './schedule.ts';

function costed(count: number, cost: Partial<Cost>): CostedLayer {
  const { shape, bits, accelerator, mapping } = readCase(
    smallCase({ dims: { P: 5 }, inner: [['P', 5]], outer: [] }),
    'case',
  );
  const real = evaluate(shape, bits, accelerator, mapping);
  if (!real.ok) throw new Error('infeasible');
  return { layer: { name: 'layer', shape, count }, cost: { ...real, ...cost } };
}

const a = costed(2, { macs: 800, energyPj: 10, latencyCycles: 100, utilizationRatio: 0.5 });
const b = costed(1, { macs: 600, energyPj: 30, latencyCycles: 50, utilizationRatio: 0.75 });
const clocked = { ...eyeriss, clockMHz: 1 };

describe('evaluateNetwork', () => {
  it('runs layers one after another: energies and cycles add up', () => {
    const cost = evaluateNetwork([{ accelerator: clocked, layers: [a, b] }]);
    expect(cost).toMatchObject({
      schedule: 'multi-cycle',
      macs: 2 * 800 + 600,
      energyPj: 2 * 10 + 30,
      intervalCycles: 250,
      latencyCycles: 250,
      edpPjCycles: 50 * 250,
      framesPerSecond: 1e6 / 250,
      utilizationRatio: 2200 / (250 * 16), // 16 products a cycle: 800 / (100 · 0.5)
    });
    expect(cost.gops).toBeCloseTo((2 * 2200 * 4000) / 1e9, 12);
  });

  it('runs chunks at the pace of the slowest', () => {
    const cost = evaluateNetwork([
      { accelerator: clocked, layers: [a] },
      { accelerator: clocked, layers: [b] },
    ]);
    expect(cost).toMatchObject({
      schedule: 'pipeline',
      energyPj: 50,
      intervalCycles: 200,
      latencyCycles: 400,
      edpPjCycles: 50 * 200,
      slowest: 0,
      utilizationRatio: 2200 / (200 * 32),
    });
  });

  it('counts a batch per image', () => {
    const one = evaluateNetwork([{ accelerator: eyeriss, layers: [a] }]);
    const four = evaluateNetwork([{ accelerator: eyeriss, layers: [a] }], 4);
    expect(four.energyPj).toBe(one.energyPj / 4);
    expect(four.intervalCycles).toBe(one.intervalCycles / 4);
    expect(() => evaluateNetwork([])).toThrow('expected a chunk');
    expect(() => evaluateNetwork([{ accelerator: eyeriss, layers: [] }])).toThrow('chunk 0');
  });
});

describe('splitAccelerator', () => {
  it('gives each part its columns and the same share of what all columns share', () => {
    const parts = splitAccelerator(eyeriss, [4, 10]);
    for (const part of parts) assertAccelerator(part);
    expect(parts.map(({ mac }) => [mac.instances, mac.meshX])).toEqual([
      [48, 4],
      [120, 10],
    ]);
    const buffer = eyeriss.levels[3];
    const shares = parts.map(({ levels }) => levels[3]);
    expect(shares[0]?.capacityBits).toBe(Math.floor(((buffer?.capacityBits ?? 0) * 4) / 14));
    const total = (shares[0]?.readBitsPerCycle ?? 0) + (shares[1]?.readBitsPerCycle ?? 0);
    expect(total).toBeCloseTo(buffer?.readBitsPerCycle ?? 0, 9);
    // a PE's own scratchpads are not shared
    expect(parts[0]?.levels[1]).toMatchObject({ capacityBits: 224 * 16, instances: 48 });
  });

  it('refuses more columns than there are', () => {
    expect(() => splitAccelerator(eyeriss, [10, 5])).toThrow('at most 14 columns, got 15');
    expect(() => splitAccelerator(eyeriss, [0, 5])).toThrow('columns[0]');
  });
});
