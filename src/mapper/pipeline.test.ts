import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPipeline } from './pipeline.ts';

/** All ways to cut and share out, by brute force. */
function bestPace(work: readonly number[], chunks: number, columns: number): number {
  if (chunks === 1) return work.reduce((a, b) => a + b, 0) / columns;
  let best = Infinity;
  for (let end = 1; end <= work.length - chunks + 1; end++)
    for (let c = 1; c <= columns - chunks + 1; c++) {
      const head = work.slice(0, end).reduce((a, b) => a + b, 0) / c;
      best = Math.min(best, Math.max(head, bestPace(work.slice(end), chunks - 1, columns - c)));
    }
  return best;
}

describe('cutPipeline', () => {
  it('is as fast as the best of all cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 3, max: 7 }),
        (work, chunks, columns) => {
          const cuts = cutPipeline(work, chunks, columns);
          const pace = Math.max(
            ...cuts.map(
              ({ first, end, columns: c }) => work.slice(first, end).reduce((a, b) => a + b, 0) / c,
            ),
          );
          expect(pace).toBeCloseTo(bestPace(work, chunks, columns), 9);
          expect(cuts.reduce((sum, cut) => sum + cut.columns, 0)).toBe(columns);
          expect(cuts.map(({ first }) => first)).toEqual([
            0,
            ...cuts.slice(0, -1).map(({ end }) => end),
          ]);
          expect(cuts[cuts.length - 1]?.end).toBe(work.length);
        },
      ),
    );
  });

  it('refuses more chunks than there are layers', () => {
    expect(() => cutPipeline([1, 2], 3, 10)).toThrow(
      'pipeline: expected at most 2 chunks for 2 layers on 10 columns, got 3',
    );
  });
});
