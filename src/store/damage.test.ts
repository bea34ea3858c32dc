import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpoint, runRecord } from '../testing/records.ts';
import { damageSentence, latestCheckpoint, putCheckpoint } from './checkpoints.ts';
import { openLab } from './open.ts';
import { putRun } from './runs.ts';
import type { LabDatabase, StoredCheckpoint } from './schema.ts';

let db: LabDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
  await putRun(db, runRecord('r'));
  await putCheckpoint(db, 'r', checkpoint(1));
  await putCheckpoint(db, 'r', checkpoint(2));
});

afterEach(() => vi.restoreAllMocks());

type Plain = Record<string, unknown> & { tensors: Record<string, unknown>[] };

/** Each changes a whole stored checkpoint in one place. */
const DAMAGE: Record<string, (stored: Plain) => void> = {
  'no epoch': (stored) => (stored.epoch = undefined),
  'another epoch': (stored) => (stored.epoch = 1),
  'an epoch that is no number': (stored) => (stored.epoch = NaN),
  'another state': (stored) => (stored.state = { rng: [2, 2, 3, 5] }),
  'no state': (stored) => delete stored.state,
  'a state that JSON cannot hold': (stored) => (stored.state = 1n),
  'a state that holds itself': (stored) => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    stored.state = circle;
  },
  'no tensors': (stored) => Reflect.deleteProperty(stored, 'tensors'),
  'tensors that are no list': (stored) => (stored.tensors = {} as never),
  'a tensor less': (stored) => stored.tensors.pop(),
  'a tensor twice': (stored) => stored.tensors.push(stored.tensors[0] ?? {}),
  'tensors in another order': (stored) => stored.tensors.reverse(),
  'a tensor that is null': (stored) => (stored.tensors[0] = null as never),
  'another name': (stored) => Object.assign(stored.tensors[0] ?? {}, { name: 'v' }),
  'a name that is none': (stored) => Object.assign(stored.tensors[0] ?? {}, { name: 7 }),
  'another shape of the same size': (stored) =>
    Object.assign(stored.tensors[0] ?? {}, { shape: [4, 1] }),
  'a shape of another size': (stored) => Object.assign(stored.tensors[0] ?? {}, { shape: [2, 3] }),
  'a shape of fractions': (stored) => Object.assign(stored.tensors[0] ?? {}, { shape: [0.5, 8] }),
  'a negative shape': (stored) => Object.assign(stored.tensors[0] ?? {}, { shape: [-2, -2] }),
  'numbers cut short': (stored) =>
    Object.assign(stored.tensors[0] ?? {}, { data: Float32Array.of(2, 0, 0), shape: [3] }),
  'numbers of another type': (stored) =>
    Object.assign(stored.tensors[0] ?? {}, { data: Float64Array.of(2, -0, NaN, 1e-40) }),
  'bytes in place of numbers': (stored) =>
    Object.assign(stored.tensors[0] ?? {}, { data: new Uint8Array(16) }),
  'zero in place of minus zero': (stored) => ((stored.tensors[0]?.data as Float32Array)[1] = 0),
  'another NaN': (stored) => {
    const data = stored.tensors[0]?.data as Float32Array;
    new Uint32Array(data.buffer)[2] = 0x7fc00001;
  },
  'no checksum': (stored) => delete stored.checksum,
  'another checksum': (stored) => (stored.checksum = '0000000000000000'),
};

describe('a checkpoint with', () => {
  it.each(Object.keys(DAMAGE))(
    '%s is passed over for the one before, in one sentence',
    async (at) => {
      const stored = (await db.get('checkpoints', ['r', 2])) as unknown as Plain;
      DAMAGE[at]?.(stored);
      await db.put('checkpoints', stored as unknown as StoredCheckpoint);
      const found = await latestCheckpoint(db, 'r');
      expect(found).toEqual({ checkpoint: checkpoint(1), damagedSteps: [2] });
      expect(damageSentence(found)).toBe(
        'The checkpoint of step 2 was damaged: training went on from the one of step 1.',
      );
    },
  );

  it('bytes that the browser cannot read is passed over for the one before', async () => {
    const { get } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
      this: IDBObjectStore,
      key: [string, number],
    ) {
      if (key[1] === 2) throw new DOMException('blob is gone', 'UnknownError');
      return get.call(this, key);
    } as never);
    expect(await latestCheckpoint(db, 'r')).toEqual({
      checkpoint: checkpoint(1),
      damagedSteps: [2],
    });
  });

  it('a store that is closed is not taken for damage', async () => {
    db.close();
    await expect(latestCheckpoint(db, 'r')).rejects.toMatchObject({ name: 'InvalidStateError' });
  });
});

describe('when every checkpoint is damaged', () => {
  it('training begins again, and that is said', async () => {
    for (const step of [1, 2]) {
      await db.put('checkpoints', { runId: 'r', step } as unknown as StoredCheckpoint);
    }
    const found = await latestCheckpoint(db, 'r');
    expect(damageSentence(found)).toBe(
      'The checkpoints of steps 2 and 1 were damaged and there is none before: training began again.',
    );
  });

  it('nothing is said of checkpoints that are whole', async () => {
    expect(damageSentence(await latestCheckpoint(db, 'r'))).toBeNull();
  });
});

describe('a crash in the middle of writing a checkpoint', () => {
  /** Requests of `putCheckpoint` in their order. */
  const POINTS = ['get', 'put', 'getAllKeys', 'delete'] as const;

  it.each(POINTS)('at %s leaves both that were there', async (point) => {
    const original = IDBObjectStore.prototype[point] as (...args: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, point).mockImplementation(function (
      this: IDBObjectStore,
      ...args: unknown[]
    ) {
      const request = original.apply(this, args);
      this.transaction.abort(); // as the end of the process does to what is not committed
      return request;
    } as never);
    await expect(putCheckpoint(db, 'r', checkpoint(3))).rejects.toThrow();
    vi.restoreAllMocks();
    expect(await db.getAllKeys('checkpoints')).toEqual([
      ['r', 1],
      ['r', 2],
    ]);
    expect((await latestCheckpoint(db, 'r')).checkpoint).toEqual(checkpoint(2));
  });

  it('is guarded by strict durability: the promise resolves when it is on the disk', async () => {
    const spy = vi.spyOn(db, 'transaction');
    await putCheckpoint(db, 'r', checkpoint(3));
    expect(spy.mock.calls.map(([, , options]) => options)).toEqual([{ durability: 'strict' }]);
  });
});
