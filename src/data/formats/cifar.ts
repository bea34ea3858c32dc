/**
 * @file CIFAR-10 and CIFAR-100, binary version: records of one or two label bytes and a 32×32 image.
 *
 * A record's image is planar, 1,024 red bytes, then green, then blue; here it becomes [H, W, C].
 *
 * @source Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the layout is
 *   on the page it is distributed from.
 */
import type { DataProgress, Dataset, ImageSplit } from '../dataset.ts';
import { CIFAR10_NAMES, CIFAR100_NAMES, readClassNames } from './class-names.ts';
import { baseName, counted, grouped, refuse, shownName } from './file.ts';
import type { DataFile } from './file.ts';
import { holdOut } from './held-out.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;
/** Records decoded between two reports of progress. */
const REPORT_EVERY = 2000;

interface Layout {
  readonly name: 'CIFAR-10' | 'CIFAR-100';
  readonly labelBytes: number;
  readonly namesFile: string;
  readonly classNames: readonly string[];
}

const CIFAR10: Layout = {
  name: 'CIFAR-10',
  labelBytes: 1,
  namesFile: 'batches.meta.txt',
  classNames: CIFAR10_NAMES,
};
const CIFAR100: Layout = {
  name: 'CIFAR-100',
  labelBytes: 2, // coarse, then fine: the fine one is used
  namesFile: 'fine_label_names.txt',
  classNames: CIFAR100_NAMES,
};

const recordBytes = (layout: Layout): number => layout.labelBytes + IMAGE_BYTES;

/** @returns whether a file by this name belongs to a CIFAR set */
export function isCifarName(name: string): boolean {
  const base = baseName(name).toLowerCase();
  return base.endsWith('.bin') || isNamesFile(base);
}

/** Lists of names, one of them not used. */
function isNamesFile(base: string): boolean {
  return [CIFAR10.namesFile, CIFAR100.namesFile, 'coarse_label_names.txt'].includes(base);
}

/**
 * Which of the two layouts all files follow: by their sizes, then by the names that came along.
 *
 * @throws SpecError naming the first file whose size fits neither
 */
function layoutOf(records: readonly DataFile[], names: readonly DataFile[]): Layout {
  const fits = (layout: Layout) => (file: DataFile) =>
    file.bytes.length > 0 && file.bytes.length % recordBytes(layout) === 0;
  for (const file of records)
    if (!fits(CIFAR10)(file) && !fits(CIFAR100)(file))
      refuse(
        file.name,
        `whole records of CIFAR-10 (${grouped(recordBytes(CIFAR10))} bytes) or CIFAR-100 (${grouped(recordBytes(CIFAR100))})`,
        counted(file.bytes.length, 'byte'),
      );
  const hundred = records.every(fits(CIFAR100));
  const ten = records.every(fits(CIFAR10));
  if (hundred && ten) {
    // A size that both divide: 3,073 · 3,074 bytes. The names decide.
    const files = [...records, ...names].map((file) => baseName(file.name).toLowerCase());
    return files.some((base) => /^(train|test)\.bin$/.test(base) || base === CIFAR100.namesFile)
      ? CIFAR100
      : CIFAR10;
  }
  if (hundred) return CIFAR100;
  if (ten) return CIFAR10;
  const odd = records.find((file) => !fits(CIFAR10)(file)) ?? records[0];
  return refuse(odd?.name ?? '', 'all files of CIFAR-10 or all of CIFAR-100', 'a mix of both');
}

/** @throws SpecError at the first label that has no class */
function decode(
  files: readonly DataFile[],
  layout: Layout,
  classCount: number,
  onRecord: () => void,
): ImageSplit {
  const step = recordBytes(layout);
  const count = files.reduce((sum, file) => sum + file.bytes.length / step, 0);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  let index = 0;
  for (const { name, bytes } of files) {
    for (let start = 0; start < bytes.length; start += step) {
      const label = bytes[start + layout.labelBytes - 1] as number;
      if (label >= classCount)
        refuse(
          name,
          `labels from 0 to ${classCount - 1} (${layout.name})`,
          `${label} in record ${grouped(start / step + 1)}`,
        );
      labels[index] = label;
      interleave(bytes, start + layout.labelBytes, images, index * IMAGE_BYTES);
      index++;
      onRecord();
    }
  }
  return { count, images, labels };
}

/** Planar [C, H, W] at `from` to [H, W, C] at `to`. */
function interleave(source: Uint8Array, from: number, out: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < PLANE; pixel++) {
    out[to++] = source[from + pixel] as number;
    out[to++] = source[from + PLANE + pixel] as number;
    out[to++] = source[from + 2 * PLANE + pixel] as number;
  }
}

/**
 * Read a set of CIFAR files: records (`.bin`) and, if it came along, the list of class names.
 *
 * @throws SpecError if a size, a label or the mix is wrong
 */
export function readCifar(files: readonly DataFile[], onProgress?: DataProgress): Dataset {
  const names = files.filter((file) => isNamesFile(baseName(file.name).toLowerCase()));
  const records = files.filter((file) => !names.includes(file));
  if (records.length === 0)
    refuse(files[0]?.name ?? '', 'record files (.bin) beside it', 'names only');
  const layout = layoutOf(records, names);
  const namesFile = names.find((file) => baseName(file.name).toLowerCase() === layout.namesFile);
  const classNames = namesFile === undefined ? layout.classNames : readClassNames(namesFile);
  const isTest = (file: DataFile): boolean => /test/i.test(baseName(file.name));
  const trainFiles = records.filter((file) => !isTest(file));
  const testFiles = records.filter(isTest);

  const step = recordBytes(layout);
  const total = records.reduce((sum, file) => sum + file.bytes.length / step, 0);
  let done = 0;
  const onRecord = (): void => {
    done++;
    if (done % REPORT_EVERY === 0 || done === total) onProgress?.(done, total, 'decoding images');
  };
  const train = decode(trainFiles, layout, classNames.length, onRecord);
  const test = decode(testFiles, layout, classNames.length, onRecord);

  const shape = { width: SIDE, height: SIDE, channels: 3, classNames };
  const list = records.map((file) => shownName(file.name)).join(', ');
  const source = `${layout.name} binary records from ${list.length > 200 ? counted(records.length, 'file') : list}`;
  if (train.count > 0 && test.count > 0)
    return { name: layout.name, ...shape, train, test, source: `${source}.` };
  const whole = train.count > 0 ? train : test;
  return {
    name: layout.name,
    ...shape,
    ...holdOut(whole, IMAGE_BYTES, records[0]?.name ?? ''),
    source: `${source}; the last sixth is held out for testing, as no ${train.count > 0 ? 'test' : 'train'} file came with it.`,
  };
}
