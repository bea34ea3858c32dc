/** @file Everything of the lab that reads bytes from outside, with hostile input for each. */
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import type { DataFile } from '../src/data/formats/file.ts';
import { assertAccelerator } from '../src/hw/accelerator.ts';
import { readCases } from '../src/hw/case.ts';
import { parseJson } from '../src/hw/case-file.ts';
import { ACCELERATORS } from '../src/hw/presets/catalogue.ts';
import { readProject } from '../src/project/project.ts';
import { parseAccelerator } from '../src/spec/accelerator-schema.ts';
import { proceduralSpecOf } from '../src/spec/dataset-id.ts';
import { parseExampleIndex } from '../src/spec/examples.ts';
import { readLink } from '../src/spec/link.ts';
import { DEFAULT_IMAGE_OPTIONS, parseImageOptions } from '../src/spec/image-options.ts';
import { parseModelSpec } from '../src/spec/model.ts';
import { namedModel } from '../src/spec/models.ts';
import { parseRecipe, recipeModel } from '../src/spec/recipe.ts';
import { getAccelerator, listAccelerators } from '../src/store/accelerators.ts';
import { latestCheckpoint } from '../src/store/checkpoints.ts';
import { deleteDataset, getDataset, getDatasetInfo, listDatasets } from '../src/store/datasets.ts';
import { readDraft } from '../src/store/draft.ts';
import { readLog } from '../src/store/logs.ts';
import { getMapping } from '../src/store/mappings.ts';
import { addProject, readWholeRun } from '../src/store/projects.ts';
import { deleteRun, getRun, listRuns } from '../src/store/runs.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { hostileProject } from '../src/testing/hostile-projects.ts';
import { hostileFiles } from '../src/testing/hostile-files.ts';
import { hostileJson, hostileText } from '../src/testing/hostile-json.ts';
import {
  checkpoint,
  datasetInfo,
  event,
  mappingRecord,
  runRecord,
} from '../src/testing/records.ts';
import { hostileZips } from '../src/testing/hostile-zips.ts';
import { decodePlainPng } from '../src/testing/image-files.ts';
import { smallCase } from '../src/testing/small-cases.ts';
import { projectPath } from '../scripts/root.js';
import { DataSession } from '../workers/data-session.ts';

export interface Parser {
  readonly name: string;
  /** Inputs tried, as a part of all. */
  readonly weight: number;
  readonly input: fc.Arbitrary<unknown>;
  /** Must return, or throw a SpecError. */
  readonly read: (input: never, db: LabDatabase) => unknown;
}

const seed = fc.nat(2 ** 31);

/** Good documents changed for the worse, and anything at all. */
function json(documents: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.constantFrom(...documents), seed).map(([d, s]) => hostileJson(d, s)),
    },
    { weight: 1, arbitrary: fc.anything() },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

const recipes = readdirSync(projectPath('recipes'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(projectPath('recipes', file), 'utf8')) as unknown);
const models = (['tiny', 'quick', 'mobilenetv2', 'resnet-18'] as const).map(namedModel);
const cases = [
  smallCase({
    dims: { P: 5, R: 3, K: 4 },
    inner: [['R', 3]],
    spatialX: [['K', 2]],
    outer: [
      ['P', 5],
      ['K', 2],
    ],
    macs: 4,
  }),
];
const images = {
  ...{ name: 'two', source: 'a test', width: 2, height: 2, channels: 1, classNames: ['a', 'b'] },
  train: { count: 2, images: new Uint8Array(8), labels: Uint8Array.of(0, 1) },
  test: { count: 1, images: new Uint8Array(4), labels: Uint8Array.of(0) },
};

const LINK =
  '#v=1&bench=trade&bits=4&panels=["map","trade"]&model=tiny&bitWidths=[2,4,8]&training.epochs=3&dataset={"kind":"stored"}';
