import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpoint, runRecord } from '../testing/records.ts';
import { putCheckpoint } from './checkpoints.ts';
import { labOpener, openLab } from './open.ts';
import { getRun, putRun } from './runs.ts';
import type { LabDatabase } from './schema.ts';
import { writeOrWait } from './write-or-wait.ts';
import type { WaitingWrite } from './write-or-wait.ts';

let db: LabDatabase;
let told: (string | null)[];
const FULL = 'The disk, or the browser’s share of it, is full';
const full = (): Promise<never> =>
  Promise.reject(new DOMException('no room', 'QuotaExceededError'));

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
  told = [];
});

function asked(write: WaitingWrite['write']): WaitingWrite {
  return {
    open: () => Promise.resolve(db),
    write,
    id: 'r',
    onTrouble: (reason) => told.push(reason),
    retryMs: 2,
  };
}

describe('a write that must not be lost', () => {
  it('is done at once where there is room, and nothing is told', async () => {
    expect(await writeOrWait(asked((to) => putRun(to, runRecord('r'))))).toBe(true);
    expect(await getRun(db, 'r')).toBeDefined();
    expect(told).toEqual([]);
  });

  it('waits while there is none, is told of once, and done when there is room', async () => {
    let tries = 0;
    const write = (to: LabDatabase): Promise<unknown> =>
      ++tries < 4 ? full() : putRun(to, runRecord('r'));
    expect(await writeOrWait(asked(write))).toBe(false);
    expect(told).toEqual([FULL]);
    await vi.waitFor(() => expect(told).toEqual([FULL, null]));
    expect(await getRun(db, 'r')).toBeDefined();
  });

  it('makes room first where second checkpoints take it', async () => {
    await putRun(db, runRecord('r'));
    for (const step of [1, 2]) await putCheckpoint(db, 'r', checkpoint(step));
    const write = async (to: LabDatabase): Promise<void> => {
      if ((await to.count('checkpoints')) > 1) await full();
    };
    expect(await writeOrWait(asked(write))).toBe(true);
    expect(await db.getAllKeys('checkpoints')).toEqual([['r', 2]]);
    expect(told).toEqual([]);
  });

  it('says what else is wrong, and opens the store anew', async () => {
    db.close();
    const wanted = asked((to) => putRun(to, runRecord('r')));
    const open = vi.fn(wanted.open);
    expect(await writeOrWait({ ...wanted, open })).toBe(false);
    expect(told).toEqual(['The browser’s storage failed (InvalidStateError)']);
    db = await openLab();
    await vi.waitFor(() => expect(told.at(-1)).toBeNull());
    expect(await getRun(db, 'r')).toBeDefined();
  });

  it('opens the lab once, and again where that failed or it was closed', async () => {
    const open = labOpener();
    const refused = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('a fault', 'UnknownError');
    });
    const wanted = asked((to) => putRun(to, runRecord('r')));
    expect(await writeOrWait({ ...wanted, open })).toBe(false);
    expect(told).toHaveLength(1);
    refused.mockRestore();
    await vi.waitFor(() => expect(told.at(-1)).toBeNull());
    expect(await getRun(db, 'r')).toBeDefined();
    expect(await open()).toBe(await open());
  });
});
