/**
 * @file What the folders of a set of images say: classes, and which images are for testing.
 *
 * Read from paths alone, so that nothing is unpacked for it. Folders that hold all of the set are
 * passed through. Then either each folder is a class, or folders named train and test (or val) hold
 * the classes, or it is Tiny ImageNet, whose val images are sorted by a list. Order follows from the
 * paths, not from the archive.
 *
 * @source Tiny ImageNet: the layout of tiny-imagenet-200.zip (Stanford CS231n, 2015)
 */
import { IMAGE_NAME } from '../../spec/image-options.ts';
import { grouped, inNaturalOrder, isLitter, refuse, shownName } from '../formats/file.ts';

const MOST_IMAGES = 150_000;
const MOST_CLASSES = 200;
const MOST_DEPTH = 12;
const MOST_PATH_LENGTH = 400;
const MOST_NAME_LENGTH = 60;
/** Lists of Tiny ImageNet are up to 2.7 MB long. */
export const MOST_LIST_BYTES = 8 * 2 ** 20;

export type Part = 'train' | 'test';

export interface FoundImage {
  readonly path: string;
  readonly label: number;
  /** Null where the folders do not say. */
  readonly part: Part | null;
}

export interface Layout {
  readonly kind: 'folders' | 'parts' | 'tiny-imagenet';
  readonly classNames: readonly string[];
  /** In natural order of their paths. */
  readonly images: readonly FoundImage[];
  /** Images that lie where no class is, or in a third part. */
  readonly leftOut: number;
}

/** The text of a file of the set; null when there is none by this path. */
export type ReadText = (path: string) => Promise<string | null>;

const TRAIN = /^(train|training)$/i;
const TEST = /^(test|testing)$/i;
const VALIDATION = /^(val|valid|validation)$/i;

/**
 * @param name  of the archive or folder, for sentences
 * @param paths of all its files, in any order
 * @throws SpecError for paths that lead out, names twice, too few or too many classes or images
 */
export async function layOut(
  name: string,
  paths: readonly string[],
  readText: ReadText,
): Promise<Layout> {
  const wanted = paths.filter((path) => isSafe(name, path) && !isLitter(path));
  const images = wanted.filter((path) => IMAGE_NAME.test(path)).sort(inNaturalOrder);
  images.forEach((path, i) => {
    if (i > 0 && path === images[i - 1]) refuse(path, 'each file once', 'two by this name');
  });
  if (images.length === 0)
    refuse(name, 'images as PNG, JPEG, WebP, GIF or BMP in a folder for each class', 'none');
  if (images.length > MOST_IMAGES)
    refuse(name, `at most ${grouped(MOST_IMAGES)} images`, grouped(images.length));
  const root = sharedFolders(images);
  const tiny = await readTinyImageNet(name, root, images, readText);
  return tiny ?? sortFolders(name, root, images);
}

