/** @file What a parser is to the fuzz bench, and hostile documents for it. */
import fc from 'fast-check';
import type { LabDatabase } from '../src/store/schema.ts';
import { hostileJson } from '../src/testing/hostile-json.ts';

export interface Parser {
  readonly name: string;
  /** Inputs tried, as a part of all. */
  readonly weight: number;
  readonly input: fc.Arbitrary<unknown>;
  /** Must return, or throw a SpecError. */
  readonly read: (input: never, db: LabDatabase) => unknown;
}

export const seed = fc.nat(2 ** 31);

/** Good documents changed for the worse, and anything at all. */
export function json(documents: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.constantFrom(...documents), seed).map(([d, s]) => hostileJson(d, s)),
    },
    { weight: 1, arbitrary: fc.anything() },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/** As JSON would carry it; what JSON cannot is left out. */
export const asText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return ''; // a circle, or a BigInt
  }
};
