import { describe, expect, it } from 'vitest';
import type { TradePoint } from '../state/trade-off.svelte.ts';
import { tradeSentence } from './trade-sentence.ts';

const point = (bits: number, accuracy: number | null, energyPj?: number): TradePoint => ({
  bits,
  accuracy,
  cost:
    energyPj === undefined
      ? null
      : {
          macs: 1,
          energyPj,
          latencyCycles: energyPj,
          edpPjCycles: energyPj ** 2,
          utilizationRatio: 1,
        },
});
const reference = point(32, 0.9, 100);

describe('tradeSentence', () => {
  it('says what fewer bits cost in accuracy and save in energy and time', () => {
    expect(tradeSentence(point(4, 0.8, 25), reference, null)).toBe(
      '4 bits: 10.0 points less accurate than 32 bits, for 0.25× the energy and 0.25× the time.',
    );
  });

  it('says what the step from the next wider width costs and saves', () => {
    expect(tradeSentence(point(4, 0.8, 25), reference, point(8, 0.89, 50))).toBe(
      '4 bits: 10.0 points less accurate than 32 bits, for 0.25× the energy and 0.25× the time. From 8 to 4 bits: 9.0 points less accurate, for 0.50× the energy and 0.50× the time.',
    );
  });

  it('does not call noise a difference', () => {
    expect(tradeSentence(point(8, 0.897), reference, reference)).toBe(
      '8 bits: as accurate as 32 bits.',
    );
  });

  it('compares the highest width with nothing', () => {
    expect(tradeSentence(reference, reference, null)).toMatch(
      /the highest width, 90\.0.% of test images/,
    );
  });
});
