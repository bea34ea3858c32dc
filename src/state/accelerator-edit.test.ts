import { describe, expect, it } from 'vitest';
import { sourceOf } from '../hw/accelerator.ts';
import { eyeriss } from '../hw/presets/eyeriss.ts';
import { withDoubleBuffering, withLevelField, withMacField } from './accelerator-edit.ts';

const level = (of: typeof eyeriss, name: string) => {
  const found = of.levels.find((l) => l.name === name);
  if (!found) throw new Error('internal: no such level');
  return found;
};

describe('an edited accelerator', () => {
  it('says of each changed number that it was changed, and of the others where they come from', () => {
    const once = withLevelField(eyeriss, 'DRAM', 'readPj', 48);
    const twice = withLevelField(once, 'DRAM', 'readPj', 64);
    expect(level(twice, 'DRAM').readPj).toBe(64);
    const before = sourceOf(level(eyeriss, 'DRAM'), 'readPj');
    expect(sourceOf(level(twice, 'DRAM'), 'readPj')).toBe(`edited here, from: ${before}`);
    expect(sourceOf(level(twice, 'DRAM'), 'writePj')).toBe(before);
    expect(level(twice, 'GlobalBuffer')).toEqual(level(eyeriss, 'GlobalBuffer'));
    expect(level(eyeriss, 'DRAM').readPj).toBe(128);
  });

  it('changes MACs and double buffering alone', () => {
    const next = withDoubleBuffering(withMacField(eyeriss, 'energyPj', 2), 'GlobalBuffer', true);
    expect(next.mac).toMatchObject({ energyPj: 2, instances: 168 });
    expect(next.mac.source).toMatch(/^edited here, from: Accelergy/);
    expect(level(next, 'GlobalBuffer').doubleBuffered).toBe(true);
    expect(level(next, 'DRAM')).toEqual(level(eyeriss, 'DRAM'));
  });
});
