import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogEntry, RunRecord } from '../spec/run.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { checkpoint, event, runRecord } from '../testing/records.ts';
import { searchEntry, searchRecord } from '../testing/search-records.ts';
import { latestCheckpoint, OF_SEARCHES, putCheckpoint, thinCheckpoints } from './checkpoints.ts';
import { readLog } from './logs.ts';
import { openLab } from './open.ts';
import { RUN_GONE, RUN_PLACE, SEARCH_GONE, SEARCH_PLACE } from './job-places.ts';
import { JobWriter } from './job-writer.ts';
import type { JobWriterOptions } from './job-writer.ts';
import { deleteRun, getRun, putRun, updateRun } from './runs.ts';
import type { LabDatabase } from './schema.ts';
import { getSearch, putSearch, readSearchLog, updateSearch } from './searches.ts';

let db: LabDatabase;
let said: (string | null)[];

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
  said = [];
  await putRun(db, runRecord('r'));
});

afterEach(() => vi.restoreAllMocks());

function optionsWith(options: Partial<JobWriterOptions>): JobWriterOptions {
  return {
    open: () => Promise.resolve(db),
    onTrouble: (sentence) => said.push(sentence),
    now: () => 5,
    retryMs: 5,
    ...options,
  };
}

function writer(options: Partial<JobWriterOptions> = {}): JobWriter<RunRecord, LogEntry> {
  return new JobWriter(runRecord('r'), RUN_PLACE, optionsWith(options));
}

/** Until the returned function is called, writes that `refuses` picks fail as on a full disk. */
function fullDisk(refuses: (store: string) => boolean): () => void {
  const { put } = IDBObjectStore.prototype;
  const { add } = IDBObjectStore.prototype;
  const full = (store: IDBObjectStore): void => {
    if (refuses(store.name)) throw new DOMException('no room', 'QuotaExceededError');
  };
  const spies = [
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args: Parameters<typeof put>
    ) {
      full(this);
      return put.apply(this, args);
    } as never),
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (
      this: IDBObjectStore,
      ...args: Parameters<typeof add>
    ) {
      full(this);
      return add.apply(this, args);
    } as never),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

const FULL =
  'The disk, or the browser’s share of it, is full: training goes on, but what it does now is kept in memory only until there is room again.';

