/**
 * @file From folders of images to a dataset: lay out, decode, crop, average, split. All or nothing.
 *
 * The decoder is given, so that everything else runs anywhere. The same files and options give the
 * same bytes, whatever the order in the archive (as far as the decoder does: JPEG is not decoded
 * alike by all).
 */
import type { ImageOptions } from '../../spec/image-options.ts';
import { Rng } from '../../util/rng.ts';
import type { DataProgress, Dataset, ImageSplit } from '../dataset.ts';
import { requireDataset } from '../dataset.ts';
import { counted, grouped, refuse, shownName } from '../formats/file.ts';
import { squareOf } from './average.ts';
import type { DecodeImage, FolderFile } from './folder-file.ts';
import { pixelSize } from './image-head.ts';
import { layOut, MOST_LIST_BYTES } from './layout.ts';
import type { FoundImage, Layout, Part } from './layout.ts';
import { drawMost, drawTest } from './share.ts';

const CHANNELS = 3;
const MOST_IMAGE_BYTES = 32 * 2 ** 20;
/** What a good phone's camera makes. */
const MOST_PIXELS = 50_000_000;
const MOST_FILE_BYTES = 2 ** 30;
/** Tiny ImageNet at 32 × 32 is 322 MiB; while it is made, twice that is in memory. */
const MOST_DATASET_BYTES = 384 * 2 ** 20;
/** Images read and decoded together: a browser decodes in another process, and waiting is most of it. */
const AT_ONCE = 4;
/** Past this part of the images that cannot be read, something else is wrong. */
const MOST_UNREADABLE = 0.1;

/** An image as the dataset has it, shape [side, side, 3]. */
export interface SquareImage {
  readonly label: number;
  readonly part: Part | null;
  readonly pixels: Uint8Array;
}

/**
 * @param name  of the archive or folder: becomes the dataset's
 * @param files in any order; each is read at most once
 * @throws SpecError in one sentence: file, expected, got
 */
export async function readFolders(
  name: string,
  files: readonly FolderFile[],
  options: ImageOptions,
  decode: DecodeImage,
  onProgress?: DataProgress,
): Promise<Dataset> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const layout = await layOut(
    name,
    files.map(({ path }) => path),
    async (path) => {
      const file = byPath.get(path);
      if (file === undefined) return null;
      if (file.sizeBytes > MOST_LIST_BYTES)
        refuse(path, 'a list of at most 8 MiB', counted(file.sizeBytes, 'byte'));
      return new TextDecoder().decode(await file.read());
    },
  );
  const chosen = choose(layout, options);
  const sizes = chosen.map(({ path }) => byPath.get(path)?.sizeBytes ?? 0);
  const largest = sizes.reduce((most, size, i) => (size > (sizes[most] ?? 0) ? i : most), 0);
  if ((sizes[largest] ?? 0) > MOST_IMAGE_BYTES)
    refuse(
      chosen[largest]?.path ?? '',
      `images of at most ${MOST_IMAGE_BYTES / 2 ** 20} MiB`,
      counted(sizes[largest] ?? 0, 'byte'),
    );
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_FILE_BYTES)
    refuse(name, `at most ${grouped(MOST_FILE_BYTES / 2 ** 20)} MiB of images`, 'more');
  requireRoom(name, chosen.length, options.side);
  const images: SquareImage[] = [];
  let unreadable = 0;
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const some = chosen.slice(from, from + AT_ONCE);
    const squares = await Promise.all(
      some.map(async ({ path }) => {
        const bytes = await byPath.get(path)?.read();
        return bytes ? squareFrom(bytes, options.side, decode) : null;
      }),
    );
    some.forEach(({ label, part, path }, i) => {
      const pixels = squares[i];
      if (pixels) images.push({ label, part, pixels });
      else if (++unreadable > Math.max(1, MOST_UNREADABLE * chosen.length))
        refuse(
          name,
          'images that can be read',
          `${grouped(unreadable)} of ${grouped(from + i + 1)} that cannot, ${shownName(path)} among them`,
        );
    });
    onProgress?.(from + some.length, chosen.length, 'decoding images');
  }
  return assemble({
    name,
    classNames: layout.classNames,
    images,
    options,
    source: `Images from ${shownName(name)}${leftOutSentence(layout.leftOut, unreadable)}.`,
  });
}

