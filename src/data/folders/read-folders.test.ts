import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_IMAGE_OPTIONS } from '../../spec/image-options.ts';
import { decodePlainPng, folderOf, plainPng, pngFile } from '../../testing/image-files.ts';
import { Rng } from '../../util/rng.ts';
import type { Dataset } from '../dataset.ts';
import { datasetChecksum, summarize } from '../summary.ts';
import { squareOf } from './average.ts';
import { pixelSize } from './image-head.ts';
import { layOut } from './layout.ts';
import { readFolders } from './read-folders.ts';
import { drawMost, drawTest } from './share.ts';

const OPTIONS = { ...DEFAULT_IMAGE_OPTIONS, side: 16 };
const png = plainPng(2, [10, 20, 30]);

const layoutOf = (paths: readonly string[], texts: Readonly<Record<string, string>> = {}) =>
  layOut('a.zip', paths, (path) => Promise.resolve(texts[path] ?? null));

const read = (paths: readonly string[], options = OPTIONS): Promise<Dataset> =>
  readFolders('a.zip', folderOf(new Map(paths.map((p) => [p, png]))), options, decodePlainPng);

const refusal = async (paths: readonly string[]): Promise<string> =>
  read(paths).then(
    () => 'read',
    (error: unknown) => (error as Error).message,
  );

