/**
 * @file The project file, `NAME.instantnet`: runs whole, in a zip that is the same for the same runs.
 *
 * `manifest.json` comes first and names every other entry with its size and SHA-256; what is not in
 * it, or not as it says, is refused. docs/project-file.md describes the entries.
 */
import * as v from 'valibot';
import { requireDataset } from '../data/dataset.ts';
import { summarize } from '../data/summary.ts';
import { parse } from '../spec/parse.ts';
import { datasetInfoSchema } from '../spec/run-schema.ts';
import { unknownField } from '../spec/unknown-field.ts';
import { listOf } from '../spec/list.ts';
import { SpecError } from '../util/errors.ts';
import type { Project, ProjectDataset, ProjectRun } from './contents.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { readJson, writeJson } from './json.ts';
import { RUN_PARTS, readRun, runEntries } from './run-parts.ts';
import { readZip, writeZip } from './zip.ts';
import type { Entry } from './zip.ts';

export const MOST_RUNS = 100;
const MOST_DATASETS = 10;
const MANIFEST = 'manifest.json';
const MAX_MANIFEST_BYTES = 2 ** 18;
const MAX_JSON_BYTES = 2 ** 26;

const DATASET_PARTS = ['dataset.json', 'train.bin', 'test.bin'] as const;
const anyOf = (parts: readonly string[]): string => parts.join('|').replaceAll('.', '\\.');
const PATH = new RegExp(
  `^(?:runs/(?:0|[1-9]\\d?)/(?:${anyOf(RUN_PARTS)})|datasets/\\d/(?:${anyOf(DATASET_PARTS)}))$`,
);

const manifestSchema = v.strictObject({
  format: v.literal('instantnet-project'),
  version: v.literal(1),
  entries: listOf(
    v.strictObject({
      path: v.pipe(
        v.string(),
        v.maxLength(80),
        v.check((path) => PATH.test(path), 'expected a path of a project file'),
      ),
      bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_BYTES)),
      sha256: v.pipe(
        v.string(),
        v.check((digits) => /^[0-9a-f]{64}$/.test(digits), 'expected 64 hexadecimal digits'),
      ),
    }),
    MOST_RUNS * RUN_PARTS.length + MOST_DATASETS * DATASET_PARTS.length,
    1,
  ),
});
type Manifest = v.InferOutput<typeof manifestSchema>;

/** @returns 64 hexadecimal digits */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes.slice());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @returns the same bytes for the same runs, in whatever order they are given
 * @throws SpecError when it would be too large to be read again
 */
export async function packProject({ runs, datasets }: Project): Promise<Uint8Array<ArrayBuffer>> {
  if (runs.length === 0 || runs.length > MOST_RUNS) {
    throw new SpecError(`export: expected 1 to ${MOST_RUNS} runs, got ${runs.length}`);
  }
  const inOrder = [...runs].sort(
    (a, b) => a.record.createdAt - b.record.createdAt || (a.record.id < b.record.id ? -1 : 1),
  );
  const byId = [...datasets].sort((a, b) => (a.info.id < b.info.id ? -1 : 1));
  const entries = [
    ...inOrder.flatMap((run, i) => runEntries(run, `runs/${i}/`)),
    ...byId.flatMap((dataset, i) => datasetEntries(dataset, `datasets/${i}/`)),
  ];
  const total = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_FILE_BYTES) {
    throw new SpecError(
      `export: expected at most ${MAX_FILE_BYTES} bytes, got ${total}: choose fewer runs or leave the images out`,
    );
  }
  const manifest: Manifest = {
    format: 'instantnet-project',
    version: 1,
    entries: await Promise.all(
      entries.map(async ({ path, bytes }) => ({
        path,
        bytes: bytes.length,
        sha256: await sha256(bytes),
      })),
    ),
  };
  return writeZip([{ path: MANIFEST, bytes: writeJson(manifest) }, ...entries]);
}

/**
 * @param name of the file, for sentences
 * @throws SpecError for the first thing that is not as it must be; nothing else
 */
export async function readProject(bytes: Uint8Array, name: string): Promise<Project> {
  const who = name.slice(0, 60);
  if (bytes.length > MAX_FILE_BYTES) {
    throw new SpecError(`${who}: expected at most ${MAX_FILE_BYTES} bytes, got ${bytes.length}`);
  }
  let manifest: Manifest | null = null;
  const limits = {
    entries: 1 + MOST_RUNS * RUN_PARTS.length + MOST_DATASETS * DATASET_PARTS.length,
    allow: (path: string, [first]: readonly Entry[]): number => {
      if (first === undefined) {
        if (path !== MANIFEST) throw new SpecError(`${who}: ${notFirst(path)}`);
        return MAX_MANIFEST_BYTES;
      }
      manifest ??= readManifest(first.bytes, who);
      const entry = manifest.entries.find((known) => known.path === path);
      if (entry === undefined) {
        throw new SpecError(`${who}: expected what its manifest names, got ${path.slice(0, 80)}`);
      }
      return entry.bytes;
    },
  };
  const [first, ...entries] = readZip(bytes, limits, who);
  if (first === undefined) throw new Error('internal: a zip without entries');
  const { entries: promised } = readManifest(first.bytes, who);
  const byPath = new Map(entries.map((entry) => [entry.path, entry.bytes]));
  for (const { path, bytes: size, sha256: digest } of promised) {
    const found = byPath.get(path);
    if (found === undefined) throw new SpecError(`${who}: expected ${path}, got none`);
    if (found.length !== size || (await sha256(found)) !== digest) {
      throw new SpecError(`${who}: expected ${path} as its manifest has it, got other bytes`);
    }
  }
  const runs = foldersOf(byPath, 'runs', who).map((parts, i) =>
    readRun(parts, `${who}, run ${i + 1}`),
  );
  const datasets = foldersOf(byPath, 'datasets', who).map((parts) => readOwn(parts, who));
  if (runs.length === 0) throw new SpecError(`${who}: expected at least one run, got none`);
  const ids = new Set(runs.map(({ record }) => record.id));
  if (ids.size < runs.length) throw new SpecError(`${who}: expected each run once, got one twice`);
  return { runs, datasets };
}

