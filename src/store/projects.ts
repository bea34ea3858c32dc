/** @file Runs whole, out of the store for a project file and into it from one: all of it or nothing. */
import type { Project, ProjectDataset, ProjectRun } from '../project/contents.ts';
import { atomically } from './atomic.ts';
import { checkpointChecksum } from './checksum.ts';
import { latestCheckpoint } from './checkpoints.ts';
import { getDataset, getDatasetInfo } from './datasets.ts';
import { readLog } from './logs.ts';
import { getMapping } from './mappings.ts';
import { getRun } from './runs.ts';
import type { LabDatabase } from './schema.ts';

/** @returns undefined when there is no such run */
export async function readWholeRun(db: LabDatabase, id: string): Promise<ProjectRun | undefined> {
  const [record, log, mapping, { checkpoint }] = await Promise.all([
    getRun(db, id),
    readLog(db, id),
    getMapping(db, id),
    latestCheckpoint(db, id),
  ]);
  if (record === undefined) return undefined;
  return { record, log, mapping: mapping ?? null, checkpoint: checkpoint ?? null };
}

/** @returns undefined when it is not stored, or not whole */
export async function readWholeDataset(
  db: LabDatabase,
  id: string,
): Promise<ProjectDataset | undefined> {
  const [info, dataset] = await Promise.all([getDatasetInfo(db, id), getDataset(db, id)]);
  return info && dataset ? { info, dataset } : undefined;
}

/**
 * Write new runs and datasets; a dataset that is there already stays as it is.
 * @throws ConstraintError, having written nothing, when a run of that id is there
 */
export async function addProject(db: LabDatabase, { runs, datasets }: Project): Promise<void> {
  const names = ['runs', 'logs', 'checkpoints', 'mappings', 'datasets', 'images'] as const;
  await atomically(
    db,
    names,
    async (transaction) => {
      for (const { record, log, mapping, checkpoint } of runs) {
        const runId = record.id;
        await transaction.objectStore('runs').add(record);
        for (const entry of log) {
          await transaction.objectStore('logs').add({ runId, step: entry.step, entry });
        }
        if (mapping !== null) await transaction.objectStore('mappings').put(mapping);
        if (checkpoint !== null) {
          const checksum = checkpointChecksum(checkpoint);
          await transaction.objectStore('checkpoints').put({ ...checkpoint, runId, checksum });
        }
      }
      for (const { info, dataset } of datasets) {
        const key = await transaction.objectStore('datasets').getKey(info.id);
        if (key !== undefined) continue;
        await transaction.objectStore('datasets').add(info);
        await transaction.objectStore('images').put(dataset, info.id);
      }
    },
    { durability: 'strict' },
  );
}
