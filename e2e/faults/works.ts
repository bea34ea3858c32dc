/**
 * @file What a kill may fall into, as a person does it: a training run, a network search, a mapping, an
 * import. Each ends in the same state, to the bit, however often it is cut off.
 */
import { expect } from '@playwright/test';
import { TID } from '../../src/ui/testids.ts';
import { pngFile, zipOf } from '../../src/testing/image-files.ts';
import type { LabPage } from '../pages/LabPage.ts';
import { SearchPage } from '../pages/SearchPage.ts';
import { records } from '../records.ts';
import type { StoreName } from '../records.ts';

export const WORKS = ['train', 'search', 'map', 'import'] as const;
export type WorkName = (typeof WORKS)[number];

export interface Work {
  /** From an open lab; returns once the work has begun. */
  begin(lab: LabPage): Promise<void>;
  /** From a lab that was opened anew after a kill; returns once the work goes on, or is found done. */
  goOn(lab: LabPage): Promise<void>;
  isDone(lab: LabPage): Promise<boolean>;
  /** What the page has said is kept: never less after a kill. */
  kept(lab: LabPage): Promise<number>;
  /** What the work is at: at most a checkpoint's interval ahead of what is kept. */
  shown(lab: LabPage): Promise<number>;
  /** All that it ended in, without times. */
  state(lab: LabPage): Promise<string>;
  /** Throws for anything that is there in part. */
  assertWhole(lab: LabPage): Promise<void>;
  /** Take away what the next one would find done. */
  clear(lab: LabPage): Promise<void>;
}

/** Enough that a checkpoint falls into it on any machine. */
const TRAIN_EPOCHS = 12;
const SEARCH_EPOCHS = 20;
const MAP_NETWORK = 'network:alexnet';
const MAP_EVALUATIONS = 3000;
const IMPORT_NAME = 'photos';
const IMAGES_PER_CLASS = 150;

interface Stored {
  readonly runId?: string;
  readonly searchId?: string;
  readonly step?: number;
  readonly checksum?: string;
}

/** Of the newest record: its last checkpoint's step and the checksum over all of its bits. */
async function lastCheckpoint(
  lab: LabPage,
  store: 'checkpoints' | 'searchCheckpoints',
  id: string | undefined,
): Promise<string> {
  const all = (await records(lab.page, store, ['tensors', 'state'])) as Stored[];
  const last = all.filter(({ runId, searchId }) => (runId ?? searchId) === id).at(-1);
  return last === undefined ? 'no checkpoint' : `step ${last.step}, ${last.checksum}`;
}

interface Run {
  readonly id: string;
  readonly createdAt: number;
  readonly status: string;
  readonly step: number;
  readonly found?: unknown;
  readonly accuracies?: readonly { readonly accuracy: number }[];
}

async function newest(lab: LabPage, store: 'runs' | 'searches'): Promise<Run | undefined> {
  const all = (await records(lab.page, store)) as Run[];
  return all.sort((a, b) => a.createdAt - b.createdAt).at(-1);
}

async function text(lab: LabPage, id: string): Promise<string> {
  return (await lab.tid(id).first().textContent()) ?? '';
}

const train: Work = {
  async begin(lab) {
    await lab.useSmoke();
    await lab.tid(TID.backend).selectOption('simd');
    await lab.tid(TID.epochs).fill(String(TRAIN_EPOCHS));
    await lab.tid(TID.trainStart).click();
    await expect.poll(() => newest(lab, 'runs').then((run) => run?.status)).toBe('training');
  },
  async goOn(lab) {
    if (await train.isDone(lab)) return;
    await expect(lab.tid(TID.trainStatus)).toHaveText('Interrupted');
    await lab.tid(TID.trainResume).click();
  },
  isDone: async (lab) => (await text(lab, TID.trainStatus)) === 'Trained',
  kept: async (lab) => (await newest(lab, 'runs'))?.step ?? 0,
  shown: (lab) => lab.step(),
  async state(lab) {
    const run = await newest(lab, 'runs');
    const accuracies = run?.accuracies?.map(({ accuracy }) => accuracy).join();
    return `${await lastCheckpoint(lab, 'checkpoints', run?.id)}, ${accuracies}`;
  },
  assertWhole: () => Promise.resolve(),
  clear: (lab) => removeAll(lab, ['runs', 'logs', 'checkpoints']),
};

const search: Work = {
  async begin(lab) {
    const page = new SearchPage(lab);
    await page.useSmoke();
    await page.tid(TID.searchSetting('search.epochs')).fill(String(SEARCH_EPOCHS));
    await page.tid(TID.searchStart).click();
    await expect.poll(() => newest(lab, 'searches').then((one) => one?.status)).toBe('searching');
  },
  async goOn(lab) {
    await lab.goTo('search');
    if (await search.isDone(lab)) return;
    await expect(lab.tid(TID.searchStatus)).toHaveText('Interrupted');
    await lab.tid(TID.searchResume).click();
  },
  isDone: async (lab) => (await text(lab, TID.searchStatus)) === 'Found',
  kept: async (lab) => (await newest(lab, 'searches'))?.step ?? 0,
  shown: (lab) => new SearchPage(lab).step(),
  async state(lab) {
    const found = await newest(lab, 'searches');
    return `${await lastCheckpoint(lab, 'searchCheckpoints', found?.id)}, ${JSON.stringify(found?.found)}`;
  },
  assertWhole: () => Promise.resolve(),
  clear: (lab) => removeAll(lab, ['searches', 'searchLogs', 'searchCheckpoints']),
};

