import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../hw/mapping.ts';
import { factorProduct } from '../../hw/mapping.ts';
import { convShape } from '../../hw/workload.ts';
import { factorOf, spreadOut, withFactor, withKeep, withMovedLoop } from './mapping-edit.ts';

const shape = convShape({ K: 4, C: 1, P: 8, Q: 1, R: 3, S: 1 });
const mapping: Mapping = {
  levels: [
    { keep: ['Weights'], temporal: [['R', 3]], spatialX: [['K', 4]], spatialY: [] },
    {
      keep: ['Weights', 'Inputs', 'Outputs'],
      temporal: [['P', 8]],
      spatialX: [],
      spatialY: [],
    },
  ],
};

describe('changes of a mapping', () => {
  it('spread out show every loop of the layer and mean the same', () => {
    const all = spreadOut(mapping, shape);
    expect(all.levels.map(({ temporal }) => temporal.map(([dim]) => dim))).toEqual([
      ['R', 'K', 'P'],
      ['P', 'K', 'R'],
    ]);
    for (const dim of ['K', 'P', 'R'] as const)
      expect(factorProduct(all, dim)).toBe(factorProduct(mapping, dim));
  });

  it('set one factor and leave the rest and the original alone', () => {
    const before = structuredClone(mapping);
    const next = withFactor(mapping, 0, 'spatialY', 'P', 2);
    expect(next.levels[0]?.spatialY).toEqual([['P', 2]]);
    expect(withFactor(next, 0, 'spatialY', 'P', NaN).levels[0]?.spatialY).toEqual([['P', 1]]);
    expect(next.levels.map((level) => factorOf(level, 'spatialX', 'K'))).toEqual([4, 1]);
    expect(mapping).toEqual(before);
  });

  it('move a loop by one place, and not past the ends', () => {
    const all = spreadOut(mapping, shape);
    const order = (m: Mapping): string[] => m.levels[0]?.temporal.map(([dim]) => dim) ?? [];
    expect(order(withMovedLoop(all, 0, 'R', 1))).toEqual(['K', 'R', 'P']);
    expect(order(withMovedLoop(all, 0, 'R', -1))).toEqual(['R', 'K', 'P']);
    expect(order(withMovedLoop(all, 0, 'P', 1))).toEqual(['R', 'K', 'P']);
  });

  it('keep a dataspace or let it pass by', () => {
    const kept = withKeep(mapping, 0, 'Outputs');
    expect(kept.levels[0]?.keep).toEqual(['Weights', 'Outputs']);
    expect(withKeep(kept, 0, 'Weights').levels[0]?.keep).toEqual(['Outputs']);
  });
});