describe('what a run in training writes', () => {
  it('is in the store when the call resolves', async () => {
    const to = writer();
    await to.save({ step: 3, status: 'paused' });
    await to.log([event(1, 'a')]);
    await to.checkpoint(checkpoint(3));
    expect(await getRun(db, 'r')).toMatchObject({ step: 3, status: 'paused', updatedAt: 5 });
    expect(await readLog(db, 'r')).toEqual([event(1, 'a')]);
    expect((await latestCheckpoint(db, 'r')).checkpoint).toEqual(checkpoint(3));
    expect(to.isBehind).toBe(false);
    expect(said).toEqual([]);
  });

  it('keeps a name that was given meanwhile', async () => {
    const to = writer();
    await updateRun(db, 'r', { name: 'mine' });
    expect(await to.save({ step: 1 })).toMatchObject({ step: 1 });
    expect(to.job.name).toBe('mine');
    expect((await getRun(db, 'r'))?.name).toBe('mine');
  });

  it('waits in memory while the disk is full, is said once, and is written when there is room', async () => {
    const to = writer({ retryMs: 2 });
    const makeRoom = fullDisk(() => true);
    await to.log([event(1, 'a')]);
    await to.save({ step: 1 });
    await to.log([event(2, 'b')]);
    await to.checkpoint(checkpoint(1));
    await to.checkpoint(checkpoint(2));
    expect(to.job.step).toBe(1);
    expect(to.isBehind).toBe(true);
    expect(said).toEqual([FULL]);
    expect(await readLog(db, 'r')).toEqual([]);
    makeRoom();
    await vi.waitFor(() => expect(to.isBehind).toBe(false));
    expect(said).toEqual([FULL, null]);
    expect(await readLog(db, 'r')).toEqual([event(1, 'a'), event(2, 'b')]);
    expect((await getRun(db, 'r'))?.step).toBe(1);
    expect((await latestCheckpoint(db, 'r')).checkpoint).toEqual(checkpoint(2));
  });

  it('thins older automatic checkpoints first, and none of a run that has a name', async () => {
    for (const id of ['old', 'mine']) {
      await putRun(db, { ...runRecord(id), name: 'test' }); // the recipe's name
      for (const step of [1, 2]) await putCheckpoint(db, id, checkpoint(step));
    }
    await updateRun(db, 'mine', { name: 'mine' });
    for (const step of [1, 2]) await putCheckpoint(db, 'r', checkpoint(step));
    let kept = await db.count('checkpoints');
    expect(kept).toBe(6);
    const { delete: remove } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (
      this: IDBObjectStore,
      key: IDBValidKey,
    ) {
      kept--;
      return remove.call(this, key);
    } as never);
    const makeRoom = fullDisk((store) => store === 'checkpoints' && kept > 4);
    await writer().checkpoint(checkpoint(3));
    makeRoom();
    expect(said).toEqual([]);
    expect(await db.getAllKeys('checkpoints')).toEqual([
      ['mine', 1],
      ['mine', 2],
      ['old', 2],
      ['r', 2],
      ['r', 3],
    ]);
  });

  it('does not wait for a write that hangs, and has it all when it ends', async () => {
    let open: (db: LabDatabase) => void = () => undefined;
    let calls = 0;
    const to = writer({
      open: () =>
        calls++ === 0 ? new Promise((resolve) => (open = resolve)) : Promise.resolve(db),
      stalledMs: 5,
    });
    await to.log([event(1, 'a')]);
    expect(said).toEqual([expect.stringContaining('does not answer: training goes on')]);
    await to.log([event(2, 'b')]);
    expect(calls).toBe(1);
    open(db);
    await vi.waitFor(() => expect(to.isBehind).toBe(false));
    expect(await readLog(db, 'r')).toEqual([event(1, 'a'), event(2, 'b')]);
    expect(said.at(-1)).toBeNull();
  });

  it('goes on over a new connection when one was closed', async () => {
    db.close();
    let opened = 0;
    const to = writer({
      open: async () => {
        if (opened++ > 0) db = await openLab();
        return db;
      },
      retryMs: 2,
    });
    await to.save({ step: 4 });
    expect(said[0]).toContain('storage failed (InvalidStateError)');
    await vi.waitFor(async () => expect((await getRun(db, 'r'))?.step).toBe(4));
  });

  it('ends with the run when that is deleted, and stays ended', async () => {
    const to = writer();
    await deleteRun(db, 'r');
    await expect(to.save({ step: 1 })).rejects.toThrow(RUN_GONE);
    await expect(to.log([event(1, 'a')])).rejects.toThrow(RUN_GONE);
    expect(await db.count('logs')).toBe(0);
  });

  it('writes no more once the run was begun anew, though it still waits for room', async () => {
    await putRun(db, { ...runRecord('r'), writer: 'first' });
    const first = new JobWriter(
      { ...runRecord('r'), writer: 'first' },
      RUN_PLACE,
      optionsWith({ retryMs: 2 }),
    );
    const makeRoom = fullDisk(() => true);
    await first.log([event(9, 'late')]);
    await first.checkpoint(checkpoint(9));
    await first.save({ step: 9, status: 'trained' });
    makeRoom();
    // before its next try
    await putRun(db, { ...runRecord('r'), writer: 'second' });
    const second = new JobWriter(
      { ...runRecord('r'), writer: 'second' },
      RUN_PLACE,
      optionsWith({}),
    );
    await second.log([event(1, 'a')]);
    await second.checkpoint(checkpoint(1));
    await second.save({ step: 1 });
    await expect(first.save({ step: 10 })).rejects.toThrow('Begun anew elsewhere');
    await expect(first.cutLog(0)).rejects.toThrow('Begun anew elsewhere');
    expect(await getRun(db, 'r')).toMatchObject({ step: 1, writer: 'second' });
    expect(await readLog(db, 'r')).toEqual([event(1, 'a')]);
    expect(await db.getAllKeys('checkpoints')).toEqual([['r', 1]]);
  });

  it('takes its log back, written or not', async () => {
    const to = writer({ retryMs: 2 });
    await to.log([event(1, 'a'), event(2, 'b')]);
    const makeRoom = fullDisk(() => true);
    const { delete: remove } = IDBObjectStore.prototype;
    const stuck = vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(() => {
      throw new DOMException('a fault', 'UnknownError');
    });
    await to.log([event(3, 'c')]);
    await to.cutLog(2);
    await to.cutLog(1);
    await to.log([event(2, 'again')]);
    expect(await readLog(db, 'r')).toEqual([event(1, 'a'), event(2, 'b')]);
    stuck.mockImplementation(remove as never);
    makeRoom();
    await vi.waitFor(() => expect(to.isBehind).toBe(false));
    expect(await readLog(db, 'r')).toEqual([event(1, 'a'), event(2, 'again')]);
  });

  it('writes nothing once it was stopped', async () => {
    const to = writer();
    to.stop(new Error('taken over'));
    await expect(to.save({ step: 9 })).rejects.toThrow('taken over');
    await expect(to.checkpoint(checkpoint(9))).rejects.toThrow('taken over');
    expect((await getRun(db, 'r'))?.step).toBe(0);
    expect(await db.count('checkpoints')).toBe(0);
  });
});

