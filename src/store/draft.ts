/** @file Images that are being collected: written one by one, so that a reload loses none. */
import type { Draft, DraftClass, DraftImage } from '../spec/draft.ts';
import { isDraftClass, isDraftImage } from '../spec/draft.ts';
import { atomically } from './atomic.ts';
import type { LabDatabase } from './schema.ts';

/** In the order of their making; leaves out what is not as it must be, and images of no class. */
export async function readDraft(db: LabDatabase): Promise<Draft> {
  const [classes, images]: [unknown[], unknown[]] = await Promise.all([
    db.getAll('draftClasses'),
    db.getAll('draftImages'),
  ]);
  const inOrder = (a: { createdAt: number }, b: { createdAt: number }): number =>
    a.createdAt - b.createdAt;
  const known = classes.filter(isDraftClass).sort(inOrder);
  const ids = new Set(known.map(({ id }) => id));
  return {
    classes: known,
    images: images
      .filter(isDraftImage)
      .filter(({ classId }) => ids.has(classId))
      .sort(inOrder),
  };
}

/** Takes the place of one with the same id. */
export async function putDraftClass(db: LabDatabase, draftClass: DraftClass): Promise<void> {
  await db.put('draftClasses', draftClass);
}

/** All or none. */
export async function addDraftImages(
  db: LabDatabase,
  images: readonly DraftImage[],
): Promise<void> {
  await atomically(db, ['draftImages'], async (transaction) => {
    for (const image of images) await transaction.objectStore('draftImages').put(image);
  });
}

export async function deleteDraftImage(db: LabDatabase, id: string): Promise<void> {
  await db.delete('draftImages', id);
}

/** With its images. */
export async function deleteDraftClass(db: LabDatabase, id: string): Promise<void> {
  await atomically(db, ['draftClasses', 'draftImages'], async (transaction) => {
    await transaction.objectStore('draftClasses').delete(id);
    const images = transaction.objectStore('draftImages');
    for (const key of await images.index('byClass').getAllKeys(id)) await images.delete(key);
  });
}
