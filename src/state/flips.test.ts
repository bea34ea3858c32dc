import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TestAnswers } from '../spec/inspect.ts';
import { flipsOf } from './flips.ts';

const BITS = [2, 4, 32];

function answers(labels: readonly number[], said: readonly (readonly number[])[]): TestAnswers {
  return {
    images: labels.length,
    labels: Uint8Array.from(labels),
    byBits: BITS.map((bits, at) => ({
      bits,
      accuracy: 0,
      predicted: Uint8Array.from(said, (row) => row[at] ?? 0),
      confusion: [],
    })),
    terms: [],
  };
}

it('names the first width that fails on the way down', () => {
  const found = flipsOf(
    answers(
      [1, 1, 1, 1, 1],
      [
        [1, 1, 1], // never flips
        [0, 1, 1], // fails at 2
        [0, 0, 1], // fails at 4
        [1, 1, 0], // fails at the highest, recovers
        [0, 0, 0], // wrong everywhere: no flip
      ],
    ),
  );
  expect(found.map(({ index, failsAt }) => [index, failsAt])).toEqual([
    [1, 2],
    [2, 4],
    [3, 32],
  ]);
});

it('holds every image whose answers differ, and no other', () => {
  const image = fc.tuple(fc.nat(3), fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 40 }), (images) => {
      const flips = flipsOf(
        answers(
          images.map(([label]) => label),
          images.map(([, said]) => said),
        ),
      );
      const naive = images.flatMap(([, said], i) => (new Set(said).size > 1 ? [i] : []));
      expect(flips.map(({ index }) => index)).toEqual(naive);
      for (const { index, label, said, failsAt } of flips) {
        // walk down by hand
        let first: number | null = null;
        for (let at = 2; at >= 0 && first === null; at--)
          if (said[at] !== label) first = BITS[at] ?? null;
        expect(failsAt, `image ${index}`).toBe(first);
      }
    }),
  );
});