/** At most so many of each class in each part, by the seed. */
function choose({ images }: Layout, { mostPerClass, seed }: ImageOptions): FoundImage[] {
  const rng = new Rng(seed).fork('most');
  return (['train', 'test', null] as const).flatMap((part) => {
    const members = images.filter((image) => image.part === part);
    const labels = members.map(({ label }) => label);
    return drawMost(labels, mostPerClass, rng).map((at) => members[at] as FoundImage);
  });
}

function requireRoom(name: string, count: number, side: number): void {
  const bytes = count * side * side * CHANNELS;
  if (bytes > MOST_DATASET_BYTES)
    refuse(
      name,
      `a dataset of at most ${MOST_DATASET_BYTES / 2 ** 20} MiB (choose fewer pixels or fewer images of each class)`,
      `${grouped(Math.ceil(bytes / 2 ** 20))} MiB`,
    );
}

/**
 * Decode one image and make it square.
 *
 * @returns null for what is no image, or one of more pixels than any camera makes
 */
export async function squareFrom(
  bytes: Uint8Array,
  side: number,
  decode: DecodeImage,
): Promise<Uint8Array | null> {
  const said = pixelSize(bytes);
  if (said === null || said.width * said.height > MOST_PIXELS) return null;
  try {
    const image = await decode(bytes);
    return image.width < 1 || image.height < 1 ? null : squareOf(image, side);
  } catch {
    return null;
  }
}

export interface Assembly {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly images: readonly SquareImage[];
  readonly options: ImageOptions;
  readonly source: string;
}

/**
 * Split and join images of one size.
 *
 * @throws SpecError when a class has too few to train on, or nothing is left to test on
 */
export function assemble({ name, classNames, images, options, source }: Assembly): Dataset {
  const { side, testPercent, seed } = options;
  requireRoom(name, images.length, side);
  const labels = images.map(({ label }) => label);
  const hasParts = images.some(({ part }) => part !== null);
  const drawn = hasParts
    ? images.map(({ part }) => part === 'test')
    : drawTest(labels, testPercent / 100, new Rng(seed).fork('test'));
  const pick = (isTest: boolean): ImageSplit => {
    const members = images.filter((_, i) => drawn[i] === isTest);
    const pixels = new Uint8Array(members.length * side * side * CHANNELS);
    members.forEach((image, i) => pixels.set(image.pixels, i * side * side * CHANNELS));
    return {
      count: members.length,
      images: pixels,
      labels: Uint8Array.from(members, ({ label }) => label),
    };
  };
  const split = { train: pick(false), test: pick(true) };
  classNames.forEach((className, label) => {
    if (!split.train.labels.includes(label))
      refuse(name, 'images of every class to train on', `none of "${className}"`);
  });
  if (split.test.count === 0)
    refuse(name, 'a class of at least two images, so that one is left to test on', 'none');
  const held = hasParts ? '' : ` ${testPercent} % of each class, by seed ${seed}, are for testing.`;
  const dataset: Dataset = {
    name: shownName(name).replace(/\.zip$/i, ''),
    ...{ width: side, height: side, channels: CHANNELS, classNames },
    ...split,
    source: `${source} Cut to the square in their middle, averaged to ${side} × ${side}.${held}`,
  };
  requireDataset(dataset);
  return dataset;
}

function leftOutSentence(leftOut: number, unreadable: number): string {
  const parts = [
    ...(unreadable > 0 ? [`${counted(unreadable, 'image')} could not be read`] : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'image')} lay outside of the classes`] : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join(', ')} and were left out`;
}
