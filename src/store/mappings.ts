/** @file Mappings: the best one found of each run, per bit-width and layer. */
import type { MappingRecord } from '../spec/run.ts';
import { isMappingRecord } from '../spec/run-schema.ts';
import { atomically } from './atomic.ts';
import type { LabDatabase } from './schema.ts';

/** @returns false when its run has been deleted: nothing was written */
export async function putMapping(db: LabDatabase, record: MappingRecord): Promise<boolean> {
  if (record.network) {
    await db.put('mappings', record); // belongs to no run
    return true;
  }
  return atomically(db, ['runs', 'mappings'], async (transaction) => {
    const key = await transaction.objectStore('runs').getKey(record.runId);
    if (key !== undefined) await transaction.objectStore('mappings').put(record);
    return key !== undefined;
  });
}

/** @returns undefined when there is none, or what lies there is not a mapping */
export async function getMapping(
  db: LabDatabase,
  runId: string,
): Promise<MappingRecord | undefined> {
  const record: unknown = await db.get('mappings', runId);
  return isMappingRecord(record) ? record : undefined;
}