/** @throws SpecError for a path that leads out, or is none */
function isSafe(name: string, path: string): boolean {
  if (/^[/\\]|^[A-Za-z]:|\\|(^|\/)\.\.(\/|$)|\/\//.test(path))
    refuse(name, 'paths inside the archive', `one that leads out of it (${printable(path)})`);
  if (/\p{Cc}/u.test(path)) refuse(name, 'printable paths', `another (${printable(path)})`);
  if (path.length > MOST_PATH_LENGTH)
    refuse(name, `paths of at most ${MOST_PATH_LENGTH} characters`, printable(path));
  if (path.split('/').length > MOST_DEPTH)
    refuse(name, `at most ${MOST_DEPTH} folders in each other`, printable(path));
  return !path.endsWith('/');
}

const printable = (path: string): string => path.slice(0, 60).replace(/\p{C}/gu, '?');

/** The folders that every image lies in, as long as folders remain within, with a closing `/`. */
function sharedFolders(images: readonly string[]): string {
  const parts = images.map((path) => path.split('/'));
  let depth = 0;
  for (;;) {
    const folder = parts[0]?.[depth];
    if (!parts.every((path) => path.length > depth + 2 && path[depth] === folder)) break;
    depth++;
  }
  return (parts[0] ?? [])
    .slice(0, depth)
    .map((folder) => `${folder}/`)
    .join('');
}

/** Class names to labels as they come; whatever the name, `__proto__` too. */
class Classes {
  readonly #labels = new Map<string, number>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get names(): string[] {
    return [...this.#labels.keys()];
  }

  find(folder: string): number | undefined {
    return this.#labels.get(folder.normalize('NFC').trim());
  }

  add(folder: string): number {
    const name = folder.normalize('NFC').trim();
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    if (name === '' || name.length > MOST_NAME_LENGTH || /\p{C}/u.test(name))
      refuse(
        this.#name,
        `class names of 1 to ${MOST_NAME_LENGTH} printable characters`,
        `"${printable(name)}"`,
      );
    if (this.#labels.size >= MOST_CLASSES)
      refuse(this.#name, `2 to ${MOST_CLASSES} classes, a folder each`, 'more');
    this.#labels.set(name, this.#labels.size);
    return this.#labels.size - 1;
  }

  /** @throws SpecError for a single class */
  check(): void {
    if (this.#labels.size < 2)
      refuse(
        this.#name,
        `2 to ${MOST_CLASSES} classes, a folder of images for each`,
        this.names[0] === undefined
          ? 'images outside of any folder'
          : `one class (${shownName(this.names[0])})`,
      );
  }
}

function sortFolders(name: string, root: string, images: readonly string[]): Layout {
  const split = images.map((path) => path.slice(root.length).split('/'));
  // A part holds classes: at least a folder between it and its images.
  const tops = new Set(split.filter((path) => path.length > 2).map(([top]) => top ?? ''));
  const named = (pattern: RegExp): string | undefined => [...tops].find((top) => pattern.test(top));
  const train = named(TRAIN);
  const test = named(TEST) ?? named(VALIDATION);
  const hasParts = train !== undefined && test !== undefined;
  const classes = new Classes(name);
  const found: FoundImage[] = [];
  const partOf = (top: string | undefined): Part | null =>
    top === train ? 'train' : top === test ? 'test' : null;
  if (!hasParts) {
    split.forEach(([folder, file], i) => {
      if (folder === undefined || file === undefined) return;
      found.push({ path: images[i] as string, label: classes.add(folder), part: null });
    });
  } else {
    for (const wanted of ['train', 'test'] as const)
      split.forEach(([top, folder, file], i) => {
        if (partOf(top) !== wanted || folder === undefined || file === undefined) return;
        const label = wanted === 'train' ? classes.add(folder) : classes.find(folder);
        if (label === undefined)
          return refuse(name, `test images of the classes in ${train}`, `"${printable(folder)}"`);
        found.push({ path: images[i] as string, label, part: wanted });
      });
  }
  classes.check();
  return {
    kind: hasParts ? 'parts' : 'folders',
    classNames: classes.names,
    images: found,
    leftOut: images.length - found.length,
  };
}

/** @returns null when it is not Tiny ImageNet */
async function readTinyImageNet(
  name: string,
  root: string,
  images: readonly string[],
  readText: ReadText,
): Promise<Layout | null> {
  const annotations = await readText(`${root}val/val_annotations.txt`);
  const ids = await readText(`${root}wnids.txt`);
  if (annotations === null || ids === null) return null;
  const classes = new Classes(name);
  for (const id of lines(ids).sort(inNaturalOrder)) classes.add(id);
  classes.check();
  const belongs = new Map(
    lines(annotations).map((line) => {
      const [file = '', id = ''] = line.split('\t');
      return [file, id] as const;
    }),
  );
  const train: FoundImage[] = [];
  const test: FoundImage[] = [];
  for (const path of images) {
    const [part, folder, , file] = path.slice(root.length).split('/');
    const isTrain = part === 'train' && file !== undefined;
    const id = isTrain ? folder : part === 'val' ? belongs.get(shortName(path)) : undefined;
    const label = id === undefined ? undefined : classes.find(id);
    if (label === undefined) continue;
    if (isTrain) train.push({ path, label, part: 'train' });
    else test.push({ path, label, part: 'test' });
  }
  if (train.length === 0 || test.length === 0)
    refuse(name, 'images in train and val, as in Tiny ImageNet', 'a part without any');
  return {
    kind: 'tiny-imagenet',
    classNames: wordsFor(classes.names, (await readText(`${root}words.txt`)) ?? ''),
    images: [...train, ...test],
    leftOut: images.length - train.length - test.length,
  };
}

const shortName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

/** The first word for each id; the id beside it where two share one, the id alone where it has none. */
function wordsFor(ids: readonly string[], text: string): string[] {
  const words = new Map(
    lines(text).map((line) => {
      const [id = '', names = ''] = line.split('\t');
      return [id, (names.split(',')[0] ?? '').trim().slice(0, MOST_NAME_LENGTH - 12)] as const;
    }),
  );
  const times = new Map<string, number>();
  const wordOf = (id: string): string => {
    const word = words.get(id) ?? '';
    return word === '' || /\p{C}/u.test(word) ? id : word;
  };
  for (const id of ids) times.set(wordOf(id), (times.get(wordOf(id)) ?? 0) + 1);
  return ids.map((id) => {
    const word = wordOf(id);
    return word !== id && (times.get(word) ?? 0) > 1 ? `${word} (${id})` : word;
  });
}
