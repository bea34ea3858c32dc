import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { checkpoint, datasetInfo, event, mappingRecord, runRecord } from '../testing/records.ts';
import { latestCheckpoint, putCheckpoint } from './checkpoints.ts';
import { checkpointChecksum } from './checksum.ts';
import { deleteDataset, getDataset, getDatasetInfo, listDatasets, putDataset } from './datasets.ts';
import { appendLog, readLog, trimLog } from './logs.ts';
import { getMapping, putMapping } from './mappings.ts';
import { MIGRATIONS } from './migrations.ts';
import { openLab } from './open.ts';
import { deleteAllRuns, deleteRun, getRun, listRuns, putRun, updateRun } from './runs.ts';
import type { LabDatabase } from './schema.ts';
import { requestPersistence, storageUse } from './usage.ts';

let db: LabDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
});

/** Put something past the typed functions, as another program or a torn write would. */
function putForeign(store: 'runs' | 'mappings' | 'datasets' | 'checkpoints', value: object) {
  return db.put(store, value as never);
}

async function counts(): Promise<Record<string, number>> {
  const names = [...db.objectStoreNames];
  const found = await Promise.all(names.map((name) => db.count(name)));
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? -1]));
}

async function putAll(id: string): Promise<void> {
  await putRun(db, runRecord(id));
  await appendLog(db, id, [event(0, 'a'), event(1, 'b')]);
  await putCheckpoint(db, id, checkpoint(1));
  await putMapping(db, mappingRecord(id));
}

describe('runs', () => {
  it('come back as they were put, newest first', async () => {
    await putRun(db, runRecord('old', 1));
    await putRun(db, runRecord('new', 3));
    await putRun(db, runRecord('middle', 2));
    expect(await getRun(db, 'old')).toEqual(runRecord('old', 1));
    expect((await listRuns(db)).map((run) => run.id)).toEqual(['new', 'middle', 'old']);
    expect(await getRun(db, 'none')).toBeUndefined();
  });

  it('keep a new name while their progress is written', async () => {
    await putRun(db, runRecord('r'));
    await Promise.all([updateRun(db, 'r', { name: 'mine' }), updateRun(db, 'r', { step: 5 })]);
    expect(await getRun(db, 'r')).toMatchObject({ name: 'mine', step: 5 });
  });

  it('stay deleted when their worker still writes', async () => {
    await putAll('r');
    await deleteRun(db, 'r');
    expect(await updateRun(db, 'r', { step: 5 })).toBeUndefined();
    expect(await appendLog(db, 'r', [event(2, 'c')])).toBe(false);
    expect(await putCheckpoint(db, 'r', checkpoint(2))).toBe(false);
    expect(await putMapping(db, mappingRecord('r'))).toBe(false);
    expect(Object.values(await counts()).every((count) => count === 0)).toBe(true);
  });

  it('are deleted with all that belongs to them and nothing else', async () => {
    for (const id of ['a', 'b', 'ab']) await putAll(id);
    await deleteRun(db, 'a');
    expect(await counts()).toMatchObject({ runs: 2, logs: 4, checkpoints: 2, mappings: 2 });
    expect(await readLog(db, 'ab')).toHaveLength(2);
    await putDataset(db, datasetInfo('d'), dataset());
    await deleteAllRuns(db);
    expect(await counts()).toEqual({
      accelerators: 0,
      draftClasses: 0,
      draftImages: 0,
      sweeps: 0,
      searches: 0,
      searchLogs: 0,
      searchCheckpoints: 0,
      runs: 0,
      logs: 0,
      checkpoints: 0,
      mappings: 0,
      mapCheckpoints: 0,
      datasets: 1,
      images: 1,
    });
  });

  it('that are not runs are left out', async () => {
    await putForeign('runs', { id: 'x', createdAt: 2 });
    await putForeign('runs', { ...runRecord('y'), recipe: { version: 99 } });
    await putForeign('runs', { ...runRecord('z'), status: 'asleep' });
    await putRun(db, runRecord('good'));
    expect((await listRuns(db)).map((run) => run.id)).toEqual(['good']);
    expect(await getRun(db, 'x')).toBeUndefined();
  });

  it('with fields of a newer lab still load', async () => {
    await putForeign('runs', { ...runRecord('r'), later: 1 });
    expect((await listRuns(db)).map((run) => run.id)).toEqual(['r']);
  });
});