describe('what a search writes', () => {
  const searching = (): JobWriter<SearchRecord, SearchLogEntry> =>
    new JobWriter(searchRecord('s'), SEARCH_PLACE, optionsWith({ retryMs: 2 }));

  it('waits in memory while the disk is full, and is written when there is room', async () => {
    await putSearch(db, searchRecord('s'));
    const to = searching();
    const makeRoom = fullDisk(() => true);
    await to.log([searchEntry(1)]);
    await to.checkpoint(checkpoint(1));
    expect(await to.save({ step: 1 })).toMatchObject({ step: 1, updatedAt: 5 });
    expect(said).toEqual([FULL.replace('training', 'the search')]);
    makeRoom();
    await vi.waitFor(() => expect(to.isBehind).toBe(false));
    expect(said.at(-1)).toBeNull();
    expect(await readSearchLog(db, 's')).toEqual([searchEntry(1)]);
    expect((await getSearch(db, 's'))?.step).toBe(1);
    expect((await latestCheckpoint(db, 's', OF_SEARCHES)).checkpoint).toEqual(checkpoint(1));
  });

  it('thins its own checkpoints for room, and keeps the run that was made of it meanwhile', async () => {
    await putSearch(db, searchRecord('s'));
    for (const step of [1, 2]) await putCheckpoint(db, 's', checkpoint(step), OF_SEARCHES);
    await updateSearch(db, 's', { runId: 'r' });
    expect(await thinCheckpoints(db, 's')).toBe(1);
    expect(await db.getAllKeys('searchCheckpoints')).toEqual([['s', 2]]);
    expect(await searching().save({ step: 3 })).toMatchObject({ step: 3 });
    expect(await getSearch(db, 's')).toMatchObject({ step: 3, runId: 'r' });
  });

  it('writes no more once the search was begun anew', async () => {
    await putSearch(db, { ...searchRecord('s'), writer: 'second' });
    const first = new JobWriter(
      { ...searchRecord('s'), writer: 'first' },
      SEARCH_PLACE,
      optionsWith({}),
    );
    const late = 'Begun anew elsewhere';
    await expect(first.log([searchEntry(1)])).rejects.toThrow(late);
    expect(await db.count('searchLogs')).toBe(0);
  });

  it('ends with the search when that is deleted', async () => {
    await expect(searching().log([searchEntry(1)])).rejects.toThrow(SEARCH_GONE);
    expect(await db.count('searchLogs')).toBe(0);
  });
});