const notFirst = (path: string): string =>
  `expected a project file, which begins with ${MANIFEST}, got ${path.slice(0, 80) || 'no name'}`;

function readManifest(bytes: Uint8Array, who: string): Manifest {
  const manifest = parse(
    manifestSchema,
    readJson(bytes, `${who}, ${MANIFEST}`),
    `${who}, ${MANIFEST}`,
  );
  const total = manifest.entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const large = manifest.entries.find((e) => e.path.endsWith('.json') && e.bytes > MAX_JSON_BYTES);
  if (total > MAX_FILE_BYTES || large !== undefined) {
    throw new SpecError(`${who}: expected at most ${MAX_FILE_BYTES} bytes in it, got ${total}`);
  }
  return manifest;
}

/** The parts of each run or dataset, numbered from 0 without a gap. */
function foldersOf(
  byPath: ReadonlyMap<string, Uint8Array>,
  kind: 'runs' | 'datasets',
  who: string,
): ReadonlyMap<string, Uint8Array>[] {
  const folders = new Map<number, Map<string, Uint8Array>>();
  for (const [path, bytes] of byPath) {
    const [top, number, part = ''] = path.split('/');
    if (top !== kind) continue;
    const parts = folders.get(Number(number)) ?? new Map<string, Uint8Array>();
    folders.set(Number(number), parts.set(part, bytes));
  }
  return Array.from({ length: folders.size }, (_, i) => {
    const parts = folders.get(i);
    if (parts === undefined) throw new SpecError(`${who}: expected ${kind}/${i}, got none`);
    return parts;
  });
}

function datasetEntries({ info, dataset }: ProjectDataset, folder: string): Entry[] {
  const split = ({ images, labels }: ProjectDataset['dataset']['train']): Uint8Array => {
    const bytes = new Uint8Array(labels.length + images.length);
    bytes.set(labels);
    bytes.set(images, labels.length);
    return bytes;
  };
  return [
    { path: `${folder}dataset.json`, bytes: writeJson(info) },
    { path: `${folder}train.bin`, bytes: split(dataset.train) },
    { path: `${folder}test.bin`, bytes: split(dataset.test) },
  ];
}

function readOwn(parts: ReadonlyMap<string, Uint8Array>, who: string): ProjectDataset {
  const [json, train, test] = DATASET_PARTS.map((part) => {
    const bytes = parts.get(part);
    if (bytes === undefined) throw new SpecError(`${who}: expected ${part}, got none`);
    return bytes;
  });
  if (!json || !train || !test) throw new Error('internal: three parts');
  const where = `${who}, dataset.json`;
  const value = readJson(json, where);
  const info = parse(datasetInfoSchema, value, where);
  const odd = unknownField(datasetInfoSchema, value);
  if (odd !== null) throw new SpecError(`${where}: expected no field ${odd.slice(0, 80)}, got one`);
  const split = (bytes: Uint8Array, count: number): ProjectDataset['dataset']['train'] => ({
    count,
    labels: bytes.slice(0, count),
    images: bytes.slice(count),
  });
  const { name, source, width, height, channels, classNames } = info;
  const dataset = {
    ...{ name, source, width, height, channels, classNames },
    train: split(train, info.train),
    test: split(test, info.test),
  };
  requireDataset(dataset);
  const { checksum, trainCounts, testCounts, bytes } = summarize(dataset);
  const isTrue =
    info.checksum === checksum &&
    info.id === `file-${checksum}` &&
    info.bytes === bytes &&
    info.trainCounts.join() === trainCounts.join() &&
    info.testCounts.join() === testCounts.join();
  if (!isTrue)
    throw new SpecError(`${where}: expected what follows from its images, got otherwise`);
  return { info, dataset };
}

/** Whether two runs would be written to the same bytes. */
export function isSameRun(a: ProjectRun, b: ProjectRun): boolean {
  const [ours, theirs] = [runEntries(a, ''), runEntries(b, '')];
  return (
    ours.length === theirs.length &&
    ours.every(({ path, bytes }, i) => {
      const other = theirs[i];
      return (
        other?.path === path &&
        other.bytes.length === bytes.length &&
        bytes.every((byte, at) => byte === other.bytes[at])
      );
    })
  );
}
