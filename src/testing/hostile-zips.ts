/** @file Zips of class folders: good ones, damaged ones, and ones with names made to do harm. */
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

const layout = fc
  .array(fc.tuple(folder, file, content), { minLength: 1, maxLength: 12 })
  .map((entries) => zipOf(new Map(entries.map(([at, name, bytes]) => [`${at}/${name}`, bytes]))));

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
