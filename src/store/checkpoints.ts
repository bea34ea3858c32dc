/**
 * @file Checkpoints: the last two of each run and of each search, so that one torn by a crash leaves the one
 * before.
 *
 * Written with strict durability (on the disk, not in a cache, when the promise resolves).
 */
import { isRunRecord } from '../spec/run-schema.ts';
import { isSearchRecord } from '../spec/search-run-schema.ts';
import { atomically } from './atomic.ts';
import { checkpointChecksum } from './checksum.ts';
import { keysOfRun } from './schema.ts';
import type { Checkpoint, CheckpointTensor, LabDatabase, LabSchema } from './schema.ts';
import { isWriters } from './writers.ts';

const KEPT = 2;

/** Whose checkpoints they are: where they lie, and the records that they belong to. */
export interface CheckpointPlace {
  readonly records: 'runs' | 'searches';
  readonly checkpoints: 'checkpoints' | 'searchCheckpoints';
  readonly idField: 'runId' | 'searchId';
  /** In a sentence: "… went on". */
  readonly what: string;
}

export const OF_RUNS: CheckpointPlace = {
  records: 'runs',
  checkpoints: 'checkpoints',
  idField: 'runId',
  what: 'training',
};

export const OF_SEARCHES: CheckpointPlace = {
  records: 'searches',
  checkpoints: 'searchCheckpoints',
  idField: 'searchId',
  what: 'the search',
};

/**
 * Write a checkpoint and drop all but the last two. Drops those of later steps too: they were
 * passed over as damaged, or belong to steps that are now being repeated.
 *
 * @param writer when given, nothing is written where another one has begun since (`writers.ts`)
 * @returns false when the run has been deleted or has another writer: nothing was written
 */
export async function putCheckpoint(
  db: LabDatabase,
  id: string,
  checkpoint: Checkpoint,
  place = OF_RUNS,
  writer?: string,
): Promise<boolean> {
  const plain = compactCheckpoint(checkpoint);
  const { step } = plain;
  const stored = { ...plain, [place.idField]: id, checksum: checkpointChecksum(plain) };
  return atomically(
    db,
    [place.records, place.checkpoints],
    async (transaction) => {
      if (!isWriters(await transaction.objectStore(place.records).get(id), writer)) return false;
      const store = transaction.objectStore(place.checkpoints);
      await store.put(stored as StoredIn<typeof place.checkpoints>);
      const keys = await store.getAllKeys(keysOfRun(id));
      const earlier = keys.filter((key) => key[1] < step);
      const later = keys.filter((key) => key[1] > step);
      const dropped = [...earlier.slice(0, Math.max(0, earlier.length - (KEPT - 1))), ...later];
      await Promise.all(dropped.map((key) => store.delete(key)));
      return true;
    },
    { durability: 'strict' },
  );
}

type StoredIn<Store extends keyof LabSchema> = LabSchema[Store]['value'];

/**
 * Make room: drop the second checkpoint of every run and search whose newest is whole, but for those that
 * the reader has named. `id`, which is being written, is thinned whatever its name.
 *
 * @returns how many were dropped
 */
export async function thinCheckpoints(db: LabDatabase, id: string): Promise<number> {
  const [runs, searches]: unknown[][] = await Promise.all([
    db.getAll('runs'),
    db.getAll('searches'),
  ]);
  const all = [...(runs ?? []).filter(isRunRecord), ...(searches ?? []).filter(isSearchRecord)];
  const named = new Set(all.filter(isNamed).map((record) => record.id));
  named.delete(id);
  return (await thin(db, named, OF_RUNS)) + (await thin(db, named, OF_SEARCHES));
}

async function thin(
  db: LabDatabase,
  named: ReadonlySet<string>,
  place: CheckpointPlace,
): Promise<number> {
  const { checkpoints } = place;
  const keys = await db.getAllKeys(checkpoints);
  const newest = new Map(keys.map((key) => [key[0], key])); // keys are in order: the last one stays
  let dropped = 0;
  for (const [id, last] of newest) {
    const older = keys.filter((key) => key[0] === id && key !== last);
    if (older.length === 0 || named.has(id)) continue;
    if ((await readWhole(db, last, place)) === undefined) continue;
    await atomically(db, [checkpoints], (transaction) =>
      Promise.all(older.map((key) => transaction.objectStore(checkpoints).delete(key))),
    );
    dropped += older.length;
  }
  return dropped;
}