const LINK_FIELDS = ['model', 'training', 'dataset', 'training.augmentation', 'mapping', 'name'];
const asText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return ''; // a circle, or a BigInt
  }
};

const session = new DataSession(decodePlainPng);
const ignore = (): void => undefined;

async function readFiles(files: readonly DataFile[]): Promise<void> {
  const given = files.map(({ name, bytes }) => new File([Uint8Array.from(bytes)], name));
  const { id } = await session.importFiles(given, ignore);
  await session.preview(id, 'train', 10);
  await session.remove(id); // a good one: what it stored is no fault
}

async function readZip(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = new File([bytes], 'a.zip');
  const { id } = await session.importImages(
    'a.zip',
    [{ path: 'a.zip', file }],
    { ...DEFAULT_IMAGE_OPTIONS, side: 16 },
    ignore,
  );
  await session.remove(id); // a good one: what it stored is no fault
}

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

/** Reads it whole, and puts it where an import would. */
async function readProjectFile(bytes: Uint8Array, db: LabDatabase): Promise<void> {
  const project = await readProject(bytes, 'my.instantnet');
  await addProject(db, project); // a good one: what it stored is no fault
  for (const { record } of project.runs) {
    await readWholeRun(db, record.id);
    await deleteRun(db, record.id);
  }
  for (const { info } of project.datasets) await deleteDataset(db, info.id);
}

export const PARSERS: readonly Parser[] = [
  {
    name: 'project file',
    weight: 3,
    input: seed,
    read: async (s: number, db) => readProjectFile(await hostileProject(s), db),
  },
  {
    name: 'list of examples',
    weight: 1,
    input: json([{ version: 1, examples: [] }]),
    read: parseExampleIndex,
  },
  { name: 'dataset files', weight: 6, input: hostileFiles, read: readFiles },
  { name: 'zip of images', weight: 5, input: hostileZips, read: readZip },
  {
    name: 'image options',
    weight: 1,
    input: json([DEFAULT_IMAGE_OPTIONS]),
    read: parseImageOptions,
  },
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
    name: 'recipe',
    weight: 4,
    input: json(recipes),
    read: (value) =>
      recipeModel(parseRecipe(value), { width: 32, height: 32, channels: 3, classes: 10 }),
  },
  { name: 'network', weight: 3, input: json(models), read: parseModelSpec },
  {
    name: 'accelerator',
    weight: 3,
    input: json(ACCELERATORS),
    read: (value) => assertAccelerator(parseAccelerator(value)),
  },
  { name: 'cost case', weight: 3, input: json(cases), read: readCases },
  {
    name: 'cost case text',
    weight: 1,
    input: seed.map((s) => hostileText(JSON.stringify(cases), s)),
    read: (text) => readCases(parseJson(text, 'cases')),
  },
  {
    name: 'link',
    weight: 3,
    input: fc.oneof(
      seed.map((s) => hostileText(LINK, s)),
      fc
        .tuple(fc.constantFrom(...LINK_FIELDS), json(recipes))
        .map(([field, value]) => `#v=1&${field}=${encodeURIComponent(asText(value))}`),
      fc.webFragments().map((text) => `#v=1&${text}`),
      fc.string(),
    ),
    read: readLink,
  },
  {
    name: 'dataset id',
    weight: 1,
    input: fc.oneof(
      fc.string(),
      seed.map((s) => hostileText('procedural-1-5000-1000', s)),
    ),
    read: proceduralSpecOf,
  },
  {
    name: 'stored run',
    weight: 2,
    input: json([runRecord('r')]),
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
    input: json([mappingRecord('x')]),
    read: (value, db) =>
      inStore(db, 'mappings', withKey(value, { runId: 'x' }), () => getMapping(db, 'x')),
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
    input: json([checkpoint(1)]),
    read: (value, db) =>
      inStore(db, 'checkpoints', withKey(value, { runId: 'x', step: 1 }), () =>
        latestCheckpoint(db, 'x'),
      ),
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
