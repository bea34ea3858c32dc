import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { listOf } from './list.ts';
import { parse } from './parse.ts';

describe('a list from outside', () => {
  it('is counted before any of its items is looked at', () => {
    const look = vi.fn(() => true);
    const schema = listOf(v.pipe(v.number(), v.check(look)), 3, 1);
    expect(() => parse(schema, Array<number>(100_000).fill(1), 'it')).toThrow(
      'it: expected at most 3 entries, got 100000',
    );
    expect(() => parse(schema, [], 'it')).toThrow('it: expected at least 1 entry, got 0');
    expect(look).not.toHaveBeenCalled();
    expect(parse(schema, [1, 2], 'it')).toEqual([1, 2]);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('names the item that is wrong', () => {
    expect(() => parse(v.object({ a: listOf(v.number(), 3) }), { a: [1, 'x'] }, 'it')).toThrow(
      'it.a.1: expected a number, got "x"',
    );
  });
});
