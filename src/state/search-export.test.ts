import { describe, expect, it } from 'vitest';
import { measuredEntry as entry, searchEntry, searchRecord } from '../testing/search-records.ts';
import { searchFileName } from './search-export.ts';
import { history, supernetSeries } from './search-history.ts';

describe('the log of a search', () => {
  it('is drawn as lines, without what is not a number', () => {
    expect(history([entry, { ...entry, step: 4, lambda: NaN }], 'lambda')).toEqual([
      { x: 3, y: 0.1 },
    ]);
    const series = supernetSeries([entry, { ...searchEntry(5), metrics: [] }], 'accuracy', 2);
    expect(series).toEqual([
      { bits: 2, split: 'train', points: [{ x: 3, y: 0.4 }] },
      { bits: 2, split: 'test', points: [{ x: 3, y: 0.3 }] },
    ]);
  });

  it('has a name that any disk takes', () => {
    const record = { ...searchRecord('x'), name: 'a/b: “c”' };
    expect(searchFileName(record, 'csv')).toBe('a-b-c-.csv');
  });
});