describe('logs', () => {
  it('come back by step, in the order of writing within one', async () => {
    await putRun(db, runRecord('r'));
    await appendLog(db, 'r', [event(1, 'a'), event(10, 'b')]);
    await appendLog(db, 'r', [event(10, 'c'), event(11, 'd')]);
    const texts = (await readLog(db, 'r')).map((entry) => entry.kind === 'event' && entry.text);
    expect(texts).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are cut after the step a run resumes from', async () => {
    await putRun(db, runRecord('r'));
    await putRun(db, runRecord('s'));
    await appendLog(db, 'r', [event(1, 'a'), event(2, 'b'), event(3, 'c')]);
    await appendLog(db, 's', [event(3, 'other')]);
    await trimLog(db, 'r', 2);
    expect((await readLog(db, 'r')).map((entry) => entry.step)).toEqual([1, 2]);
    expect(await readLog(db, 's')).toHaveLength(1);
  });
});

describe('checkpoints', () => {
  beforeEach(() => putRun(db, runRecord('r')));

  it('come back bit for bit, the newest first, two kept', async () => {
    for (const step of [9, 10, 100]) await putCheckpoint(db, 'r', checkpoint(step));
    const found = await latestCheckpoint(db, 'r');
    expect(found.damagedSteps).toEqual([]);
    expect(found.checkpoint).toEqual(checkpoint(100));
    expect(Object.is(found.checkpoint?.tensors[0]?.data[1], -0)).toBe(true);
    expect(await db.getAllKeys('checkpoints')).toEqual([
      ['r', 10],
      ['r', 100],
    ]);
  });

  it('that are damaged are passed over for the one before', async () => {
    await putCheckpoint(db, 'r', checkpoint(1));
    await putCheckpoint(db, 'r', checkpoint(2));
    const stored = await db.get('checkpoints', ['r', 2]);
    const torn = new Uint8Array(stored?.tensors[0]?.data.buffer ?? new ArrayBuffer(0));
    torn[3] = (torn[3] ?? 0) ^ 1;
    await putForeign('checkpoints', stored ?? {});
    expect(await latestCheckpoint(db, 'r')).toEqual({
      checkpoint: checkpoint(1),
      damagedSteps: [2],
    });
    await putForeign('checkpoints', { runId: 'r', step: 1, tensors: 'none' });
    expect(await latestCheckpoint(db, 'r')).toEqual({
      checkpoint: undefined,
      damagedSteps: [2, 1],
    });
  });

  it('of later steps go when an earlier step is written again', async () => {
    for (const step of [10, 20]) await putCheckpoint(db, 'r', checkpoint(step));
    await putCheckpoint(db, 'r', checkpoint(15));
    expect((await latestCheckpoint(db, 'r')).checkpoint?.step).toBe(15);
    expect(await db.getAllKeys('checkpoints')).toEqual([
      ['r', 10],
      ['r', 15],
    ]);
  });

  it('store only the part of a buffer that a tensor covers', async () => {
    const memory = new Float32Array(1000);
    memory[500] = 7;
    const tensors = [{ name: 'w', shape: [1], data: memory.subarray(500, 501) }];
    await putCheckpoint(db, 'r', { ...checkpoint(1), tensors });
    const stored = await db.get('checkpoints', ['r', 1]);
    expect(stored?.tensors[0]?.data.buffer.byteLength).toBe(4);
    expect((await latestCheckpoint(db, 'r')).checkpoint?.tensors[0]?.data).toEqual(
      Float32Array.of(7),
    );
  });

  it('have a checksum that any one flipped bit changes', () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => i / 7);
    const of = (values: Float32Array): string =>
      checkpointChecksum({
        step: 1,
        epoch: 0,
        state: null,
        tensors: [{ name: 'w', shape: [64], data: values }],
      });
    const whole = of(data);
    fc.assert(
      fc.property(fc.nat(64 * 32 - 1), (bit) => {
        const flipped = data.slice();
        const words = new Uint32Array(flipped.buffer);
        words[bit >> 5] = (words[bit >> 5] ?? 0) ^ (1 << (bit & 31));
        expect(of(flipped)).not.toBe(whole);
      }),
    );
  });
});

