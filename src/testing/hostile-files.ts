/** @file Dataset files that read well, and the same cut, spliced, overwritten, repacked and renamed. */
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import type { DataFile } from '../data/formats/file.ts';
import {
  cifar100File,
  cifar10File,
  concat,
  idxFile,
  idxImages,
  idxLabels,
  tarFile,
} from './data-files.ts';

const tar = tarFile([
  { path: 'c/data_batch_1.bin', bytes: cifar10File(3) },
  { path: 'c/batches.meta.txt', bytes: new TextEncoder().encode('a\nb\nc\n') },
  { path: 'c/test_batch.bin', bytes: cifar10File(2) },
]);
const idx: readonly DataFile[] = [
  { name: 'train-images-idx3-ubyte', bytes: idxImages(6, 8, 8) },
  { name: 'train-labels-idx1-ubyte', bytes: idxLabels(6) },
  { name: 't10k-images-idx3-ubyte', bytes: idxImages(3, 8, 8) },
  { name: 't10k-labels-idx1-ubyte', bytes: idxLabels(3) },
];

/** Sets that read well before they are touched. */
export const GOOD_FILES: readonly (readonly DataFile[])[] = [
  [{ name: 'data_batch_1.bin', bytes: cifar10File(4) }],
  [
    { name: 'train.bin', bytes: cifar100File(3) },
    { name: 'test.bin', bytes: cifar100File(2) },
  ],
  [{ name: 'cifar.tar', bytes: tar }],
  [{ name: 'cifar.tar.gz', bytes: gzipSync(tar) }],
  idx,
  idx.map(({ name, bytes }) => ({ name: `${name}.gz`, bytes: gzipSync(bytes) })),
];

/** Where things are decided: the first bytes and the last count as much as all between. */
const place = fc.oneof(
  fc.integer({ min: 0, max: 600 }).map((at) => (length: number) => at % length),
  fc.integer({ min: 1, max: 40 }).map((at) => (length: number) => Math.max(0, length - at)),
  fc
    .double({ min: 0, max: 0.999, noNaN: true })
    .map((share) => (length: number) => Math.floor(share * length)),
);
const byte = fc.integer({ min: 0, max: 255 });

type Mutation = (bytes: Uint8Array) => Uint8Array;
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, byte).map(([at, value]): Mutation => (bytes) => {
    const copy = bytes.slice();
    if (copy.length > 0) copy[at(copy.length)] = value;
    return copy;
  }),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.slice(0, at(Math.max(1, bytes.length))),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 700 })).map(([at, extra]): Mutation => (bytes) => {
    const split = at(Math.max(1, bytes.length));
    return concat([bytes.subarray(0, split), extra, bytes.subarray(split)]);
  }),
  fc.tuple(place, place).map(([from, to]): Mutation => (bytes) => {
    const length = Math.max(1, bytes.length);
    return concat([bytes.subarray(0, from(length)), bytes.subarray(to(length))]);
  }),
);

/** One file of a set is damaged; some are packed after the damage, so that it gets past the checksum. */
export const damagedFiles = fc
  .record({
    good: fc.constantFrom(...GOOD_FILES),
    which: fc.nat(3),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
    rename: fc.option(
      fc.oneof(
        fc.constantFrom('x.bin', 'test.bin', 'train-images-idx3-ubyte', 'fine_label_names.txt'),
        fc.string(),
      ),
      { freq: 6 },
    ),
    repack: fc.boolean(),
  })
  .map(({ good, which, mutations, rename, repack }): DataFile[] =>
    good.map((file, i) => {
      if (i !== which % good.length) return file;
      const bytes = mutations.reduce((mutated, mutate) => mutate(mutated), file.bytes);
      return { name: rename ?? file.name, bytes: repack ? gzipSync(bytes, { level: 1 }) : bytes };
    }),
  );

/** Made to fill memory, to lead out of the archive, or to promise what is not there. */
const TRICKS: readonly (readonly DataFile[])[] = [
  [{ name: 'train.bin.gz', bytes: gzipSync(new Uint8Array(2 ** 24)) }],
  [{ name: 'bomb.tar.gz', bytes: gzipSync(gzipSync(new Uint8Array(2 ** 24))) }],
  [
    {
      name: 'a.tar',
      bytes: tarFile([{ path: '../../etc/data_batch_1.bin', bytes: cifar10File(2) }]),
    },
  ],
  [{ name: 'a.tar', bytes: tarFile([{ path: '/data_batch_1.bin', bytes: cifar10File(2) }]) }],
  [{ name: 'a.tar', bytes: tarFile([{ path: 'data_batch_1.bin', type: '2' }]) }],
  [{ name: 'a.tar', bytes: tarFile([{ path: 'data_batch_1.bin', claimedSize: 2 ** 32 }]) }],
  [
    {
      name: 'a.tar',
      bytes: tarFile(Array.from({ length: 1200 }, (_, i) => ({ path: `${i}.bin` }))),
    },
  ],
  [{ name: 'a-idx3-ubyte', bytes: idxFile([2 ** 31, 2 ** 31, 2 ** 31], new Uint8Array(9)) }],
  [{ name: 'a-idx3-ubyte', bytes: idxFile([2 ** 32 - 1, 1, 1], new Uint8Array(9)) }],
  [{ name: 'a-idx1-ubyte.gz', bytes: gzipSync(idxFile([2 ** 31], new Uint8Array(2 ** 20))) }],
  [{ name: '__proto__.bin', bytes: cifar10File(2) }],
  Array.from({ length: 101 }, (_, i) => ({ name: `${i}.bin`, bytes: new Uint8Array(1) })),
];

const noise = fc.array(
  fc.record({
    name: fc.oneof(fc.string(), fc.constantFrom('a.bin', 'b-idx3-ubyte', 'c.tar.gz')),
    bytes: fc
      .tuple(
        fc.constantFrom([], [0x1f, 0x8b, 8, 0], [0, 0, 8, 3], [0, 0, 8, 1, 0, 0, 0, 9]),
        fc.uint8Array({ maxLength: 2000 }),
      )
      .map(([start, rest]) => concat([Uint8Array.from(start), rest])),
  }),
  { maxLength: 4 },
);

export const hostileFiles: fc.Arbitrary<readonly DataFile[]> = fc.oneof(
  { weight: 20, arbitrary: damagedFiles },
  { weight: 5, arbitrary: noise },
  { weight: 1, arbitrary: fc.constantFrom(...TRICKS) },
);
