/**
 * @file Where a mapping stands, as text that can be stored: the states of its runs, read back with
 * every bound checked, because what comes from storage may be torn or made up.
 */
import * as v from 'valibot';
import type { MapperState } from '../mapper/run.ts';
import { listOf } from './list.ts';
import { MAP_ALGORITHMS } from './mapping.ts';

/** Counts up when a strategy's state changes its meaning: older ones are then begun anew. */
const FORMAT = 1;

/** Far past what the lab writes. */
export const MOST_SAVED_CHARACTERS = 2 ** 26;
const MOST_RUNS = 200;
const MOST_PROBLEMS = 5000;
const MOST_ISLANDS = 16;
const MOST_FOUND = 1000;
const MOST_NUMBERS = 4096;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const real = v.pipe(v.number(), v.finite());
const counts = v.strictObject({ total: count, valid: count });
/** Of a generator's state: 32 bits, with or without a sign. */
const word = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 32 - 1));
const int32 = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1));
const found = v.strictObject({
  code: v.pipe(
    listOf(int32, MOST_NUMBERS),
    v.transform((code) => Int32Array.from(code)),
  ),
  energyPj: real,
  latencyCycles: real,
});
const strategy = v.strictObject({
  rng: v.strictTuple([word, word, word, word]),
  count: counts,
  members: listOf(found, MOST_FOUND),
  counters: listOf(real, MOST_NUMBERS),
});
const savedSchema = v.strictObject({
  format: v.literal(FORMAT),
  runs: listOf(
    v.strictObject({
      round: count,
      count: counts,
      stopped: v.boolean(),
      problems: listOf(
        v.strictObject({
          candidates: listOf(found, MOST_FOUND),
          islands: listOf(v.nullable(strategy), MOST_ISLANDS),
        }),
        MOST_PROBLEMS,
      ),
      results: listOf(
        v.strictObject({
          problem: count,
          island: count,
          kind: v.picklist([...MAP_ALGORITHMS, 'polish']),
          count: counts,
          state: strategy,
          front: listOf(found, MOST_FOUND),
        }),
        MOST_PROBLEMS * MOST_ISLANDS,
      ),
    }),
    MOST_RUNS,
  ),
});

/** @param runs in the order of work, the last of them in hand */
export function packRuns(runs: readonly MapperState[]): string {
  return JSON.stringify({ format: FORMAT, runs }, (_key, value: unknown) =>
    value instanceof Int32Array ? [...value] : value,
  );
}

/** @returns undefined for what this version did not write */
export function unpackRuns(text: string): readonly MapperState[] | undefined {
  if (text.length > MOST_SAVED_CHARACTERS) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = v.safeParse(savedSchema, json, { abortEarly: true });
  return read.success ? read.output.runs : undefined;
}
