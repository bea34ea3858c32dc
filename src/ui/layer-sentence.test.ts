import { expect, it } from 'vitest';
import type { LayerCost } from '../spec/run.ts';
import { layerSentence } from './layer-sentence.ts';

const layer: LayerCost = {
  name: 'stem',
  macs: 100,
  energyPj: 10,
  latencyCycles: 5,
  edpPjCycles: 50,
  utilizationRatio: 0.25,
  parts: [
    { level: 'MACs', dataspace: 'MACs', energyPj: 1 },
    { level: 'DRAM', dataspace: 'Weights', energyPj: 6 },
    { level: 'DRAM', dataspace: 'Inputs', energyPj: 3 },
  ],
  boundBy: 'DRAM read bandwidth',
  mapping: null,
};

/** Narrow spaces as plain ones. */
const plain = (text: string): string => text.replace(/\s/g, ' ');

it('names what a layer waits for and its dearest operand', () => {
  expect(plain(layerSentence(layer))).toBe(
    'stem waits for DRAM read bandwidth; 25 % of the array’s products are used. The largest part of its energy, 60 %, goes into moving Weights in DRAM.',
  );
});

it('says when nothing but the multipliers bounds a layer', () => {
  const parts = [{ level: 'MACs', dataspace: 'MACs', energyPj: 4 } as const];
  const text = plain(layerSentence({ ...layer, boundBy: 'compute', parts }));
  expect(text).toContain('no memory makes them wait');
  expect(text).toContain('The largest part of its energy, 100 %, goes into the MACs.');
});

it('leaves energy out where none is known', () => {
  expect(layerSentence({ ...layer, parts: [] })).not.toContain('energy');
});
