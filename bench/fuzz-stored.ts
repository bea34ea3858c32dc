/** @file Everything of the lab that reads records back from IndexedDB, with hostile ones for each. */
import fc from 'fast-check';
import { eyeriss } from '../src/hw/presets/eyeriss.ts';
import { ACCELERATORS } from '../src/hw/presets/catalogue.ts';
import type { MapSpec } from '../src/rpc/map-api.ts';
import type { MappingRecord } from '../src/spec/run.ts';
import { MOST_SAVED_CHARACTERS, packRuns, unpackRuns } from '../src/spec/saved-mapping.ts';
import { parseSearchState } from '../src/spec/search-state.ts';
import { questionsOf } from '../src/state/mapped-layers.ts';
import { getAccelerator, listAccelerators } from '../src/store/accelerators.ts';
import { latestCheckpoint, OF_SEARCHES } from '../src/store/checkpoints.ts';
import { checkpointChecksum } from '../src/store/checksum.ts';
import { getDataset, getDatasetInfo, listDatasets } from '../src/store/datasets.ts';
import { readDraft } from '../src/store/draft.ts';
import { readLog } from '../src/store/logs.ts';
import { getMapCheckpoint } from '../src/store/map-checkpoints.ts';
import { getMapping } from '../src/store/mappings.ts';
import { getRun, listRuns } from '../src/store/runs.ts';
import type { Checkpoint, LabDatabase } from '../src/store/schema.ts';
import { getSearch, listSearches, readSearchLog } from '../src/store/searches.ts';
import { listSweeps } from '../src/store/sweeps.ts';
import { projectRun } from '../src/testing/project-run.ts';
import {
  checkpoint,
  datasetInfo,
  event,
  mappingRecord,
  runRecord,
  sweepRecord,
} from '../src/testing/records.ts';
import { searchEntry, searchRecord } from '../src/testing/search-records.ts';
import { MapHelper } from '../workers/map-helper.ts';
import { inspectLayer } from '../workers/map-questions.ts';
import { MapSearch } from '../workers/map-search.ts';
import { mappingRecord as recordOf } from '../workers/mapping-record.ts';
import { asText, json } from './fuzz-parser.ts';
import type { Parser } from './fuzz-parser.ts';

const images = {
  ...{ name: 'two', source: 'a test', width: 2, height: 2, channels: 1, classNames: ['a', 'b'] },
  train: { count: 2, images: new Uint8Array(8), labels: Uint8Array.of(0, 1) },
  test: { count: 1, images: new Uint8Array(4), labels: Uint8Array.of(0) },
};

/** Put a value where the store's readers look, read it in every way there is, take it away again. */
async function inStore(
  db: LabDatabase,
  store:
    | 'runs'
    | 'logs'
    | 'mappings'
    | 'datasets'
    | 'images'
    | 'checkpoints'
    | 'mapCheckpoints'
    | 'searches'
    | 'searchLogs'
    | 'searchCheckpoints'
    | 'sweeps'
    | 'accelerators'
    | 'draftClasses'
    | 'draftImages',
  value: unknown,
  read: () => Promise<unknown>,
): Promise<void> {
  const isKeyless = store === 'images';
  let key: IDBValidKey;
  try {
    key = await db.put(store, value as never, isKeyless ? ('x' as never) : undefined);
  } catch {
    return; // IndexedDB does not take it, so it cannot be there
  }
  try {
    await read();
  } finally {
    await db.delete(store, key as never);
  }
}

const withKey = (value: unknown, key: object): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value, ...key }
    : { value, ...key };

/** As the page does with a mapping that it shows. */
export function askMapping(record: MappingRecord): void {
  for (const mapped of record.byBits) {
    const questions = questionsOf(record.hardware ?? eyeriss, mapped);
    for (const question of questions ?? []) inspectLayer(question);
  }
}

const mapSpec: MapSpec = {
  runId: 'network:small',
  title: 'small',
  network: { kind: 'literature', name: 'alexnet' },
  bitWidths: [8],
  mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 100 },
  seed: 1,
};

/** A mapping as the lab makes one, and where it stood in the middle. */
async function mapped(
  schedule: 'multi-cycle' | 'pipeline',
): Promise<{ readonly record: MappingRecord; readonly runs: string }> {
  const kept: string[] = [];
  const search = new MapSearch(
    { ...mapSpec, mapping: { ...mapSpec.mapping, schedule } },
    eyeriss,
    () => kept.push(packRuns(search.runs())),
  );
  await search.search([new MapHelper()]);
  return { record: recordOf(search, 1, 1, true), runs: kept[kept.length >> 1] ?? '' };
}

const mappings = [await mapped('multi-cycle'), await mapped('pipeline')];

/** Goes on from it, as the mapper worker does. */
function goOn(text: string): void {
  const search = new MapSearch(mapSpec, eyeriss, () => undefined, unpackRuns(text));
  search.found();
}

