import fc from 'fast-check';
import { expect, it } from 'vitest';
import { proceduralId, proceduralSpecOf } from './dataset-id.ts';

it('tells from the id of a built-in dataset what it is made from', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.integer({ min: 64, max: 50_000 }),
      fc.integer({ min: 10, max: 10_000 }),
      (seed, train, test) => {
        const spec = { kind: 'procedural', seed, train, test } as const;
        expect(proceduralSpecOf(proceduralId(spec))).toEqual(spec);
      },
    ),
  );
  expect(proceduralSpecOf('file-9567e0d8')).toBeUndefined();
});
