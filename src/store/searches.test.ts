import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpoint } from '../testing/records.ts';
import { searchEntry, searchRecord } from '../testing/search-records.ts';
import { openLab } from './open.ts';
import type { LabDatabase } from './schema.ts';
import { latestCheckpoint, OF_SEARCHES, putCheckpoint } from './checkpoints.ts';
import {
  appendSearchLog,
  deleteSearch,
  getSearch,
  listSearches,
  putSearch,
  readSearchLog,
  trimSearchLog,
  updateSearch,
} from './searches.ts';

let db: LabDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
});

describe('searches', () => {
  it('come back as they were put, newest first, and as they were changed', async () => {
    for (const [id, at] of [
      ['old', 1],
      ['new', 3],
    ] as const) {
      await putSearch(db, searchRecord(id, at));
    }
    expect((await listSearches(db)).map(({ id }) => id)).toEqual(['new', 'old']);
    expect(await updateSearch(db, 'old', { status: 'paused' })).toEqual({
      ...searchRecord('old', 1),
      status: 'paused',
    });
    expect(await getSearch(db, 'old')).toMatchObject({ status: 'paused' });
    expect(await updateSearch(db, 'none', { step: 1 })).toBeUndefined();
  });

  it('keep their log in order, cut back where they go on from', async () => {
    await putSearch(db, searchRecord('s'));
    for (const step of [1, 2, 3])
      expect(await appendSearchLog(db, 's', [searchEntry(step)])).toBe(true);
    await trimSearchLog(db, 's', 2);
    expect(await readSearchLog(db, 's')).toEqual([searchEntry(1), searchEntry(2)]);
    expect(await appendSearchLog(db, 'none', [searchEntry(1)])).toBe(false);
  });

  it('keep two checkpoints, and go on from the newest that is whole', async () => {
    await putSearch(db, searchRecord('s'));
    for (const step of [1, 2, 3]) {
      expect(await putCheckpoint(db, 's', checkpoint(step), OF_SEARCHES)).toBe(true);
    }
    expect(await db.getAllKeys('searchCheckpoints')).toEqual([
      ['s', 2],
      ['s', 3],
    ]);
    expect((await latestCheckpoint(db, 's', OF_SEARCHES)).checkpoint).toEqual(checkpoint(3));
    const torn = { ...checkpoint(3), searchId: 's', checksum: 'no' };
    await db.put('searchCheckpoints', torn);
    expect((await latestCheckpoint(db, 's', OF_SEARCHES)).checkpoint).toEqual(checkpoint(2));
    expect(await putCheckpoint(db, 'none', checkpoint(1), OF_SEARCHES)).toBe(false);
    expect((await latestCheckpoint(db, 'none', OF_SEARCHES)).checkpoint).toBeUndefined();
  });

  it('are deleted with all that belongs to them and nothing else', async () => {
    for (const id of ['s', 'other']) {
      await putSearch(db, searchRecord(id));
      await appendSearchLog(db, id, [searchEntry(1)]);
      await putCheckpoint(db, id, checkpoint(1), OF_SEARCHES);
    }
    await deleteSearch(db, 's');
    expect(await getSearch(db, 's')).toBeUndefined();
    expect(await readSearchLog(db, 's')).toEqual([]);
    expect((await latestCheckpoint(db, 's', OF_SEARCHES)).checkpoint).toBeUndefined();
    expect(await readSearchLog(db, 'other')).toHaveLength(1);
    expect((await latestCheckpoint(db, 'other', OF_SEARCHES)).checkpoint).toEqual(checkpoint(1));
  });
});
