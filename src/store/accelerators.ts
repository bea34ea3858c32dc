/** @file The reader's own accelerators, by name. */
import type { Accelerator } from '../hw/accelerator.ts';
import { isAccelerator } from '../spec/accelerator-schema.ts';
import { SpecError } from '../util/errors.ts';
import { atomically } from './atomic.ts';
import type { LabDatabase } from './schema.ts';

/** Write one over what stood under its name. */
export async function putAccelerator(db: LabDatabase, accelerator: Accelerator): Promise<void> {
  await db.put('accelerators', accelerator);
}

/** @returns undefined when there is none, or what lies there is no accelerator */
export async function getAccelerator(
  db: LabDatabase,
  name: string,
): Promise<Accelerator | undefined> {
  const value: unknown = await db.get('accelerators', name);
  return isAccelerator(value) ? value : undefined;
}

/** By name; leaves out what is no accelerator. */
export async function listAccelerators(db: LabDatabase): Promise<Accelerator[]> {
  const values: unknown[] = await db.getAll('accelerators');
  return values.filter(isAccelerator);
}

/** @throws SpecError where another one has the name already */
export async function renameAccelerator(
  db: LabDatabase,
  name: string,
  next: string,
): Promise<void> {
  await atomically(db, ['accelerators'], async (transaction) => {
    const store = transaction.objectStore('accelerators');
    if ((await store.getKey(next)) !== undefined)
      throw new SpecError(`accelerator: expected a name of its own, got "${next}" again`);
    const before = await store.get(name);
    if (before === undefined) return;
    await store.delete(name);
    await store.put({ ...before, name: next });
  });
}

export async function deleteAccelerator(db: LabDatabase, name: string): Promise<void> {
  await db.delete('accelerators', name);
}
