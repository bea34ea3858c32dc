import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTilings, countUpTo, divisorsOf, FactorTable, tileFactorsOf } from './factors.ts';

const size = fc.integer({ min: 1, max: 3000 });

describe('factors', () => {
  it('finds the divisors', () => {
    fc.assert(
      fc.property(size, (n) => {
        const brute = Array.from({ length: n }, (_, i) => i + 1).filter((f) => n % f === 0);
        expect([...divisorsOf(n)]).toEqual(brute);
      }),
    );
  });

  it('finds every factor that wastes nothing for its number of blocks', () => {
    fc.assert(
      fc.property(size, (n) => {
        const brute = Array.from({ length: n }, (_, i) => i + 1).filter(
          (f) => f === Math.ceil(n / Math.ceil(n / f)),
        );
        expect([...tileFactorsOf(n)]).toEqual(brute);
      }),
    );
  });

  it('counts what fits under a limit', () => {
    // Divisors of 12: 1 2 3 4 6 12.
    expect([0, 1, 4, 5, 12, 99].map((limit) => countUpTo(divisorsOf(12), limit))).toEqual([
      0, 1, 4, 4, 6, 6,
    ]);
  });

  it('hands out the same list for the same number', () => {
    const table = new FactorTable();
    expect(table.of(30, true)).toBe(table.of(30, true));
    expect([...table.of(5, false)]).toEqual([1, 5]);
    expect([...table.of(5, true)]).toEqual([1, 2, 3, 5]);
  });

  it('counts perfect tilings as stars and bars per prime', () => {
    // 2^3 · 3 over 4 places: C(6, 3) · C(4, 3) = 20 · 4
    expect(countTilings(24, 4, false)).toBe(80);
    expect(countTilings(1, 7, true)).toBe(1);
  });

  it('counts imperfect tilings as a walk over all of them would', () => {
    const walk = (n: number, places: number): number => {
      if (places === 1) return 1;
      let ways = 0;
      for (let f = 1; f <= n; f++)
        if (f === Math.ceil(n / Math.ceil(n / f))) ways += walk(Math.ceil(n / f), places - 1);
      return ways;
    };
    for (const n of [5, 13, 27]) expect(countTilings(n, 4, true)).toBe(walk(n, 4));
  });
});