/** `count` paths of a class. */
const of = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${folder}/${i}.png`);

describe('layOut', () => {
  const name = fc
    .string({ unit: fc.constantFrom(...'abcXYZ019 _-é'), minLength: 1, maxLength: 8 })
    .map((text) => `k${text}k`.normalize('NFC'));
  const set = fc.dictionary(name, fc.integer({ min: 1, max: 5 }), {
    minKeys: 2,
    maxKeys: 6,
    noNullPrototype: false,
  });
  const junk = ['__MACOSX/cat/._1.png', '.DS_Store', 'x/.DS_Store', 'README.md', 'cat/Thumbs.db'];

  it('finds the classes and counts that a naive listing finds, at any depth, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        set,
        fc.constantFrom('', 'photos/', 'a/b/'),
        fc.integer(),
        async (counts, root, seed) => {
          const paths = Object.entries(counts).flatMap(([folder, count]) =>
            of(root + folder, count),
          );
          const { classNames, images } = await layoutOf(
            new Rng(seed).shuffle([...paths, ...junk.map((path) => root + path)]),
          );
          const found = Object.fromEntries(classNames.map((label) => [label, 0]));
          for (const { label } of images) {
            const className = classNames[label] ?? '';
            found[className] = (found[className] ?? 0) + 1;
          }
          expect(found).toEqual(counts);
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it('takes train and test from the folders, and leaves out a third part', async () => {
    const { kind, classNames, images, leftOut } = await layoutOf([
      ...of('set/train/cat', 3),
      ...of('set/train/dog', 2),
      ...of('set/test/cat', 1),
      ...of('set/val/dog', 1),
    ]);
    expect({ kind, classNames, leftOut }).toEqual({
      kind: 'parts',
      classNames: ['cat', 'dog'],
      leftOut: 1,
    });
    expect(images.filter(({ part }) => part === 'test')).toEqual([
      { path: 'set/test/cat/0.png', label: 0, part: 'test' },
    ]);
  });

  it('reads Tiny ImageNet by its lists', async () => {
    const { kind, classNames, images, leftOut } = await layoutOf(
      [
        't/train/n2/images/n2_0.JPEG',
        't/train/n1/images/n1_0.JPEG',
        't/val/images/val_0.JPEG',
        't/val/images/val_1.JPEG',
        't/test/images/test_0.JPEG',
      ],
      {
        't/wnids.txt': 'n2\nn1\n',
        't/words.txt': 'n1\tcrane, bird\nn2\tcrane\nn3\tother\n',
        't/val/val_annotations.txt': 'val_0.JPEG\tn2\t0\t0\t9\t9\nval_1.JPEG\tn1\t0\t0\t9\t9\n',
      },
    );
    expect({ kind, classNames, leftOut }).toEqual({
      kind: 'tiny-imagenet',
      classNames: ['crane (n1)', 'crane (n2)'],
      leftOut: 1,
    });
    expect(images.map(({ label, part }) => `${label} ${part}`)).toEqual([
      '0 train',
      '1 train',
      '1 test',
      '0 test',
    ]);
  });

  it.each([
    ['a path out of it', ['../cat/1.png', 'dog/1.png'], /leads out of it/],
    ['an absolute path', ['/etc/1.png', 'dog/1.png'], /leads out of it/],
    ['a drive', ['C:/cat/1.png', 'dog/1.png'], /leads out of it/],
    ['a backslash', ['cat\\1.png', 'dog/1.png'], /leads out of it/],
    ['one class', of('cat', 3), /2 to 200 classes.*one class \(cat\)/],
    ['images without a folder', ['1.png', '2.png'], /outside of any folder/],
    ['no images', ['cat/1.txt'], /expected images as PNG/],
    ['the same file twice', ['cat/1.png', 'cat/1.png', 'dog/1.png'], /each file once/],
    ['too many classes', Array.from({ length: 201 }, (_, i) => `${i}/1.png`), /2 to 200 classes/],
    ['folders without end', [`${'a/'.repeat(20)}1.png`, 'b/1.png'], /at most 12 folders/],
    ['long names', [`${'n'.repeat(61)}/1.png`, 'b/1.png'], /class names of 1 to 60/],
    [
      'a test class that is not trained',
      [...of('train/a', 2), ...of('train/b', 2), ...of('test/c', 1)],
      /test images of the classes in train/,
    ],
  ])('refuses %s', async (_what, paths, sentence) => {
    await expect(layoutOf(paths)).rejects.toThrow(sentence);
  });
});

describe('readFolders', () => {
  it('takes class names for what they are, whatever they are', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const dataset = await read(names.flatMap((folder) => of(folder, 4)));
    expect(dataset.classNames).toEqual(names);
    expect(summarize(dataset).trainCounts).toEqual([3, 3, 3]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('gives the same checksum for the same images in another order, another for another seed', async () => {
    const files = new Map(
      ['a', 'b'].flatMap((folder) =>
        of(folder, 12).map((path, i) => [path, plainPng(3, [i, 2, 3])] as const),
      ),
    );
    const sum = async (order: readonly (readonly [string, Uint8Array])[], seed: number) =>
      datasetChecksum(
        await readFolders('x.zip', folderOf(new Map(order)), { ...OPTIONS, seed }, decodePlainPng),
      );
    const first = await sum([...files], 1);
    expect(await sum([...files].reverse(), 1)).toBe(first);
    expect(await sum([...files], 2)).not.toBe(first);
  });

  it('leaves out images that cannot be read and says so, but not many of them', async () => {
    const files = new Map<string, Uint8Array>(
      [...of('a', 10), ...of('b', 10)].map((path) => [path, png]),
    );
    files.set('a/3.png', new TextEncoder().encode('not an image at all, whatever its name'));
    const dataset = await readFolders('x.zip', folderOf(files), OPTIONS, decodePlainPng);
    expect(dataset.train.count + dataset.test.count).toBe(19);
    expect(dataset.source).toContain('1 image could not be read and were left out');
    for (let i = 0; i < 4; i++) files.set(`b/${i}.png`, Uint8Array.of(1, 2, 3));
    await expect(readFolders('x.zip', folderOf(files), OPTIONS, decodePlainPng)).rejects.toThrow(
      /x\.zip: expected images that can be read, got 3 of \d+ that cannot/,
    );
  });

  it('never decodes an image that claims more pixels than a camera makes', async () => {
    const bomb = pngFile(2, 2, () => [0, 0, 0]);
    new DataView(bomb.buffer).setUint32(16, 60_000);
    new DataView(bomb.buffer).setUint32(20, 60_000);
    let decoded = 0;
    const files = new Map<string, Uint8Array>([...of('a', 2), ...of('b', 2)].map((p) => [p, png]));
    files.set('a/0.png', bomb);
    await readFolders('x.zip', folderOf(files), OPTIONS, (bytes) => {
      decoded++;
      return decodePlainPng(bytes);
    }).catch(() => null);
    expect(decoded).toBe(3);
  });

  it('refuses what would not fit before anything is decoded', async () => {
    const huge = folderOf(new Map(of('a', 3).map((path) => [path, png]))).map((file) => ({
      ...file,
      sizeBytes: 2 ** 26,
      read: () => Promise.reject(new Error('read')),
    }));
    const other = huge.map((file) => ({ ...file, path: file.path.replace('a', 'b') }));
    await expect(
      readFolders('x.zip', [...huge, ...other], OPTIONS, decodePlainPng),
    ).rejects.toThrow(/images of at most 32 MiB, got 67,108,864 bytes/);
  });

  it('says which class has nothing to train on', async () => {
    expect(await refusal([...of('train/a', 2), ...of('train/b', 2), ...of('test/a', 1)])).toBe(
      'read',
    );
    expect(await refusal(['a/1.png', 'b/1.png'])).toMatch(/so that one is left to test on/);
  });

  it('takes at most so many of a class', async () => {
    const dataset = await read([...of('a', 30), ...of('b', 6)], { ...OPTIONS, mostPerClass: 10 });
    const { trainCounts, testCounts } = summarize(dataset);
    expect([trainCounts, testCounts]).toEqual([
      [8, 5],
      [2, 1],
    ]);
  });
});

describe('drawTest and drawMost', () => {
  const labels = fc.array(fc.nat(5), { minLength: 1, maxLength: 200 });

  it('keep the share of every class to within half an image, and never take all of one', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 5, max: 50 }), fc.nat(), (of_, percent, seed) => {
        const isTest = drawTest(of_, percent / 100, new Rng(seed));
        for (const label of new Set(of_)) {
          const all = of_.filter((each) => each === label).length;
          const test = of_.filter((each, i) => each === label && isTest[i]).length;
          expect(test).toBeLessThan(all);
          if (all > 1) expect(test).toBeGreaterThan(0);
          if (all > 10) expect(Math.abs(test - (all * percent) / 100)).toBeLessThanOrEqual(0.5);
        }
        expect(drawTest(of_, percent / 100, new Rng(seed))).toEqual(isTest);
        const kept = drawMost(of_, 7, new Rng(seed)).map((at) => of_[at]);
        for (const label of new Set(of_))
          expect(kept.filter((each) => each === label)).toHaveLength(
            Math.min(7, of_.filter((each) => each === label).length),
          );
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});

describe('squareOf', () => {
  it('is the mean over 64 × 64 points in each pixel of the middle square', () => {
    // Oracle: point samples on a grid that divides every edge: area means by counting.
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 2, 3, 4),
        fc.nat(),
        (width, height, side, seed) => {
          const rng = new Rng(seed);
          const rgba = new Uint8ClampedArray(width * height * 4).map(() => rng.int(256));
          const out = squareOf({ width, height, rgba }, side);
          const length = Math.min(width, height);
          const left = Math.floor((width - length) / 2);
          const top = Math.floor((height - length) / 2);
          for (let y = 0; y < side; y++)
            for (let x = 0; x < side; x++) {
              let sum = 0;
              for (let i = 0; i < length; i++)
                for (let j = 0; j < length; j++) {
                  const column = left + Math.floor((x * length + j) / side);
                  const row = top + Math.floor((y * length + i) / side);
                  sum += rgba[4 * (row * width + column)] ?? 0;
                }
              const mean = sum / length ** 2;
              expect(Math.abs((out[3 * (y * side + x)] ?? -1) - mean)).toBeLessThanOrEqual(
                0.5 + 1e-9,
              );
            }
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe('pixelSize', () => {
  const bytes = (length: number, at: Readonly<Record<number, readonly number[] | string>>) => {
    const out = new Uint8Array(length);
    for (const [start, value] of Object.entries(at))
      out.set(typeof value === 'string' ? new TextEncoder().encode(value) : value, Number(start));
    return out;
  };

  it.each([
    ['PNG', pngFile(300, 2, () => [0, 0, 0]), 300, 2],
    ['GIF', bytes(40, { 0: 'GIF89a', 6: [44, 1, 2, 0] }), 300, 2],
    ['BMP', bytes(60, { 0: 'BM', 18: [44, 1, 0, 0, 254, 255, 255, 255] }), 300, 2],
    [
      'JPEG',
      bytes(60, { 0: [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 17, 8, 0, 2, 1, 44, 3] }),
      300,
      2,
    ],
    ['WebP', bytes(60, { 0: 'RIFF', 8: 'WEBPVP8 ', 26: [44, 1, 2, 0] }), 300, 2],
    ['WebP, lossless', bytes(60, { 0: 'RIFF', 8: 'WEBPVP8L', 20: [0x2f, 43, 65, 0, 0] }), 300, 2],
    ['WebP, extended', bytes(60, { 0: 'RIFF', 8: 'WEBPVP8X', 24: [43, 1, 0, 1, 0, 0] }), 300, 2],
  ])('reads %s', (_kind, file, width, height) => {
    expect(pixelSize(file)).toEqual({ width, height });
  });

  it('reads nothing from anything else, however it is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(pixelSize(Uint8Array.from([...noise]).fill(0, 0, 4))).toBeNull();
      }),
    );
    const jpeg = Uint8Array.from([0xff, 0xd8, ...new Array<number>(50).fill(0xff)]);
    expect(pixelSize(jpeg)).toBeNull();
  });
});
