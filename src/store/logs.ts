/** @file Training logs: appended while a run trains, cut back when it resumes from an older step. */
import type { LogEntry } from '../spec/run.ts';
import { isLogEntry } from '../spec/run-schema.ts';
import { atomically } from './atomic.ts';
import { keysOfRun } from './schema.ts';
import type { LabDatabase } from './schema.ts';
import { isWriters } from './writers.ts';

/**
 * @param writer when given, nothing is written where another one has begun since (`writers.ts`)
 * @returns false when the run has been deleted or has another writer: nothing was written
 */
export async function appendLog(
  db: LabDatabase,
  runId: string,
  entries: readonly LogEntry[],
  writer?: string,
): Promise<boolean> {
  return atomically(db, ['runs', 'logs'], async (transaction) => {
    if (!isWriters(await transaction.objectStore('runs').get(runId), writer)) return false;
    const logs = transaction.objectStore('logs');
    await Promise.all(entries.map(async (entry) => logs.add({ runId, step: entry.step, entry })));
    return true;
  });
}

/** By step, then in the order of writing; leaves out what is not a log entry. */
export async function readLog(db: LabDatabase, runId: string): Promise<LogEntry[]> {
  const rows = await db.getAllFromIndex('logs', 'byRun', keysOfRun(runId));
  return rows.map((row): unknown => row.entry).filter(isLogEntry);
}

/** Drop entries after `step`, which a run resumed from a checkpoint at `step` will write again; as `appendLog`. */
export async function trimLog(
  db: LabDatabase,
  runId: string,
  step: number,
  writer?: string,
): Promise<boolean> {
  return atomically(db, ['runs', 'logs'], async (transaction) => {
    if (!isWriters(await transaction.objectStore('runs').get(runId), writer)) return false;
    const logs = transaction.objectStore('logs');
    const later = IDBKeyRange.bound([runId, step], [runId, []], true);
    const keys = await logs.index('byRun').getAllKeys(later);
    await Promise.all(keys.map((key) => logs.delete(key)));
    return true;
  });
}
