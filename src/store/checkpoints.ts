/**
 * @file Checkpoints: the last two of each run, so that one torn by a crash leaves the one before.
 *
 * Written with strict durability (on the disk, not in a cache, when the promise resolves).
 */
import { atomically } from './atomic.ts';
import { checkpointChecksum } from './checksum.ts';
import { keysOfRun } from './schema.ts';
import type { Checkpoint, CheckpointTensor, LabDatabase } from './schema.ts';

const KEPT = 2;

/**
 * Write a checkpoint and drop all but the last two. Drops those of later steps too: they were
 * passed over as damaged, or belong to steps that are now being repeated.
 *
 * @returns false when the run has been deleted: nothing was written
 */
export async function putCheckpoint(
  db: LabDatabase,
  runId: string,
  checkpoint: Checkpoint,
): Promise<boolean> {
  const { step, epoch, state } = checkpoint;
  const tensors = checkpoint.tensors.map(compact);
  const plain = { step, epoch, state, tensors };
  const checksum = checkpointChecksum(plain);
  return atomically(
    db,
    ['runs', 'checkpoints'],
    async (transaction) => {
      if ((await transaction.objectStore('runs').getKey(runId)) === undefined) return false;
      const store = transaction.objectStore('checkpoints');
      await store.put({ ...plain, runId, checksum });
      const keys = await store.getAllKeys(keysOfRun(runId));
      const earlier = keys.filter((key) => key[1] < step);
      const later = keys.filter((key) => key[1] > step);
      const dropped = [...earlier.slice(0, Math.max(0, earlier.length - (KEPT - 1))), ...later];
      await Promise.all(dropped.map((key) => store.delete(key)));
      return true;
    },
    { durability: 'strict' },
  );
}

export interface CheckpointFound {
  /** Newest whole checkpoint; undefined when there is none. */
  readonly checkpoint: Checkpoint | undefined;
  /** Steps of newer checkpoints that were passed over because their checksum does not hold. */
  readonly damagedSteps: readonly number[];
}

/** @returns the newest checkpoint whose checksum holds, and which were passed over */
export async function latestCheckpoint(db: LabDatabase, runId: string): Promise<CheckpointFound> {
  const keys = await db.getAllKeys('checkpoints', keysOfRun(runId));
  const damagedSteps: number[] = [];
  for (const key of keys.reverse()) {
    const stored: unknown = await db.get('checkpoints', key);
    const checkpoint = wholeCheckpoint(stored);
    if (checkpoint !== undefined) return { checkpoint, damagedSteps };
    damagedSteps.push(key[1]);
  }
  return { checkpoint: undefined, damagedSteps };
}

function wholeCheckpoint(stored: unknown): Checkpoint | undefined {
  if (!isObject(stored)) return undefined;
  const { step, epoch, state, tensors, checksum } = stored;
  if (typeof step !== 'number' || typeof epoch !== 'number') return undefined;
  if (!Array.isArray(tensors) || !tensors.every(isTensor)) return undefined;
  const checkpoint = { step, epoch, state, tensors };
  return checkpointChecksum(checkpoint) === checksum ? checkpoint : undefined;
}

function isTensor(value: unknown): value is CheckpointTensor {
  if (!isObject(value)) return false;
  const { name, shape, data } = value;
  if (typeof name !== 'string' || !Array.isArray(shape)) return false;
  if (!(data instanceof Float32Array)) return false;
  let size = 1;
  for (const extent of shape) {
    if (typeof extent !== 'number') return false;
    size *= extent;
  }
  return size === data.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Cloning a view clones its whole buffer (all of a WebAssembly memory): copy what is a part. */
function compact({ name, shape, data }: CheckpointTensor): CheckpointTensor {
  const whole = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { name, shape: [...shape], data: whole ? data : data.slice() };
}
