import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { runRecord } from '../testing/records.ts';
import { deleteMapCheckpoint, getMapCheckpoint, putMapCheckpoint } from './map-checkpoints.ts';
import { openLab } from './open.ts';
import { deleteAllRuns, deleteRun, putRun } from './runs.ts';
import type { LabDatabase, MapCheckpoint } from './schema.ts';

let db: LabDatabase;
const kept: MapCheckpoint = { runId: 'r', asked: '{}', seconds: 1.5, runs: '{"format":1}' };

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
  await putRun(db, runRecord('r'));
});

it('is read back as it was, and goes with its run', async () => {
  expect(await putMapCheckpoint(db, kept, true)).toBe(true);
  expect(await getMapCheckpoint(db, 'r')).toEqual(kept);
  await deleteRun(db, 'r');
  expect(await getMapCheckpoint(db, 'r')).toBeUndefined();
  expect(await putMapCheckpoint(db, kept, true)).toBe(false);
  expect(await db.count('mapCheckpoints')).toBe(0);
});

it('stands without a run, until it is deleted or all is', async () => {
  const network = { ...kept, runId: 'network:alexnet' };
  await putMapCheckpoint(db, network, false);
  expect(await getMapCheckpoint(db, network.runId)).toEqual(network);
  await deleteMapCheckpoint(db, network.runId);
  expect(await getMapCheckpoint(db, network.runId)).toBeUndefined();
  await putMapCheckpoint(db, network, false);
  await deleteAllRuns(db);
  expect(await getMapCheckpoint(db, network.runId)).toBeUndefined();
});

it('is none when a character of it is another', async () => {
  for (const change of [{ asked: '{ }' }, { seconds: 2 }, { runs: '{"format":2}' }, { runs: 7 }]) {
    await putMapCheckpoint(db, kept, true);
    await db.put('mapCheckpoints', {
      ...(await db.get('mapCheckpoints', 'r')),
      ...change,
    } as never);
    expect(await getMapCheckpoint(db, 'r')).toBeUndefined();
  }
});
