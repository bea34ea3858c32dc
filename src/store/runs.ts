/** @file Runs: their records, and deleting one with all that belongs to it. */
import type { RunRecord } from '../spec/run.ts';
import { isRunRecord } from '../spec/run-schema.ts';
import { atomically } from './atomic.ts';
import { keysOfRun } from './schema.ts';
import type { LabDatabase } from './schema.ts';
import { isWriters } from './writers.ts';

const RUN_STORES = ['runs', 'logs', 'checkpoints', 'mappings', 'mapCheckpoints'] as const;

/** Write a new run, or a whole record over an old one. To change a part, use `updateRun`. */
export async function putRun(db: LabDatabase, run: RunRecord): Promise<void> {
  await db.put('runs', run);
}

/**
 * Change some fields; what another tab changed meanwhile (the name) stays.
 * @param writer when given, nothing is written where another one has begun since (`writers.ts`)
 * @returns the record as it is now, undefined when the run has been deleted (and stays so)
 */
export async function updateRun(
  db: LabDatabase,
  id: string,
  change: Partial<Omit<RunRecord, 'id'>>,
  writer?: string,
): Promise<RunRecord | undefined> {
  return atomically(db, ['runs'], async (transaction) => {
    const runs = transaction.objectStore('runs');
    const before = await runs.get(id);
    if (before === undefined || !isWriters(before, writer)) return undefined;
    const after = { ...before, ...change, id };
    await runs.put(after);
    return after;
  });
}

/** @returns undefined when there is none, or what lies there is not a run */
export async function getRun(db: LabDatabase, id: string): Promise<RunRecord | undefined> {
  const run: unknown = await db.get('runs', id);
  return isRunRecord(run) ? run : undefined;
}

/** Newest first; leaves out what is not a run. */
export async function listRuns(db: LabDatabase): Promise<RunRecord[]> {
  const runs: unknown[] = await db.getAllFromIndex('runs', 'byCreated');
  return runs.filter(isRunRecord).reverse();
}

/** Delete a run with its log, checkpoints and mappings: all of it or nothing. */
export async function deleteRun(db: LabDatabase, id: string): Promise<void> {
  await atomically(db, RUN_STORES, async (transaction) => {
    const logs = transaction.objectStore('logs');
    const logKeys = await logs.index('byRun').getAllKeys(keysOfRun(id));
    await Promise.all([
      ...logKeys.map((key) => logs.delete(key)),
      transaction.objectStore('checkpoints').delete(keysOfRun(id)),
      transaction.objectStore('mappings').delete(id),
      transaction.objectStore('mapCheckpoints').delete(id),
      transaction.objectStore('runs').delete(id),
    ]);
  });
}

/** Delete every run; datasets stay. */
export async function deleteAllRuns(db: LabDatabase): Promise<void> {
  await atomically(db, RUN_STORES, (transaction) =>
    Promise.all(RUN_STORES.map((name) => transaction.objectStore(name).clear())),
  );
}