/** They are born with their recipe's name. */
function isNamed({ name, recipe }: { name: string; recipe: { readonly name: string } }): boolean {
  return name !== recipe.name;
}

export interface CheckpointFound {
  /** Newest whole checkpoint; undefined when there is none. */
  readonly checkpoint: Checkpoint | undefined;
  /** Steps of newer checkpoints that were passed over because their checksum does not hold. */
  readonly damagedSteps: readonly number[];
}

/** One sentence for the reader, null when there is nothing to say. */
export function damageSentence(
  { checkpoint, damagedSteps }: CheckpointFound,
  { what } = OF_RUNS,
): string | null {
  if (damagedSteps.length === 0) return null;
  const damaged =
    damagedSteps.length === 1
      ? `The checkpoint of step ${damagedSteps.join()} was damaged`
      : `The checkpoints of steps ${damagedSteps.join(' and ')} were damaged`;
  return checkpoint === undefined
    ? `${damaged} and there is none before: ${what} began again.`
    : `${damaged}: ${what} went on from the one of step ${checkpoint.step}.`;
}

/** @returns the newest checkpoint whose checksum holds, and which were passed over */
export async function latestCheckpoint(
  db: LabDatabase,
  id: string,
  place = OF_RUNS,
): Promise<CheckpointFound> {
  const keys = await db.getAllKeys(place.checkpoints, keysOfRun(id));
  const damagedSteps: number[] = [];
  for (const key of keys.reverse()) {
    const checkpoint = await readWhole(db, key, place);
    if (checkpoint !== undefined) return { checkpoint, damagedSteps };
    damagedSteps.push(key[1]);
  }
  return { checkpoint: undefined, damagedSteps };
}

/** What browsers say when the bytes of a record are gone or unreadable on the disk. */
const UNREADABLE = ['UnknownError', 'DataError', 'NotReadableError', 'NotFoundError'];

/** @returns undefined when it is damaged @throws when the store as a whole does not work */
async function readWhole(
  db: LabDatabase,
  key: [string, number],
  { checkpoints }: CheckpointPlace,
): Promise<Checkpoint | undefined> {
  try {
    const stored: unknown = await db.get(checkpoints, key);
    return wholeCheckpoint(stored);
  } catch (error) {
    if (error instanceof DOMException && UNREADABLE.includes(error.name)) return undefined;
    throw error;
  }
}

/** @returns undefined for what is torn or no checkpoint */
export function wholeCheckpoint(stored: unknown): Checkpoint | undefined {
  if (!isObject(stored)) return undefined;
  const { step, epoch, state, tensors, checksum } = stored;
  if (!isCount(step) || typeof epoch !== 'number' || !(epoch >= 0)) return undefined;
  if (!Array.isArray(tensors) || !tensors.every(isTensor)) return undefined;
  const checkpoint = { step, epoch, state, tensors };
  try {
    return checkpointChecksum(checkpoint) === checksum ? checkpoint : undefined;
  } catch {
    return undefined; // IndexedDB holds what JSON does not: circles, big integers
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTensor(value: unknown): value is CheckpointTensor {
  if (!isObject(value)) return false;
  const { name, shape, data } = value;
  if (typeof name !== 'string' || !Array.isArray(shape)) return false;
  if (!(data instanceof Float32Array)) return false;
  let size = 1;
  for (const extent of shape) {
    if (!isCount(extent)) return false;
    size *= extent;
  }
  return size === data.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** @returns the same checkpoint, holding no more than its own numbers */
export function compactCheckpoint({ step, epoch, state, tensors }: Checkpoint): Checkpoint {
  return { step, epoch, state, tensors: tensors.map(compact) };
}

/** Cloning a view clones its whole buffer (all of a WebAssembly memory): copy what is a part. */
function compact({ name, shape, data }: CheckpointTensor): CheckpointTensor {
  const whole = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { name, shape: [...shape], data: whole ? data : data.slice() };
}
