import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { parse } from './parse.ts';

const schema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(4)),
  count: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9))),
  real: v.exactOptional(v.pipe(v.number(), v.finite())),
  flag: v.exactOptional(v.boolean()),
  pick: v.exactOptional(v.picklist(['a', 'b', 'c'])),
  kind: v.exactOptional(
    v.variant('of', [
      v.strictObject({ of: v.literal('x') }),
      v.strictObject({ of: v.literal('y'), deep: v.strictObject({ n: v.number() }) }),
    ]),
  ),
  either: v.exactOptional(
    v.union([v.picklist(['tiny', 'quick']), v.strictObject({ n: v.number() })]),
  ),
  list: v.exactOptional(
    v.pipe(
      listOf(v.number(), 4, 1),
      v.check((list) => new Set(list).size === list.length, 'expected each number once'),
    ),
  ),
});

describe('a refusal says who, what was expected, and what came', () => {
  it.each<[unknown, string]>([
    [null, 'it: expected an object, got null'],
    ['x', 'it: expected an object, got "x"'],
    [{}, 'it.name: expected a value, got nothing'],
    [{ name: 3 }, 'it.name: expected a text, got 3'],
    [{ name: '' }, 'it.name: expected at least 1 character, got 0'],
    [{ name: 'abcde' }, 'it.name: expected at most 4 characters, got 5'],
    [{ name: 'a', other: 1 }, 'it.other: expected no such field, got one'],
    [
      JSON.parse('{"name":"a","__proto__":{"x":1}}'),
      'it.__proto__: expected no such field, got one',
    ],
    [{ name: 'a', count: 1.5 }, 'it.count: expected a whole number, got 1.5'],
    [{ name: 'a', count: 0 }, 'it.count: expected at least 1, got 0'],
    [{ name: 'a', count: 10 }, 'it.count: expected at most 9, got 10'],
    [{ name: 'a', count: NaN }, 'it.count: expected a number, got NaN'],
    [{ name: 'a', real: Infinity }, 'it.real: expected a finite number, got Infinity'],
    [{ name: 'a', flag: 'yes' }, 'it.flag: expected true or false, got "yes"'],
    [{ name: 'a', pick: 'z' }, 'it.pick: expected "a", "b" or "c", got "z"'],
    [{ name: 'a', kind: {} }, 'it.kind.of: expected "x" or "y", got nothing'],
    [{ name: 'a', kind: { of: 'y', deep: {} } }, 'it.kind.deep.n: expected a value, got nothing'],
    [{ name: 'a', either: 'z' }, 'it.either: expected "tiny", "quick" or an object, got "z"'],
    [{ name: 'a', either: { n: 'z' } }, 'it.either.n: expected a number, got "z"'],
    [{ name: 'a', list: [] }, 'it.list: expected at least 1 entry, got 0'],
    [{ name: 'a', list: [1, 2, 3, 4, 5] }, 'it.list: expected at most 4 entries, got 5'],
    [{ name: 'a', list: [1, 1] }, 'it.list: expected each number once, got [1, 1]'],
    [{ name: 'a', list: { length: 3 } }, 'it.list: expected a list, got an object'],
  ])('%j', (value, sentence) => {
    expect(() => parse(schema, value, 'it')).toThrow(new SpecError(sentence));
  });

  it('cuts what came short, and keeps it to one line', () => {
    const refusal = (value: unknown): string => {
      try {
        parse(schema, value, 'it');
      } catch (error) {
        return String(error);
      }
      return 'taken';
    };
    expect(refusal({ name: 'a', pick: 'line\nline'.repeat(1000) })).toMatch(
      /^SpecError: it\.pick: expected "a", "b" or "c", got "line.line[^\n]{0,40}…"$/,
    );
    expect(refusal({ name: 'a', ['k'.repeat(1000)]: 1 }).length).toBeLessThan(100);
  });
});
