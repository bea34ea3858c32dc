import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { existsSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  checkpoint,
  datasetInfo,
  event,
  mappingRecord,
  runRecord,
  sweepRecord,
} from '../testing/records.ts';
import { searchEntry, searchRecord } from '../testing/search-records.ts';
import { latestCheckpoint, putCheckpoint } from './checkpoints.ts';
import { getDataset, listDatasets } from './datasets.ts';
import { appendLog, readLog } from './logs.ts';
import { getMapping } from './mappings.ts';
import { MIGRATIONS } from './migrations.ts';
import { openLab } from './open.ts';
import { listRuns, putRun, updateRun } from './runs.ts';
import type { LabDatabase } from './schema.ts';
import { listSearches, readSearchLog } from './searches.ts';
import { listSweeps, putSweep } from './sweeps.ts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const fixturePath = (version: number): string =>
  `${import.meta.dirname}/fixtures/version-${version}.json`;

/** A number array stands as `{ "$float32": base64 }`, bytes as `$uint8`. */
function revive(_key: string, value: unknown): unknown {
  const { $float32, $uint8 } = (value ?? {}) as { $float32?: string; $uint8?: string };
  if ($float32 !== undefined) {
    const bytes = Uint8Array.from(Buffer.from($float32, 'base64'));
    return new Float32Array(bytes.buffer);
  }
  return $uint8 === undefined ? value : Uint8Array.from(Buffer.from($uint8, 'base64'));
}

/** A database as the lab of that version left it. */
async function written(version: number): Promise<void> {
  const stores = JSON.parse(readFileSync(fixturePath(version), 'utf8'), revive) as Record<
    string,
    { key: IDBValidKey; value: unknown }[]
  >;
  const db = await openLab({ migrations: MIGRATIONS.slice(0, version) });
  for (const [name, records] of Object.entries(stores)) {
    const transaction = db.transaction(name as 'images', 'readwrite');
    for (const { key, value } of records) {
      const isInline = transaction.store.keyPath !== null;
      await transaction.store.put(value as never, isInline ? undefined : (key as string));
    }
    await transaction.done;
  }
  db.close();
}

const released = MIGRATIONS.map((_, i) => i + 1);

describe('a database of an older lab', () => {
  it('has a fixture for every version before this one', () => {
    expect(released.slice(0, -1).filter((version) => !existsSync(fixturePath(version)))).toEqual(
      [],
    );
  });

  it.each(released.filter((version) => existsSync(fixturePath(version))))(
    'of version %i opens with all that was in it, and is written on',
    async (version) => {
      await written(version);
      const db = await openLab();
      const run = { ...runRecord('r', 7), status: 'paused', step: 2 };
      expect(await listRuns(db)).toEqual([run]);
      expect(await readLog(db, 'r')).toEqual([
        event(1, 'a'),
        expect.objectContaining({ kind: 'train', step: 2 }),
      ]);
      expect(await latestCheckpoint(db, 'r')).toEqual({
        checkpoint: checkpoint(2),
        damagedSteps: [],
      });
      expect(await getMapping(db, 'r')).toEqual(mappingRecord('r'));
      expect(await listDatasets(db)).toEqual([datasetInfo('d', 3)]);
      expect((await getDataset(db, 'd'))?.train.labels).toEqual(Uint8Array.of(0, 1));

      expect(await putCheckpoint(db, 'r', checkpoint(3))).toBe(true);
      expect(await appendLog(db, 'r', [event(3, 'b')])).toBe(true);
      expect(await updateRun(db, 'r', { step: 3 })).toMatchObject({ step: 3 });
      expect((await latestCheckpoint(db, 'r')).checkpoint).toEqual(checkpoint(3));

      const searches = version < 3 ? [] : [searchRecord('s', 5)];
      expect(await listSearches(db)).toEqual(searches);
      expect(await readSearchLog(db, 's')).toEqual(searches.map(() => searchEntry(1)));
      expect(await listSweeps(db)).toEqual(version < 4 ? [] : [sweepRecord('w')]);
      await putSweep(db, sweepRecord('w'));
      expect(await listSweeps(db)).toEqual([sweepRecord('w')]);
    },
  );
});

describe('an upgrade', () => {
  const next = (step: (typeof MIGRATIONS)[number]) => ({ migrations: [...MIGRATIONS, step] });

  it('that fails half way changes nothing and is said in one sentence', async () => {
    const old = await openLab();
    await putRun(old, runRecord('r'));
    old.close();
    const failing = openLab(
      next(async (_db, transaction) => {
        await transaction.objectStore('runs').clear();
        throw new Error('no such field');
      }),
    );
    await expect(failing).rejects.toThrow(
      `openLab: expected to bring the stored data to version ${MIGRATIONS.length + 1}, got a failure (no such field): nothing was changed`,
    );
    const again = await openLab();
    expect(again.version).toBe(MIGRATIONS.length);
    expect((await listRuns(again)).map(({ id }) => id)).toEqual(['r']);
  });

  it('waits for a tab that does not let go, says which, and goes on when it does', async () => {
    const said: string[] = [];
    // a connection as a lab without our handlers would hold it
    const stubborn = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('instantnet-lab', 1);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(new Error('not opened'));
      opening.onupgradeneeded = () => {
        void MIGRATIONS[0]?.(opening.result as unknown as LabDatabase, null as never);
      };
    });
    const upgrading = openLab({ ...next(() => undefined), onBlocked: (text) => said.push(text) });
    const first = await Promise.race([
      upgrading.then(() => 'open'),
      new Promise((resolve) => setTimeout(() => resolve('waiting'), 50)),
    ]);
    expect(first).toBe('waiting');
    expect(said).toEqual([
      'Another tab holds the stored runs in an older version: close that tab.',
    ]);
    stubborn.close();
    expect((await upgrading).version).toBe(MIGRATIONS.length + 1);
  });
});
