import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { eyeriss } from '../hw/presets/eyeriss.ts';
import { mappingRecord } from '../testing/records.ts';
import {
  deleteAccelerator,
  getAccelerator,
  listAccelerators,
  putAccelerator,
  renameAccelerator,
} from './accelerators.ts';
import { getMapping, putMapping } from './mappings.ts';
import { openLab } from './open.ts';
import type { LabDatabase } from './schema.ts';

let db: LabDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
});

const mine = { ...eyeriss, name: 'mine' };

describe('accelerators of one’s own', () => {
  it('come back as they were put, and what is none does not', async () => {
    await putAccelerator(db, mine);
    await db.put('accelerators', { name: 'broken', levels: 5 } as never);
    expect(await getAccelerator(db, 'mine')).toEqual(mine);
    expect(await getAccelerator(db, 'broken')).toBeUndefined();
    expect(await listAccelerators(db)).toEqual([mine]);
  });

  it('are renamed and deleted whole', async () => {
    await putAccelerator(db, mine);
    await renameAccelerator(db, 'mine', 'yours');
    expect(await listAccelerators(db)).toEqual([{ ...mine, name: 'yours' }]);
    await deleteAccelerator(db, 'yours');
    expect(await listAccelerators(db)).toEqual([]);
  });

  it('keep their names apart: a rename onto another changes nothing', async () => {
    await putAccelerator(db, mine);
    await putAccelerator(db, { ...mine, name: 'other' });
    await expect(renameAccelerator(db, 'mine', 'other')).rejects.toThrow(
      'accelerator: expected a name of its own, got "other" again',
    );
    expect((await listAccelerators(db)).map(({ name }) => name)).toEqual(['mine', 'other']);
  });
});

describe('mappings of networks without a run', () => {
  it('are kept under their own id, with the hardware that they were made for', async () => {
    const record = {
      ...mappingRecord('network:alexnet'),
      network: { title: 'AlexNet' },
      hardware: mine,
    };
    expect(await putMapping(db, record)).toBe(true);
    expect(await getMapping(db, 'network:alexnet')).toEqual(record);
  });

  it('are not taken for one where the hardware is none', async () => {
    const record = { ...mappingRecord('network:alexnet'), hardware: { name: 'x' } };
    await db.put('mappings', record as never);
    expect(await getMapping(db, 'network:alexnet')).toBeUndefined();
  });
});
