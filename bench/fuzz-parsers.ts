/** @file Everything of the lab that reads bytes from outside, with hostile input for each. */
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFile } from '../src/data/formats/file.ts';
import type { PlacedFile } from '../src/rpc/data-api.ts';
import { assertAccelerator } from '../src/hw/accelerator.ts';
import { readCases } from '../src/hw/case.ts';
import { parseJson } from '../src/hw/case-file.ts';
import { ACCELERATORS } from '../src/hw/presets/catalogue.ts';
import { readProject } from '../src/project/project.ts';
import { parseAccelerator } from '../src/spec/accelerator-schema.ts';
import { proceduralSpecOf } from '../src/spec/dataset-id.ts';
import { parseComparison } from '../src/spec/comparison.ts';
import { parseExampleIndex } from '../src/spec/examples.ts';
import { readLink } from '../src/spec/link.ts';
import { DEFAULT_IMAGE_OPTIONS, parseImageOptions } from '../src/spec/image-options.ts';
import { parseModelSpec } from '../src/spec/model.ts';
import { namedModel } from '../src/spec/models.ts';
import { parseRecipe, recipeModel } from '../src/spec/recipe.ts';
import { parseSearchRecipe, recipeSpace } from '../src/spec/search-recipe.ts';
import { LAYOUT_NAMES, namedLayout } from '../src/spec/search-layouts.ts';
import { parseSearchSpace } from '../src/spec/search-space.ts';
import { parseSweepValues, SWEEP_SETTINGS } from '../src/spec/sweep.ts';
import { deleteDataset } from '../src/store/datasets.ts';
import { addProject, readWholeRun } from '../src/store/projects.ts';
import { deleteRun } from '../src/store/runs.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { hostileProject } from '../src/testing/hostile-projects.ts';
import { hostileFiles } from '../src/testing/hostile-files.ts';
import { hostileText } from '../src/testing/hostile-json.ts';
import { recipe as smallRecipe } from '../src/testing/records.ts';
import { hostileFolders, hostilePictures, hostileZips } from '../src/testing/hostile-zips.ts';
import { decodePlainPng } from '../src/testing/image-files.ts';
import { smallCase } from '../src/testing/small-cases.ts';
import { projectPath } from '../scripts/root.js';
import { DataSession } from '../workers/data-session.ts';
import { asText, json, seed } from './fuzz-parser.ts';
import type { Parser } from './fuzz-parser.ts';
import { askMapping, STORED_PARSERS } from './fuzz-stored.ts';

/** All recipes that come with the lab, of a folder. */
function shipped(...folder: string[]): unknown[] {
  const path = projectPath('recipes', ...folder);
  return readdirSync(path)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(path, file), 'utf8')) as unknown);
}

const recipes = shipped();
const IMAGES = { width: 32, height: 32, channels: 3, classes: 10 };
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
const LINK =
  '#v=1&bench=trade&bits=4&panels=["map","trade"]&model=tiny&bitWidths=[2,4,8]&training.epochs=3&dataset={"kind":"stored"}';
const LINK_FIELDS = ['model', 'training', 'dataset', 'training.augmentation', 'mapping', 'name'];
const session = new DataSession(decodePlainPng);
const ignore = (): void => undefined;

async function readFiles(files: readonly DataFile[]): Promise<void> {
  const given = files.map(({ name, bytes }) => new File([Uint8Array.from(bytes)], name));
  const { id } = await session.importFiles(given, ignore);
  await session.preview(id, 'train', 10);
  await session.remove(id); // a good one: what it stored is no fault
}

async function readImages(name: string, files: readonly PlacedFile[]): Promise<void> {
  const options = { ...DEFAULT_IMAGE_OPTIONS, side: 16 };
  const { id } = await session.importImages(name, files, options, ignore);
  await session.remove(id); // a good one: what it stored is no fault
}

function readZip(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  return readImages('a.zip', [{ path: 'a.zip', file: new File([bytes], 'a.zip') }]);
}

/** Reads it whole, and puts it where an import would. */
async function readProjectFile(bytes: Uint8Array, db: LabDatabase): Promise<void> {
  const project = await readProject(bytes, 'my.instantnet');
  await addProject(db, project); // a good one: what it stored is no fault
  for (const { record, mapping } of project.runs) {
    if (mapping !== null) askMapping(mapping);
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
    name: 'folder of images',
    weight: 3,
    input: hostileFolders,
    read: (files: readonly PlacedFile[]) => readImages('a folder', files),
  },
  {
    name: 'picture',
    weight: 2,
    input: hostilePictures,
    read: (bytes: Uint8Array<ArrayBuffer>) => session.squares([new File([bytes], 'a.png')], 96),
  },
  {
    name: 'image options',
    weight: 1,
    input: json([DEFAULT_IMAGE_OPTIONS]),
    read: parseImageOptions,
  },
  {
    name: 'recipe',
    weight: 4,
    input: json(recipes),
    read: (value) => recipeModel(parseRecipe(value), IMAGES),
  },
  {
    name: 'search recipe',
    weight: 3,
    input: json(shipped('searches')),
    read: (value) => recipeSpace(parseSearchRecipe(value), IMAGES),
  },
  {
    name: 'search space',
    weight: 2,
    input: json(LAYOUT_NAMES.map(namedLayout)),
    read: parseSearchSpace,
  },
  { name: 'comparison', weight: 2, input: json(shipped('comparisons')), read: parseComparison },
  {
    name: 'recipe text',
    weight: 1,
    input: seed.map((s) => hostileText(JSON.stringify(smallRecipe), s)),
    read: (text) => parseRecipe(parseJson(text, 'recipe')),
  },
  {
    name: 'values of a sweep',
    weight: 1,
    input: fc.tuple(
      fc.constantFrom(...SWEEP_SETTINGS),
      fc.oneof(
        fc.string(),
        seed.map((s) => hostileText('2 8 32; 4 8 32, 0.1, cdt', s)),
      ),
    ),
    read: ([setting, text]: [(typeof SWEEP_SETTINGS)[number], string]) =>
      parseSweepValues(smallRecipe, setting, text),
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
  ...STORED_PARSERS,
];
