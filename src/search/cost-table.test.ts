import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelTotals } from '../spec/model.ts';
import { namedLayout } from '../spec/search-layouts.ts';
import { allPicks, networkOf } from '../spec/search-space.ts';
import { TINY_SPACE, directCost, madeUpTable } from '../testing/search-problems.ts';
import { Rng } from '../util/rng.ts';
import {
  COST_METRICS,
  costBounds,
  expectedCost,
  fillCostTable,
  flopsTable,
  networkCost,
} from './cost-table.ts';
import { softmax } from './gumbel.ts';

const table = madeUpTable();

/** Probabilities of each choice, from free logits. */
const logits = fc.array(
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
  { minLength: 3, maxLength: 3 },
);

describe('a cost table', () => {
  it('prices every network as its own layers do', () => {
    for (const picks of allPicks(TINY_SPACE)) {
      const model = networkOf(TINY_SPACE, picks);
      const { energyPj, latencyCycles } = directCost(model);
      expect(networkCost(table, picks, 'flops')).toBe(modelTotals(model).macs);
      expect(networkCost(table, picks, 'energy') / energyPj).toBeCloseTo(1, 10);
      expect(networkCost(table, picks, 'latency') / latencyCycles).toBeCloseTo(1, 10);
      const edp = energyPj * latencyCycles;
      expect(networkCost(table, picks, 'edp') / edp).toBeCloseTo(1, 10);
    }
  });

  it.each(['lab', 'cifar', 'imagenet'] as const)('counts the MACs of networks of %s', (name) => {
    const space = namedLayout(name);
    const flops = flopsTable(space);
    const rng = new Rng(7);
    for (let i = 0; i < 20; i++) {
      const picks = space.blocks.map(() => rng.int(space.choices.length));
      const { macs } = modelTotals(networkOf(space, picks));
      expect(networkCost(flops, picks, 'flops')).toBe(macs);
    }
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
    const flops = flopsTable(TINY_SPACE);
    expect(JSON.parse(JSON.stringify(flops))).toEqual(flops);
  });

  it('of MACs alone refuses to price energy; of the wrong size is refused', () => {
    expect(() => networkCost(flopsTable(TINY_SPACE), [0, 0, 0], 'energy')).toThrow(
      'expected energy of each choice, got a table of MACs alone',
    );
    expect(() => fillCostTable(TINY_SPACE, null, [])).toThrow('expected figures of');
  });

  it.each(COST_METRICS)('has bounds that hold every network: %s', (metric) => {
    const [low, high] = costBounds(table, metric);
    for (const picks of allPicks(TINY_SPACE)) {
      const cost = networkCost(table, picks, metric);
      expect(cost).toBeGreaterThanOrEqual(low * (1 - 1e-12));
      expect(cost).toBeLessThanOrEqual(high * (1 + 1e-12));
    }
  });
});

describe.each(COST_METRICS)('expected %s', (metric) => {
  it('is the sum over all networks of likelihood times cost', () => {
    fc.assert(
      fc.property(logits, (rows) => {
        const probabilities = rows.map((row) => softmax(row));
        let sum = 0;
        for (const picks of allPicks(TINY_SPACE)) {
          const likelihood = picks.reduce((p, pick, i) => p * (probabilities[i]?.[pick] ?? 0), 1);
          sum += likelihood * networkCost(table, picks, metric);
        }
        expect(expectedCost(table, probabilities, metric).value / sum).toBeCloseTo(1, 10);
      }),
      { numRuns: 20 },
    );
  });

  it('has the gradient of finite differences', () => {
    const probabilities = [0, 1, 2].map((i) => softmax([0.3 * i, -0.2, 0.5, 0.1 * i]));
    const { value, gradient } = expectedCost(table, probabilities, metric);
    probabilities.forEach((row, block) =>
      row.forEach((p, i) => {
        const h = 1e-4;
        const at = (by: number): number =>
          expectedCost(table, probabilities.with(block, row.with(i, p + by)), metric).value;
        const slope = (at(h) - at(-h)) / (2 * h);
        expect(Math.abs((gradient[block]?.[i] ?? NaN) - slope)).toBeLessThan(1e-7 * value);
      }),
    );
  });
});
