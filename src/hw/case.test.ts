import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallCase } from '../testing/small-cases.ts';
import { SpecError } from '../util/errors.ts';
import { readCase, readCases } from './case.ts';
import { parseJson } from './case-file.ts';
import { runCase } from './case-result.ts';

const valid = (): ReturnType<typeof smallCase> =>
  smallCase({
    dims: { P: 5, R: 3, K: 4 },
    inner: [['R', 3]],
    spatialX: [['K', 2]],
    outer: [
      ['P', 5],
      ['K', 2],
    ],
    macs: 4,
  });

/** The sentence with which a case is refused after `change`. */
function refusal(change: (json: ReturnType<typeof valid>) => unknown): string {
  const json = valid();
  change(json);
  try {
    readCases([valid(), json]);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error('the case was taken');
}

describe('readCases', () => {
  it('takes one case, a list, or an object of cases', () => {
    expect(readCases(valid()).single).toBe(true);
    expect(readCases([valid(), valid()]).cases).toHaveLength(2);
    expect(readCases({ cases: [valid()] })).toMatchObject({ single: false });
    expect(readCases([]).cases).toEqual([]);
  });

  it('names the case and the field, says what was expected and what came', () => {
    const range = 'expected a whole number from 1 to 1000000000000';
    expect(refusal((c) => (c.problem.dims.K = -4))).toBe(
      `case 1 "small": problem.dims.K: ${range}, got -4`,
    );
    expect(refusal((c) => (c.problem.dims.K = 0))).toContain('problem.dims.K: expected');
    expect(refusal((c) => (c.problem.dims.K = 1.5))).toContain('problem.dims.K: expected');
    expect(refusal((c) => (c.problem.dims.K = NaN))).toContain('dims.K: expected');
    expect(refusal((c) => (c.problem.dims.K = 1e9))).toContain('problem: K: expected');
    expect(refusal((c) => Reflect.deleteProperty(c.problem.dims, 'R'))).toBe(
      'case 1 "small": problem.dims.R: expected a value, got nothing',
    );
    expect(refusal((c) => (c.problem.dims.X = 1))).toContain('problem.dims.X: expected no such');
    expect(refusal((c) => (c.problem.shape = 'cnn'))).toContain(
      'problem.shape: expected "conv" or "depthwise" or "grouped", got "cnn"',
    );
    expect(refusal((c) => (c.problem.stride.w = 0))).toContain('problem.stride.w');
    expect(refusal((c) => Object.assign(c, { accelerator: null }))).toContain(
      'accelerator: expected an object, got null',
    );
    expect(refusal((c) => Object.assign(c, { name: 7 }))).toBe(
      'case 1: name: expected a text of 1 to 1000 characters, got 7',
    );
    expect(refusal((c) => (c.accelerator.wordBits = 1e6))).toContain('wordBits: expected');
    expect(refusal((c) => (c.accelerator.mac.meshX = 3))).toContain('meshX: expected a divisor');
    const buffer = (c: ReturnType<typeof valid>): object => c.accelerator.levels[0] ?? {};
    expect(refusal((c) => Object.assign(buffer(c), { readPj: -1 }))).toContain(
      'accelerator.levels[0].readPj: expected a number from 0',
    );
    expect(refusal((c) => Object.assign(buffer(c), { readWordsPerCycle: 0 }))).toContain(
      'levels[0].readWordsPerCycle: expected a number above 0',
    );
    expect(refusal((c) => Object.assign(buffer(c), { capacityWords: 0 }))).toContain(
      'levels[0].capacityWords: expected',
    );
    expect(refusal((c) => Object.assign(buffer(c), { capacityWrods: 4 }))).toContain(
      'levels[0].capacityWrods: expected no such field',
    );
    expect(refusal((c) => c.mapping.pop())).toContain('mapping: expected 2 levels, got 1');
    const loops = (c: ReturnType<typeof valid>): [string, number][] => c.mapping[1]?.temporal ?? [];
    expect(refusal((c) => loops(c).pop())).toBe(
      'case 1 "small": mapping: expected factors of K that multiply to at least 4, got 2',
    );
    expect(refusal((c) => loops(c).push(['P', 2]))).toContain('DRAM.temporal: expected each');
    expect(refusal((c) => loops(c).push(['W', 2]))).toContain('mapping[1].temporal[2][0]');
    expect(refusal((c) => loops(c).push(['C', 0]))).toContain('mapping[1].temporal[2][1]');
    expect(refusal((c) => loops(c).push(...Array<[string, number]>(9).fill(['K', 1])))).toMatch(
      /mapping\[1\]\.temporal: expected at most 8 entries, got a list of \d+$/,
    );
    expect(refusal((c) => Object.assign(c, { name: 'x'.repeat(1001) }))).toContain(
      '1000 characters',
    );
    expect(refusal((c) => c.mapping[1]?.keep.pop())).toContain('DRAM.keep: expected all three');
    expect(refusal((c) => (c.bits = { weights: 0 }))).toContain('bits.weights: expected');
    expect(refusal((c) => (c.bits = 1025))).toContain('bits.weights: expected');
    expect(() => readCases({ cases: 3 })).toThrow('cases: expected a list, got 3');
  });

  it('calls the groups of a depthwise layer C, as the format does', () => {
    const json = smallCase({ dims: { P: 4, C: 6 }, inner: [['P', 4]], outer: [['C', 6]] });
    json.problem.shape = 'depthwise';
    Reflect.deleteProperty(json.problem.dims, 'K');
    const { shape, mapping } = readCase(json, 'case');
    expect(shape).toMatchObject({ G: 6, C: 1, K: 1 });
    expect(mapping.levels[1]?.temporal).toEqual([['G', 6]]);
    // every channel has an output of its own: nothing is summed up
    expect(runCase(readCase(json, 'case')).result).toMatchObject({
      accesses: { DRAM: { Outputs: { reads: 0, updates: 24 }, Weights: { reads: 6 } } },
    });
  });

  it('reads widths for all or for each dataspace; a partial sum is as wide as an output', () => {
    const bits = (value: unknown): unknown => readCase({ ...valid(), bits: value }, 'case').bits;
    expect(bits(8)).toEqual({ weights: 8, inputs: 8, outputs: 8, psums: 8 });
    expect(bits({ Weights: 2, Inputs: 4, Outputs: 8 })).toEqual({
      weights: 2,
      inputs: 4,
      outputs: 8,
      psums: 8,
    });
    expect(bits({ weights: 2, psums: 32 })).toEqual({
      weights: 2,
      inputs: 16,
      outputs: 16,
      psums: 32,
    });
  });

  it('refuses NaN and Infinity in a file by the name of their field', () => {
    const text = JSON.stringify(valid()).replace('"readPj":1,', '"readPj":NaN,');
    expect(() => readCases(parseJson(text, 'file'))).toThrow(
      'levels[0].readPj: expected a number from 0 to 1000000000000, got "NaN"',
    );
    const infinite = JSON.stringify(valid()).replace('"wordBits":16', '"wordBits":-Infinity');
    expect(() => readCases(parseJson(infinite, 'file'))).toThrow('wordBits');
    expect(() => parseJson('{"a": 1', 'file')).toThrow(SpecError);
    expect(parseJson('{"a": "NaN, -Infinity"}', 'file')).toEqual({ a: 'NaN, -Infinity' });
  });

  it('takes or refuses any JSON, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (json) => {
        fc.pre(!Array.isArray(json) || json.length > 0); // no cases, no results
        expect(() => readCases(json)).toThrow(SpecError);
      }),
      { numRuns: 300, examples: [[{ cases: [null] }]], seed: 1 },
    );
  });

  it('takes or refuses a case with any one value changed; what it takes has finite results', () => {
    const values = [
      -1,
      0,
      0.5,
      1,
      2,
      3,
      7,
      1000,
      1e5,
      1e6,
      1e12,
      1e300,
      -0,
      NaN,
      null,
      true,
      '',
      '3',
    ];
    const more = [[], {}, [['P', 2]], ['Weights'], 'P', 'Weights', { __proto__: null }];
    const paths = pathsOf(valid());
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.constantFrom<unknown>(...values, ...more, undefined),
        fc.option(fc.constantFrom(...paths), { freq: 2 }),
        fc.constantFrom<unknown>(...values),
        (path, value, otherPath, otherValue) => {
          const json: unknown = valid();
          change(json, path, value);
          if (otherPath !== null) change(json, otherPath, otherValue);
          try {
            const { result } = runCase(readCase(json, 'case'));
            taken++;
            expect(JSON.stringify(result)).not.toContain('null');
          } catch (error) {
            if (!(error instanceof SpecError)) throw error;
            expect(error.message).toMatch(/^case.*: expected .*, got /);
          }
        },
      ),
      { numRuns: 4000, seed: 1 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, v]) => pathsOf(v, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

/** Set, or delete where `value` is undefined; nothing where the path is gone. */
function change(root: unknown, path: Path, value: unknown): void {
  let at: unknown = root;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    at = (at as Record<string, unknown>)[String(key)];
  }
  if (typeof at !== 'object' || at === null) return;
  const last = String(path.at(-1));
  if (value === undefined) Reflect.deleteProperty(at, last);
  else (at as Record<string, unknown>)[last] = value;
}

describe('the text of a case file', () => {
  // looking for an end from each of the quotes would take 10^10 steps
  it.each(['"\\n'.repeat(100_000), `"${'\\"'.repeat(100_000)}\\`, '"\\'.repeat(100_000)])(
    'is refused however many quotes without an end it has',
    (text) => {
      expect(() => parseJson(text, 'cases')).toThrow('cases: expected JSON');
    },
  );
});
