/** @file Datasets: their description and their pixels, written and deleted together. */
import type { Dataset, ImageSplit } from '../data/dataset.ts';
import type { DatasetInfo } from '../spec/run.ts';
import { isDatasetInfo } from '../spec/run-schema.ts';
import { atomically } from './atomic.ts';
import type { LabDatabase } from './schema.ts';

/** Write both or neither; takes the place of one with the same id. */
export async function putDataset(
  db: LabDatabase,
  info: DatasetInfo,
  dataset: Dataset,
): Promise<void> {
  const compacted = { ...dataset, train: compact(dataset.train), test: compact(dataset.test) };
  await atomically(db, ['datasets', 'images'], async (transaction) => {
    await transaction.objectStore('datasets').put(info);
    await transaction.objectStore('images').put(compacted, info.id);
  });
}

/** @returns undefined when there is none, or what lies there is not whole */
export async function getDataset(db: LabDatabase, id: string): Promise<Dataset | undefined> {
  const dataset: unknown = await db.get('images', id);
  return isDataset(dataset) ? dataset : undefined;
}

export async function getDatasetInfo(
  db: LabDatabase,
  id: string,
): Promise<DatasetInfo | undefined> {
  const info: unknown = await db.get('datasets', id);
  return isDatasetInfo(info) ? info : undefined;
}

/** Oldest first; leaves out what is not a description of a dataset. */
export async function listDatasets(db: LabDatabase): Promise<DatasetInfo[]> {
  const infos: unknown[] = await db.getAll('datasets');
  return infos.filter(isDatasetInfo).sort((a, b) => a.createdAt - b.createdAt);
}

/** Nothing happens when there is none of this id. */
export async function renameDataset(db: LabDatabase, id: string, name: string): Promise<void> {
  await atomically(db, ['datasets'], async (transaction) => {
    const store = transaction.objectStore('datasets');
    const info: unknown = await store.get(id);
    if (isDatasetInfo(info)) await store.put({ ...info, name });
  });
}

export async function deleteDataset(db: LabDatabase, id: string): Promise<void> {
  await atomically(db, ['datasets', 'images'], (transaction) =>
    Promise.all([
      transaction.objectStore('datasets').delete(id),
      transaction.objectStore('images').delete(id),
    ]),
  );
}

/** Cloning a view clones its whole buffer: copy what is only a part of one. */
function compact({ count, images, labels }: ImageSplit): ImageSplit {
  const own = (bytes: Uint8Array): Uint8Array =>
    bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  return { count, images: own(images), labels: own(labels) };
}

function isDataset(value: unknown): value is Dataset {
  if (typeof value !== 'object' || value === null) return false;
  const { name, width, height, channels, classNames, train, test, source } =
    value as Partial<Dataset>;
  if (typeof name !== 'string' || typeof source !== 'string') return false;
  if (!Array.isArray(classNames)) return false;
  if (!classNames.every((className) => typeof className === 'string')) return false;
  if (!isExtent(width) || !isExtent(height) || !isExtent(channels)) return false;
  return [train, test].every((split) => isSplit(split, width * height * channels));
}

function isExtent(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isSplit(split: Partial<ImageSplit> | undefined, pixels: number): boolean {
  const { count, images, labels } = split ?? {};
  return (
    typeof count === 'number' &&
    images instanceof Uint8Array &&
    labels instanceof Uint8Array &&
    images.length === count * pixels &&
    labels.length === count
  );
}
