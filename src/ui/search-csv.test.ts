import { describe, expect, it } from 'vitest';
import { measuredEntry as entry, searchEntry } from '../testing/search-records.ts';
import { searchCsv } from './search-csv.ts';

describe('the log of a search', () => {
  it('is a CSV with as many cells in each row as columns', () => {
    const text = searchCsv([searchEntry(1), entry].slice(1), ['a', 'b']);
    const [head = [], row = []] = text
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(row).toHaveLength(head.length);
    const cell = (name: string) => row[head.indexOf(name)];
    expect(cell('step')).toBe('3');
    expect(cell('accuracy 2-bit')).toBe('0.4');
    expect(cell('pick 1')).toBe('b');
    expect(cell('p 1 b')).toBe('0.75');
    expect(cell('p 2 a')).toBe('0.5');
    expect(searchCsv([], [])).toBe('');
  });

  it('has what happened as a cell of its own, commas and all', () => {
    const event = { ...searchEntry(0), event: 'Back to step 0, and on' };
    const [head = '', row = '', next = ''] = searchCsv([event, entry], ['a', 'b']).split('\r\n');
    expect(head).toContain('accuracy 2-bit'); // of an entry after the first
    expect(row).toContain(',"Back to step 0, and on",');
    expect(next.split(',')).toHaveLength(head.split(',').length);
  });
});
