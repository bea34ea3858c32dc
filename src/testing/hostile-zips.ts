/** @file Class folders of images, zipped and not: good ones, damaged ones, names made to do harm. */
import fc from 'fast-check';
import { plainPng, zipOf } from './image-files.ts';

const png = plainPng(2, [9, 8, 7]);
const bomb = ((): Uint8Array => {
  const claims = png.slice();
  new DataView(claims.buffer).setUint32(16, 2 ** 31 - 1);
  return claims;
})();

const folder = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('cat', 'dog', 'train/cat', 'test/cat', 'val/dog', 'a/b'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '__proto__',
        'constructor',
        '..',
        '../..',
        '/etc',
        'C:',
        'a\\b',
        '.',
        '',
        ' ',
        '__MACOSX',
      ],
      'n'.repeat(300),
      'd/'.repeat(30),
    ),
  },
  { weight: 1, arbitrary: fc.string() },
);
const file = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('1.png', '2.png', '3.PNG', '4.jpeg', 'val_annotations.txt'),
  },
  { weight: 1, arbitrary: fc.constantFrom('wnids.txt', '.DS_Store', '.png', 'x', '') },
  { weight: 1, arbitrary: fc.string() },
);
const content = fc.oneof(
  { weight: 8, arbitrary: fc.constant(png) },
  { weight: 1, arbitrary: fc.constant(bomb) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(2 ** 20)) },
);

const placed = fc.array(fc.tuple(folder, file, content), { minLength: 1, maxLength: 12 });

/** As a browser gives the files of a folder. */
export const hostileFolders = placed.map((files) =>
  files.map(([at, name, bytes]) => ({
    path: `${at}/${name}`,
    file: new File([Uint8Array.from(bytes)], name),
  })),
);

const place = fc.tuple(fc.nat(png.length - 1), fc.nat(255));

/** One picture, some of its bytes overwritten, or anything at all. */
export const hostilePictures: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.tuple(fc.array(place, { maxLength: 4 }), fc.nat(png.length)).map(([changes, length]) => {
    const bytes = Uint8Array.from(png);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes.slice(0, length === 0 ? undefined : length);
  }),
  content.map((bytes) => Uint8Array.from(bytes)),
);

const layout = placed.map((files) =>
  zipOf(new Map(files.map(([at, name, bytes]) => [`${at}/${name}`, bytes]))),
);

/** Some bytes overwritten, most of them in the list at the end, some cut off. */
export const hostileZips: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
  .tuple(
    layout,
    fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() }),
  )
  .map(([zip, changes, cut]) => {
    const bytes = zip.slice(0, cut === null ? zip.length : cut % (zip.length + 1));
    for (const [isAtEnd, place, value] of changes)
      if (bytes.length > 0)
        bytes[
          isAtEnd ? bytes.length - 1 - (place % Math.min(300, bytes.length)) : place % bytes.length
        ] = value;
    return bytes;
  });
