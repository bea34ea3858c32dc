import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from './rng.ts';

describe('Rng', () => {
  it('replays the same stream from the same seed and from a saved state', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), (seed, skip) => {
        const a = new Rng(seed);
        for (let i = 0; i < skip; i++) a.uint32();
        const b = Rng.fromState(a.state);
        for (let i = 0; i < 20; i++) expect(b.uint32()).toBe(a.uint32());
      }),
    );
  });

  it('gives each fork a stream of its own and is not advanced by forking', () => {
    const a = new Rng(7);
    const before = a.state;
    const x = a.fork('x');
    const y = a.fork('y');
    expect(a.state).toEqual(before);
    expect(x.uint32()).not.toBe(y.uint32());
    expect(a.fork('x').uint32()).toBe(new Rng(7).fork('x').uint32());
  });

  it('draws uniformly: mean 1/2, variance 1/12, every tenth equally often', () => {
    const rng = new Rng(1);
    const n = 100_000;
    const counts = new Array<number>(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const u = rng.float();
      sum += u;
      squares += u * u;
      const bin = Math.floor(u * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(sum / n).toBeCloseTo(0.5, 2);
    expect(squares / n - (sum / n) ** 2).toBeCloseTo(1 / 12, 2);
    // 5 standard deviations of a binomial(n, 0.1)
    for (const count of counts)
      expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(n * 0.09));
  });

  it('draws normals of the asked mean and deviation', () => {
    const rng = new Rng(2);
    const draws = Array.from({ length: 50_000 }, () => rng.normal(3, 2));
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });

  it('shuffles into a permutation', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = new Rng(3).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