const searchState = {
  step: 3,
  next: 'weights',
  logits: [[0, 1]],
  adam: { step: 1, means: [[0, 0]], squares: [[0, 0]] },
  lambda: 0.1,
};

/** With a checksum that holds, as a forger would send it. */
function vouched(value: unknown): unknown {
  try {
    const checksum = checkpointChecksum(value as Checkpoint);
    return { ...(value as Checkpoint), checksum };
  } catch {
    return value;
  }
}

export const STORED_PARSERS: readonly Parser[] = [
  {
    name: 'stored draft',
    weight: 1,
    input: json([
      { name: 'cat', createdAt: 1 },
      { classId: 'x', createdAt: 1, pixels: new Uint8Array(27_648) },
    ]),
    read: async (value, db) => {
      await inStore(db, 'draftClasses', withKey(value, { id: 'x' }), () => readDraft(db));
      await inStore(db, 'draftImages', withKey(value, { id: 'x' }), () => readDraft(db));
    },
  },
  {
    name: 'stored run',
    weight: 2,
    input: json([runRecord('r'), projectRun('r').record]),
    read: (value, db) =>
      inStore(db, 'runs', withKey(value, { id: 'x', createdAt: 1 }), async () => {
        await listRuns(db);
        await getRun(db, 'x');
      }),
  },
  {
    name: 'stored log',
    weight: 2,
    input: json([event(1, 'a')]),
    read: (entry, db) =>
      inStore(db, 'logs', { runId: 'x', step: 1, entry }, () => readLog(db, 'x')),
  },
  {
    name: 'stored mapping',
    weight: 2,
    input: json([mappingRecord('x'), ...mappings.map(({ record }) => record)]),
    read: (value, db) =>
      inStore(db, 'mappings', withKey(value, { runId: 'x' }), async () => {
        const record = await getMapping(db, 'x');
        if (record) askMapping(record);
      }),
  },
  {
    name: 'stored place of a mapping',
    weight: 2,
    input: json(mappings.map(({ runs }) => JSON.parse(runs) as unknown)).map((value) => ({
      value,
      // longer ones only try how fast a store reads them
      runs: asText(value).slice(0, MOST_SAVED_CHARACTERS + 1),
    })),
    read: async ({ value, runs }: { readonly value: unknown; readonly runs: string }, db) => {
      const kept = { runId: 'x', asked: '', seconds: 1, runs };
      await inStore(db, 'mapCheckpoints', { ...kept, checksum: '' }, () =>
        getMapCheckpoint(db, 'x'),
      );
      await inStore(db, 'mapCheckpoints', withKey(value, { runId: 'x' }), () =>
        getMapCheckpoint(db, 'x'),
      );
      goOn(runs);
    },
  },
  {
    name: 'stored dataset',
    weight: 2,
    input: json([datasetInfo('x'), images]),
    read: async (value, db) => {
      await inStore(db, 'datasets', withKey(value, { id: 'x' }), async () => {
        await listDatasets(db);
        await getDatasetInfo(db, 'x');
      });
      await inStore(db, 'images', value, () => getDataset(db, 'x'));
    },
  },
  {
    name: 'stored checkpoint',
    weight: 2,
    input: json([checkpoint(1)]).chain((value) => fc.constantFrom(value, vouched(value))),
    read: (value, db) =>
      inStore(db, 'checkpoints', withKey(value, { runId: 'x', step: 1 }), () =>
        latestCheckpoint(db, 'x'),
      ),
  },
  {
    name: 'stored search',
    weight: 2,
    input: json([searchRecord('x')]),
    read: (value, db) =>
      inStore(db, 'searches', withKey(value, { id: 'x', createdAt: 1 }), async () => {
        await listSearches(db);
        await getSearch(db, 'x');
      }),
  },
  {
    name: 'stored search log',
    weight: 2,
    input: json([searchEntry(1)]),
    read: (entry, db) =>
      inStore(db, 'searchLogs', { searchId: 'x', step: 1, entry }, () => readSearchLog(db, 'x')),
  },
  {
    name: 'stored search checkpoint',
    weight: 2,
    input: json([{ ...checkpoint(1), state: searchState }]).chain((value) =>
      fc.constantFrom(value, vouched(value)),
    ),
    read: (value, db) =>
      inStore(db, 'searchCheckpoints', withKey(value, { searchId: 'x', step: 1 }), async () => {
        const { checkpoint: found } = await latestCheckpoint(db, 'x', OF_SEARCHES);
        if (found !== undefined) parseSearchState(found.state, [2]);
      }),
  },
  {
    name: 'stored sweep',
    weight: 2,
    input: json([sweepRecord('x')]),
    read: (value, db) => inStore(db, 'sweeps', withKey(value, { id: 'x' }), () => listSweeps(db)),
  },
  {
    name: 'stored accelerator',
    weight: 2,
    input: json(ACCELERATORS),
    read: (value, db) =>
      inStore(db, 'accelerators', withKey(value, { name: 'x' }), async () => {
        await listAccelerators(db);
        await getAccelerator(db, 'x');
      }),
  },
];
