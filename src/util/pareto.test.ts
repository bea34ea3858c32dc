import fc from 'fast-check';
import { expect, it } from 'vitest';
import { paretoFront } from './pareto.ts';

/** Few values, so that many are equal. */
const point = fc.record({
  cost: fc.integer({ min: 0, max: 8 }),
  worth: fc.integer({ min: 0, max: 8 }),
});

it('is what comparing every pair leaves', () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 40 }), (points) => {
      const left = points.filter(
        (one) =>
          !points.some(
            (other) =>
              other.cost <= one.cost &&
              other.worth >= one.worth &&
              (other.cost < one.cost || other.worth > one.worth),
          ),
      );
      const front = paretoFront(
        points,
        ({ cost }) => cost,
        ({ worth }) => worth,
      );
      expect(new Set(front)).toEqual(new Set(left));
      expect(front).toHaveLength(left.length);
      expect(front.map(({ cost }) => cost)).toEqual(
        front.map(({ cost }) => cost).sort((a, b) => a - b),
      );
    }),
  );
});