interface Mapped {
  readonly runId: string;
  readonly done: boolean;
  readonly evaluations: { readonly valid: number };
}
async function mappingRecord(lab: LabPage): Promise<Mapped | undefined> {
  const all = (await records(lab.page, 'mappings')) as Mapped[];
  return all.find(({ runId }) => runId === MAP_NETWORK);
}

const map: Work = {
  async begin(lab) {
    await lab.goTo('map');
    await lab.tid(TID.mapNetwork).selectOption(MAP_NETWORK);
    await lab.tid(TID.budget).fill(String(MAP_EVALUATIONS));
    await lab.tid(TID.mapStart).click();
  },
  async goOn(lab) {
    await lab.goTo('map');
    await lab.tid(TID.mapNetwork).selectOption(MAP_NETWORK);
    if (await map.isDone(lab)) return;
    await lab.tid(TID.budget).fill(String(MAP_EVALUATIONS));
    await lab.tid(TID.mapStart).click();
  },
  isDone: async (lab) => (await text(lab, TID.mapStatus)) === 'Mapped',
  async kept(lab) {
    const [at] = (await records(lab.page, 'mapCheckpoints')) as { runs: string }[];
    const done = await mappingRecord(lab);
    if (done?.done === true) return done.evaluations.valid;
    if (at === undefined) return 0;
    const { runs } = JSON.parse(at.runs) as { runs: { count: { valid: number } }[] };
    return runs.reduce((sum, { count }) => sum + count.valid, 0);
  },
  shown: (lab) => map.kept(lab),
  async state(lab) {
    return JSON.stringify({ ...(await mappingRecord(lab)), updatedAt: 0, wallSeconds: 0 });
  },
  async assertWhole(lab) {
    const left = await records(lab.page, 'mapCheckpoints');
    if ((await map.isDone(lab)) && left.length > 0) throw new Error('a checkpoint is left over');
  },
  clear: (lab) => removeAll(lab, ['mappings', 'mapCheckpoints']),
};

/** Class folders whose reading takes a while. */
function photos(): Buffer {
  const files = new Map<string, Uint8Array>();
  for (const [label, name] of ['red', 'green', 'blue'].entries())
    for (let i = 0; i < IMAGES_PER_CLASS; i++) {
      const shade = (40 * label + i) & 255;
      const bytes = pngFile(64, 64, (x, y) => [shade, (x * y) & 255, (shade + (x ^ y)) & 255]);
      files.set(`${IMPORT_NAME}/train/${name}/${i}.png`, bytes);
    }
  return Buffer.from(zipOf(files));
}
let zip: Buffer | null = null;

interface Info {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}
async function imported(lab: LabPage): Promise<Info | undefined> {
  const infos = (await records(lab.page, 'datasets')) as Info[];
  return infos.find(({ name }) => name === IMPORT_NAME);
}

const importing: Work = {
  async begin(lab) {
    await lab.goTo('data');
    zip ??= photos();
    await lab.tid(TID.dataFiles).setInputFiles({
      name: `${IMPORT_NAME}.zip`,
      mimeType: 'application/zip',
      buffer: zip,
    });
  },
  async goOn(lab) {
    if (!(await importing.isDone(lab))) await importing.begin(lab);
  },
  isDone: async (lab) => (await imported(lab)) !== undefined,
  kept: async (lab) => ((await imported(lab)) === undefined ? 0 : 1),
  shown: (lab) => importing.kept(lab),
  async state(lab) {
    return JSON.stringify({ ...(await imported(lab)), createdAt: 0 });
  },
  async assertWhole(lab) {
    const infos = (await records(lab.page, 'datasets')) as Info[];
    const images = await records(lab.page, 'images', ['train', 'test']);
    if (infos.length !== images.length) {
      throw new Error(`${infos.length} datasets have the pixels of ${images.length}`);
    }
  },
  async clear(lab) {
    const found = await imported(lab);
    if (found !== undefined) await removeAll(lab, ['datasets', 'images'], found.id);
  },
};

export const WORK: Readonly<Record<WorkName, Work>> = { train, search, map, import: importing };

/** All records of some kinds, or those under one key. */
function removeAll(lab: LabPage, stores: readonly StoreName[], key?: string): Promise<void> {
  return lab.page.evaluate(
    ({ stores: names, key: only }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('instantnet-lab');
        opening.onerror = () => reject(opening.error ?? new Error('cannot open the store'));
        opening.onsuccess = () => {
          const db = opening.result;
          const transaction = db.transaction(names, 'readwrite');
          for (const name of names) {
            if (only === undefined) transaction.objectStore(name).clear();
            else transaction.objectStore(name).delete(only);
          }
          transaction.oncomplete = () => {
            db.close();
            resolve();
          };
        };
      }),
    { stores: [...stores], key },
  );
}
