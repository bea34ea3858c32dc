import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedLayout } from '../spec/search-layouts.ts';
import { allPicks, networkOf } from '../spec/search-space.ts';
import { modelTotals } from '../spec/model.ts';
import { TINY_SPACE, madeUpTable } from '../testing/search-problems.ts';
import { Rng } from '../util/rng.ts';
import { costBounds, flopsTable, networkCost } from './cost-table.ts';
import { likelyWithin, mostLikely } from './derive.ts';
import { softmax } from './gumbel.ts';
import { nextLambda } from './lambda.ts';
import { MACS_TOLERANCE, randomNetwork, scaledMobileNetV2 } from './rivals.ts';

const table = madeUpTable();
const rows = fc.array(
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
  { minLength: 3, maxLength: 3 },
);

describe('likelyWithin', () => {
  it('in a small space is the likeliest of all networks in its band', () => {
    const band = { low: 40_000, high: 70_000 };
    fc.assert(
      fc.property(rows, (logits) => {
        const probabilities = logits.map((row) => softmax(row));
        const likelihood = (picks: readonly number[]): number =>
          picks.reduce((p, pick, i) => p * (probabilities[i]?.[pick] ?? 0), 1);
        const inside = [...allPicks(TINY_SPACE)].filter((picks) => {
          const cost = networkCost(table, picks, 'flops');
          return cost >= band.low && cost <= band.high;
        });
        const picks = likelyWithin(probabilities, table, 'flops', band);
        expect(inside).toContainEqual(picks);
        const top = Math.max(...inside.map(likelihood));
        expect(likelihood(picks ?? []) / top).toBeCloseTo(1, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('in a large space lies in its band, and is likelier than a hundred draws there', () => {
    const space = namedLayout('lab');
    const flops = flopsTable(space);
    const [low, high] = costBounds(flops, 'flops');
    for (const share of [0.1, 0.3, 0.7]) {
      const macs = low + share * (high - low);
      const band = { low: 0.97 * macs, high: 1.03 * macs };
      const rng = new Rng(9).fork(share);
      const probabilities = space.blocks.map(() =>
        softmax(space.choices.map(() => rng.uniform(-1, 1))),
      );
      const likelihood = (picks: readonly number[]): number =>
        picks.reduce((p, pick, i) => p * (probabilities[i]?.[pick] ?? 0), 1);
      const picks = likelyWithin(probabilities, flops, 'flops', band);
      if (picks === null) throw new Error('none found');
      const cost = networkCost(flops, picks, 'flops');
      expect(cost).toBeGreaterThanOrEqual(band.low);
      expect(cost).toBeLessThanOrEqual(band.high);
      for (let i = 0; i < 100; i++) {
        const drawn = randomNetwork(flops, 'flops', band, rng);
        expect(likelihood(picks)).toBeGreaterThanOrEqual(likelihood(drawn));
      }
    }
  });

  it('is the most likely network where that lies in the band', () => {
    const probabilities = [0, 1, 2].map(() => softmax([1, 0, 0, 0]));
    const band = { low: 0, high: Infinity };
    expect(likelyWithin(probabilities, table, 'edp', band)).toEqual(mostLikely(probabilities));
  });

  it('says when it finds none', () => {
    const probabilities = [0, 1, 2].map(() => softmax([1, 0, 0, 0]));
    expect(likelyWithin(probabilities, table, 'flops', { low: 0, high: 1 })).toBeNull();
  });
});

describe('rivals', () => {
  it.each(['lab', 'cifar', 'imagenet'] as const)('of a cost in %s lie in its band', (name) => {
    const space = namedLayout(name);
    const flops = flopsTable(space);
    const [low, high] = costBounds(flops, 'flops');
    const rng = new Rng(8);
    for (const share of [0.15, 0.3, 0.6]) {
      const macs = low + share * (high - low);
      const band = { low: 0.97 * macs, high: 1.03 * macs };
      const picks = randomNetwork(flops, 'flops', band, rng);
      const random = modelTotals(networkOf(space, picks)).macs;
      expect(Math.abs(random / macs - 1)).toBeLessThanOrEqual(0.03);
      const scaled = modelTotals(scaledMobileNetV2(space, macs)).macs;
      expect(Math.abs(scaled / macs - 1)).toBeLessThanOrEqual(MACS_TOLERANCE);
    }
  });

  it('are refused where there are none', () => {
    const space = namedLayout('lab');
    const band = { low: 1, high: 2 };
    expect(() => randomNetwork(flopsTable(space), 'flops', band, new Rng(1))).toThrow(
      'found none in 2000 draws',
    );
    expect(() => scaledMobileNetV2(space, 1000)).toThrow('expected a width of within 5 %');
  });
});

describe('nextLambda', () => {
  it('follows the cost by the epoch, within limits', () => {
    const spec = { kind: 'steered', initial: 1, low: 0.9, high: 1.1, factor: 2 } as const;
    expect(nextLambda(spec, 3, 1.2, 'epoch')).toBe(6);
    expect(nextLambda(spec, 3, 1, 'epoch')).toBe(3);
    expect(nextLambda(spec, 3, 0.5, 'epoch')).toBe(1.5);
    expect(nextLambda(spec, 4096, 9, 'epoch')).toBe(4096);
    expect(nextLambda(spec, 3, 9, 'step')).toBe(3);
    expect(nextLambda({ kind: 'fixed', value: 2 }, 2, 9, 'epoch')).toBe(2);
  });

  it('as a multiplier follows by the step, to both sides', () => {
    const spec = { kind: 'multiplier', initial: 0, rate: 0.1, damping: 2 } as const;
    expect(nextLambda(spec, 0, 1.5, 'step')).toBeCloseTo(0.05, 12);
    expect(nextLambda(spec, 0, 0.5, 'step')).toBeCloseTo(-0.05, 12);
    expect(nextLambda(spec, 0.3, 1, 'step')).toBe(0.3);
    expect(nextLambda(spec, 64, 1e9, 'step')).toBe(64);
    expect(nextLambda(spec, -64, 0, 'step')).toBe(-64);
    expect(nextLambda(spec, 0.3, 9, 'epoch')).toBe(0.3);
  });
});
