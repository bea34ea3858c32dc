/** @file Sweeps: queues of runs; the runs themselves lie with all others. */
import type { SweepRecord } from '../spec/sweep.ts';
import { isSweepRecord } from '../spec/sweep.ts';
import { atomically } from './atomic.ts';
import type { LabDatabase } from './schema.ts';

export async function putSweep(db: LabDatabase, sweep: SweepRecord): Promise<void> {
  await db.put('sweeps', sweep);
}

/** Oldest first: the order of work. Leaves out what is no sweep. */
export async function listSweeps(db: LabDatabase): Promise<SweepRecord[]> {
  const sweeps: unknown[] = await db.getAll('sweeps');
  return sweeps.filter(isSweepRecord).sort((a, b) => a.createdAt - b.createdAt);
}

/**
 * Change a sweep as it is stored now, whoever wrote it.
 * @returns undefined when it is gone, or what lies there is no sweep
 */
export async function updateSweep(
  db: LabDatabase,
  id: string,
  change: (sweep: SweepRecord) => SweepRecord,
): Promise<SweepRecord | undefined> {
  return atomically(db, ['sweeps'], async (transaction) => {
    const store = transaction.objectStore('sweeps');
    const before: unknown = await store.get(id);
    if (!isSweepRecord(before)) return undefined;
    const after = { ...change(before), id };
    await store.put(after);
    return after;
  });
}

/** The runs stay. */
export async function deleteSweep(db: LabDatabase, id: string): Promise<void> {
  await db.delete('sweeps', id);
}