describe('mappings', () => {
  it('come back as they were put; what is not one does not', async () => {
    await putRun(db, runRecord('r'));
    await putMapping(db, mappingRecord('r'));
    expect(await getMapping(db, 'r')).toEqual(mappingRecord('r'));
    await putForeign('mappings', { runId: 'r', byBits: 3 });
    expect(await getMapping(db, 'r')).toBeUndefined();
  });
});

function dataset(): Dataset {
  return {
    name: 'two',
    source: 'a test',
    width: 2,
    height: 2,
    channels: 1,
    classNames: ['a', 'b'],
    train: { count: 2, images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), labels: Uint8Array.of(0, 1) },
    test: { count: 1, images: Uint8Array.of(9, 8, 7, 6), labels: Uint8Array.of(0) },
  };
}

describe('datasets', () => {
  it('come back as they were put, oldest first', async () => {
    await putDataset(db, datasetInfo('b', 2), dataset());
    await putDataset(db, datasetInfo('a', 3), dataset());
    expect(await getDataset(db, 'a')).toEqual(dataset());
    expect(await getDatasetInfo(db, 'a')).toEqual(datasetInfo('a', 3));
    expect((await listDatasets(db)).map((info) => info.id)).toEqual(['b', 'a']);
  });

  it('leave nothing of a write that fails', async () => {
    const broken = { ...dataset(), source: (() => 'not plain') as unknown as string };
    await expect(putDataset(db, datasetInfo('d'), broken)).rejects.toThrow();
    expect(await counts()).toMatchObject({ datasets: 0, images: 0 });
  });

  it('are deleted whole', async () => {
    await putDataset(db, datasetInfo('d'), dataset());
    await deleteDataset(db, 'd');
    expect(await counts()).toMatchObject({ datasets: 0, images: 0 });
  });

  it('with pixels missing do not load', async () => {
    const short = { ...dataset(), test: { ...dataset().test, images: new Uint8Array(3) } };
    await putDataset(db, datasetInfo('d'), short);
    expect(await getDataset(db, 'd')).toBeUndefined();
    const wide = { ...dataset(), width: { valueOf: 1, toString: 1 } as unknown as number };
    await putDataset(db, datasetInfo('d'), wide);
    expect(await getDataset(db, 'd')).toBeUndefined();
    await putForeign('datasets', { id: 'foreign' });
    expect(await listDatasets(db)).toHaveLength(1);
  });
});

describe('opening', () => {
  it('takes a database of an older version along, and closes its connection with a sentence', async () => {
    const said: string[] = [];
    const old = await openLab({ name: 'moving', onClosed: (sentence) => said.push(sentence) });
    await putRun(old, runRecord('r'));
    const next = await openLab({
      name: 'moving',
      migrations: [
        ...MIGRATIONS,
        async (_db, transaction) => {
          const runs = transaction.objectStore('runs');
          for (const run of await runs.getAll()) await runs.put({ ...run, name: 'moved' });
        },
      ],
    });
    expect(said).toEqual(['A newer version of the lab is open in another tab: reload this page.']);
    expect(await getRun(next, 'r')).toMatchObject({ name: 'moved' });
    await expect(listRuns(old)).rejects.toMatchObject({ name: 'InvalidStateError' });
    await expect(openLab({ name: 'moving' })).rejects.toThrow(
      `openLab: expected stored data of version ${MIGRATIONS.length} or older, got a newer one: reload the page to get the newer lab`,
    );
  });

  it('lets two tabs of one version see the same runs', async () => {
    const other = await openLab();
    await putRun(db, runRecord('r'));
    expect(await getRun(other, 'r')).toEqual(runRecord('r'));
    await deleteRun(other, 'r');
    expect(await listRuns(db)).toEqual([]);
  });
});

describe('storage use', () => {
  it('is told as unknown where there is no storage manager', async () => {
    expect(await storageUse()).toEqual({
      usageBytes: undefined,
      quotaBytes: undefined,
      persisted: false,
      temporary: false,
    });
    expect(await requestPersistence()).toBe(false);
  });
});
