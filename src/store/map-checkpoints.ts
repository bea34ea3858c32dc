/** @file Where mappings stand: one checkpoint each, on the disk when the promise resolves. */
import { MOST_SAVED_CHARACTERS } from '../spec/saved-mapping.ts';
import { atomically } from './atomic.ts';
import { textChecksum } from './checksum.ts';
import type { LabDatabase, MapCheckpoint } from './schema.ts';

function checksumOf({ runId, asked, seconds, runs }: MapCheckpoint): string {
  return textChecksum(runId, asked, String(seconds), runs);
}

/**
 * Takes the place of the one before.
 * @param ofRun false for a network without a run
 * @returns false when its run has been deleted: nothing was written
 */
export async function putMapCheckpoint(
  db: LabDatabase,
  checkpoint: MapCheckpoint,
  ofRun: boolean,
): Promise<boolean> {
  const stored = { ...checkpoint, checksum: checksumOf(checkpoint) };
  return atomically(
    db,
    ['runs', 'mapCheckpoints'],
    async (transaction) => {
      const { runId } = checkpoint;
      if (ofRun && (await transaction.objectStore('runs').getKey(runId)) === undefined) {
        return false;
      }
      await transaction.objectStore('mapCheckpoints').put(stored);
      return true;
    },
    { durability: 'strict' },
  );
}

/** @returns undefined when there is none, or what lies there is torn */
export async function getMapCheckpoint(
  db: LabDatabase,
  runId: string,
): Promise<MapCheckpoint | undefined> {
  const stored: unknown = await db.get('mapCheckpoints', runId);
  if (!isStored(stored)) return undefined;
  const { checksum, ...checkpoint } = stored;
  return checksum === checksumOf(checkpoint) ? checkpoint : undefined;
}

export async function deleteMapCheckpoint(db: LabDatabase, runId: string): Promise<void> {
  await db.delete('mapCheckpoints', runId);
}

function isStored(value: unknown): value is MapCheckpoint & { readonly checksum: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const { runId, asked, seconds, runs } = value as Partial<Record<keyof MapCheckpoint, unknown>>;
  const areTexts = [runId, asked, runs].every(
    (text) => typeof text === 'string' && text.length <= MOST_SAVED_CHARACTERS,
  );
  return areTexts && typeof seconds === 'number' && seconds >= 0;
}
