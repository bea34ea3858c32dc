/**
 * @file From files that a person dropped to a dataset, or one sentence that says why not.
 *
 * Unpack (gzip, tar), keep what belongs to a known format, read it. All or nothing: a dataset comes
 * out only if every file that matters is whole and they fit together. What a file is follows from
 * its content; its name tells train from test and CIFAR records from other bytes.
 */
import { SpecError } from '../util/errors.ts';
import type { DataProgress, Dataset } from './dataset.ts';
import { requireDataset } from './dataset.ts';
import { isCifarName, readCifar } from './formats/cifar.ts';
import {
  baseName,
  Budget,
  counted,
  grouped,
  inNaturalOrder,
  isLitter,
  Pieces,
  refuse,
} from './formats/file.ts';
import type { DataFile } from './formats/file.ts';
import { gunzip, isGzip } from './formats/gzip.ts';
import { idxLength, isIdx, isIdxName, readIdx } from './formats/idx.ts';
import { isTarHeader, TarReader } from './formats/tar.ts';

export interface ReadLimits {
  /** Bytes of all files, packed and unpacked together; default 1 GiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 2 ** 30;
const MAX_FILES = 100;
const EXPECTED =
  'CIFAR-10 or CIFAR-100 binary files (.bin or .tar.gz) or IDX images with labels (-ubyte or .gz)';

/**
 * Read dropped files. Runs to its end without a pause: call it in a worker.
 *
 * @param files in any order; nothing in `bytes` is changed
 * @throws SpecError in one sentence: file, expected, got
 */
export function readDataset(
  files: readonly DataFile[],
  onProgress?: DataProgress,
  limits: ReadLimits = {},
): Dataset {
  if (files.length === 0) throw new SpecError(`readDataset: expected ${EXPECTED}, got no file`);
  if (files.length > MAX_FILES)
    throw new SpecError(
      `readDataset: expected at most ${MAX_FILES} files, got ${grouped(files.length)}`,
    );
  const budget = new Budget(limits.maxBytes ?? MAX_BYTES);
  const known: DataFile[] = [];
  for (const file of files) {
    budget.take(file.bytes.length, file.name);
    const found = unpack(file, budget, onProgress).filter(isKnown);
    if (found.length === 0) refuse(file.name, EXPECTED, describe(file));
    known.push(...found);
  }
  known.sort((a, b) => inNaturalOrder(baseName(a.name), baseName(b.name)));
  known.forEach((file, i) => {
    const before = known[i - 1];
    if (before !== undefined && baseName(before.name) === baseName(file.name))
      refuse(file.name, 'each file once', 'two files by this name');
  });
  const cifar = known.filter((file) => isCifarName(file.name));
  const idx = known.filter((file) => !isCifarName(file.name));
  const [firstIdx] = idx;
  if (cifar.length > 0 && firstIdx !== undefined)
    refuse(firstIdx.name, 'files of one dataset', 'IDX and CIFAR files together');
  const dataset = cifar.length > 0 ? readCifar(cifar, onProgress) : readIdx(idx, onProgress);
  requireDataset(dataset);
  return dataset;
}

function isKnown(file: DataFile): boolean {
  return (
    !isLitter(file.name) && (isCifarName(file.name) || isIdxName(file.name) || isIdx(file.bytes))
  );
}

/** @returns the plain files in a file: itself, or what a gzip or tar file holds that may matter */
function unpack(file: DataFile, budget: Budget, onProgress?: DataProgress): DataFile[] {
  if (isGzip(file.bytes)) return unpackGzip(file, budget, onProgress);
  if (isTarHeader(file.bytes)) {
    const tar = new TarReader(file.name, isWanted, budget);
    tar.push(file.bytes);
    return unpackEntries(tar.finish(), budget, onProgress);
  }
  return [file];
}

const isWanted = (path: string): boolean =>
  !isLitter(path) && (isCifarName(path) || isIdxName(path));

/** Entries of an archive; those packed once more are unpacked, archives in archives are not. */
function unpackEntries(
  entries: readonly DataFile[],
  budget: Budget,
  onProgress?: DataProgress,
): DataFile[] {
  return entries.map((entry) => {
    if (!isGzip(entry.bytes) || isCifarName(entry.name)) return entry;
    const pieces = new Pieces();
    gunzip(entry, budget, (piece) => pieces.push(piece), onProgress);
    return { name: withoutGz(entry.name), bytes: pieces.join() };
  });
}

const withoutGz = (name: string): string => name.replace(/\.gz$/i, '');

/** Unpack, deciding by the first block what is inside, so that what is not ours ends at once. */
function unpackGzip(file: DataFile, budget: Budget, onProgress?: DataProgress): DataFile[] {
  const name = withoutGz(file.name);
  const plain = new Pieces();
  let tar: TarReader | null = null;
  let promised: number | null = null;
  let decided = false;
  const decide = (): void => {
    const head = plain.join();
    decided = true;
    if (isTarHeader(head)) {
      tar = new TarReader(file.name, isWanted, null);
      tar.push(head);
      return;
    }
    promised = idxLength(head);
    if (promised === null && !isCifarName(name) && !isIdxName(name))
      refuse(file.name, EXPECTED, 'a gzip file of something else');
    plain.push(head);
  };
  gunzip(
    file,
    budget,
    (piece) => {
      if (tar !== null) {
        tar.push(piece);
        return;
      }
      plain.push(piece);
      if (!decided && plain.length >= 512) decide();
      if (promised !== null && plain.length > promised)
        refuse(
          file.name,
          `${grouped(promised)} unpacked bytes, as its IDX header says`,
          'more than that',
        );
    },
    onProgress,
  );
  if (!decided) decide();
  // Assigned in a callback, which the compiler does not follow.
  const archive = tar as TarReader | null;
  return archive === null
    ? [{ name, bytes: plain.join() }]
    : unpackEntries(archive.finish(), budget, onProgress);
}

/** What a file that no reader knows looks like. */
function describe(file: DataFile): string {
  const { bytes } = file;
  const name = baseName(file.name).toLowerCase();
  if (bytes.length === 0) return 'an empty file';
  if (isGzip(bytes) || isTarHeader(bytes))
    return /python/.test(name)
      ? 'the Python version of CIFAR: the binary version is read here'
      : 'an archive with none of these';
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic.startsWith('PK')) return 'a zip archive beside other files: bring it alone';
  if (magic.startsWith('\x89PNG') || magic.startsWith('\xff\xd8\xff'))
    return 'an image outside of any folder: put the images of each class in a folder of their own';
  return `another kind of file (${counted(bytes.length, 'byte')})`;
}
