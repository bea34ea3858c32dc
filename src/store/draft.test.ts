import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { DRAFT_SIDE } from '../spec/draft.ts';
import {
  addDraftImages,
  deleteDraftClass,
  deleteDraftImage,
  putDraftClass,
  readDraft,
} from './draft.ts';
import { openLab } from './open.ts';
import type { LabDatabase } from './schema.ts';

let db: LabDatabase;
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await openLab();
});

const pixels = new Uint8Array(DRAFT_SIDE * DRAFT_SIDE * 3);
const image = (id: string, classId: string, createdAt: number) => ({
  id,
  classId,
  createdAt,
  pixels,
});

it('keeps classes and images in the order of their making, and deletes a class with its images', async () => {
  await putDraftClass(db, { id: 'b', name: 'Class 2', createdAt: 2 });
  await putDraftClass(db, { id: 'a', name: 'Class 1', createdAt: 1 });
  await addDraftImages(db, [image('2', 'a', 4), image('1', 'b', 3), image('3', 'a', 5)]);
  await putDraftClass(db, { id: 'b', name: 'dogs', createdAt: 2 });
  const ids = async () => {
    const { classes, images } = await readDraft(db);
    return [classes.map(({ name }) => name), images.map(({ id }) => id)];
  };
  expect(await ids()).toEqual([
    ['Class 1', 'dogs'],
    ['1', '2', '3'],
  ]);
  await deleteDraftImage(db, '2');
  await deleteDraftClass(db, 'b');
  expect(await ids()).toEqual([['Class 1'], ['3']]);
});

it('leaves out what is damaged', async () => {
  await putDraftClass(db, { id: 'a', name: 'a', createdAt: 1 });
  await db.put('draftClasses', { id: 'x', name: 7, createdAt: 1 } as never);
  await addDraftImages(db, [
    { ...image('short', 'a', 1), pixels: new Uint8Array(3) },
    image('lost', 'gone', 2),
    image('good', 'a', 3),
  ]);
  const { classes, images } = await readDraft(db);
  expect([classes.length, images.map(({ id }) => id)]).toEqual([1, ['good']]);
});
