/**
 * @file IDX, the format of the MNIST family: a file of images and a file of labels for each split.
 *
 * @source LeCun, Cortes & Burges, the MNIST database: "the IDX file format"
 */
import type { DataProgress, Dataset, ImageSplit } from '../dataset.ts';
import { FASHION_NAMES } from './class-names.ts';
import { baseName, counted, grouped, refuse, shownName } from './file.ts';
import type { DataFile } from './file.ts';
import { holdOut } from './held-out.ts';

const UNSIGNED_BYTE = 0x08;
const MIN_SIDE = 4;
const MAX_SIDE = 256;

interface IdxArray {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** @returns whether the file begins as an IDX file does: two zero bytes, a type, 1 to 4 dimensions */
export function isIdx(bytes: Uint8Array): boolean {
  const type = bytes[2] ?? 0;
  const rank = bytes[3] ?? 0;
  return bytes[0] === 0 && bytes[1] === 0 && type >= 0x08 && type <= 0x0e && rank >= 1 && rank <= 4;
}

/** @returns whether a file by this name is said to be IDX */
export function isIdxName(name: string): boolean {
  return /[-.]idx\d[-.]ubyte(\.gz)?$/i.test(baseName(name));
}

/** @returns the length that the header promises, or null if `head` is too short or no IDX header */
export function idxLength(head: Uint8Array): number | null {
  const rank = head[3] ?? 0;
  if (!isIdx(head) || head.length < 4 + 4 * rank) return null;
  return dimsOf(head).reduce((product, dim) => product * dim, 1) + 4 + 4 * rank;
}

function dimsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes[3] ?? 0 }, (_, i) => view.getUint32(4 + 4 * i));
}

function parseIdx(file: DataFile): IdxArray {
  const { name, bytes } = file;
  if (!isIdx(bytes)) refuse(name, 'an IDX file (two zero bytes, type, rank)', describeHead(bytes));
  if (bytes[2] !== UNSIGNED_BYTE)
    refuse(name, 'IDX of unsigned bytes (type 0x08)', `type 0x0${(bytes[2] ?? 0).toString(16)}`);
  const start = 4 + 4 * (bytes[3] ?? 0);
  if (bytes.length < start) refuse(name, 'an IDX header', counted(bytes.length, 'byte'));
  const dims = dimsOf(bytes);
  const length = dims.reduce((product, dim) => product * dim, 1);
  if (bytes.length - start !== length)
    refuse(
      name,
      `${dims.map(grouped).join(' × ')} = ${grouped(length)} bytes after the header`,
      grouped(bytes.length - start),
    );
  return { name, dims, data: bytes.subarray(start) };
}

function describeHead(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return `one that begins with ${head.join(' ')}`;
}

interface ImageArray {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

function asImages(array: IdxArray): ImageArray {
  const [count = 0, height = 0, width = 0, channels = 1] = array.dims;
  if (count === 0) refuse(array.name, 'at least one image', 'none');
  for (const side of [height, width])
    if (side < MIN_SIDE || side > MAX_SIDE)
      refuse(
        array.name,
        `images ${MIN_SIDE} to ${MAX_SIDE} pixels wide and high`,
        `${grouped(width)} × ${grouped(height)}`,
      );
  if (channels !== 1 && channels !== 3) refuse(array.name, '1 or 3 channels', grouped(channels));
  return { count, height, width, channels, data: array.data };
}

interface Pair {
  readonly images: ImageArray;
  readonly labels: Uint8Array;
  readonly imagesName: string;
}

/** One images file and one labels file of the same count. */
function pairOf(split: string, arrays: readonly IdxArray[]): Pair | null {
  const first = arrays[0];
  if (first === undefined) return null;
  const imageFiles = arrays.filter((array) => array.dims.length >= 3);
  const labelFiles = arrays.filter((array) => array.dims.length === 1);
  const [imageFile] = imageFiles;
  const [labelFile] = labelFiles;
  if (imageFiles.length + labelFiles.length !== arrays.length)
    refuse(first.name, 'images (3 or 4 dimensions) and labels (1 dimension)', 'a table of 2');
  if (imageFile === undefined || labelFile === undefined || arrays.length !== 2)
    return refuse(
      first.name,
      `one images file and one labels file for the ${split} split`,
      `${counted(imageFiles.length, 'images file')} and ${counted(labelFiles.length, 'labels file')}`,
    );
  const images = asImages(imageFile);
  if (labelFile.data.length !== images.count)
    refuse(
      labelFile.name,
      `${counted(images.count, 'label')}, one for each image`,
      grouped(labelFile.data.length),
    );
  return { images, labels: labelFile.data, imagesName: imageFile.name };
}

function toSplit({ images, labels }: Pair): ImageSplit {
  return { count: images.count, images: images.data.slice(), labels: labels.slice() };
}

/**
 * Read a set of IDX files. Files whose name holds `t10k` or `test` are the test split.
 *
 * @returns width, height and channels as the files have them
 * @throws SpecError if a header, a length or the set of files is wrong
 */
export function readIdx(files: readonly DataFile[], onProgress?: DataProgress): Dataset {
  const arrays = files.map(parseIdx);
  const isTest = (array: IdxArray): boolean => /t10k|test/i.test(baseName(array.name));
  const trainPair = pairOf(
    'train',
    arrays.filter((array) => !isTest(array)),
  );
  const testPair = pairOf('test', arrays.filter(isTest));
  const pair = trainPair ?? testPair;
  if (pair === null) throw new Error('internal: readIdx without files');
  if (trainPair !== null && testPair !== null) {
    const sizeOf = ({ images }: Pair): string =>
      `${images.width} × ${images.height} × ${images.channels}`;
    if (sizeOf(trainPair) !== sizeOf(testPair))
      refuse(
        testPair.imagesName,
        `test images of ${sizeOf(trainPair)} as in the train split`,
        sizeOf(testPair),
      );
  }
  const { width, height, channels } = pair.images;
  const imageBytes = width * height * channels;
  const whole = toSplit(pair);
  const both = trainPair !== null && testPair !== null;
  const splits = both
    ? { train: whole, test: toSplit(testPair) }
    : holdOut(whole, imageBytes, pair.imagesName);
  let highest = 0;
  for (const split of [splits.train, splits.test])
    for (const label of split.labels) highest = Math.max(highest, label);
  if (highest === 0) refuse(pair.imagesName, 'labels of at least two classes', 'only class 0');
  const total = splits.train.count + splits.test.count;
  onProgress?.(total, total, 'decoding images');
  const fashion =
    highest < FASHION_NAMES.length && files.some((file) => /fashion/i.test(file.name));
  const list = files.map((file) => shownName(file.name)).join(', ');
  return {
    name: fashion ? 'Fashion-MNIST' : 'IDX images',
    width,
    height,
    channels,
    classNames: fashion
      ? FASHION_NAMES
      : Array.from({ length: highest + 1 }, (_, label) => String(label)),
    ...splits,
    source: both
      ? `IDX images and labels from ${list}.`
      : `IDX images and labels from ${list}; the last sixth is held out for testing, as no other split came with them.`,
  };
}
