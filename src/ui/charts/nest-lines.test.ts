import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../hw/mapping.ts';
import { isMapping } from '../../state/mapped-layers.ts';
import { nestLines } from './nest-lines.ts';

const mapping: Mapping = {
  levels: [
    { keep: ['Weights'], temporal: [['R', 3]], spatialX: [], spatialY: [] },
    {
      keep: ['Weights', 'Inputs', 'Outputs'],
      temporal: [
        ['P', 4],
        ['K', 2],
        ['N', 1],
      ],
      spatialX: [['C', 8]],
      spatialY: [],
    },
  ],
};

describe('nestLines', () => {
  it('reads from the outside in: level, temporal, spatial, next level', () => {
    const lines = nestLines(mapping, ['Spad', 'DRAM']);
    expect(
      lines.map((l) => (l.kind === 'level' ? l.level : `${l.kind} ${l.dim}${l.factor}`)),
    ).toEqual(['DRAM', 'temporal K2', 'temporal P4', 'spatialX C8', 'Spad', 'temporal R3']);
    // each loop stands deeper than the one around it
    expect(lines.map((l) => l.depth)).toEqual([0, 0, 1, 2, 3, 3]);
  });

  it('numbers a level without a name', () => {
    expect(nestLines(mapping, []).filter((l) => l.kind === 'level')).toMatchObject([
      { level: 'level 1' },
      { level: 'level 0' },
    ]);
  });
});

describe('isMapping', () => {
  it('tells a mapping from anything else that a record may hold', () => {
    expect(isMapping(mapping)).toBe(true);
    expect([null, {}, { levels: [{}] }, { levels: 'x' }].some(isMapping)).toBe(false);
  });
});
