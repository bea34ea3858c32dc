import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cifar100File,
  cifar10File,
  concat,
  idxImages,
  idxLabels,
  tarFile,
} from '../testing/data-files.ts';
import { SpecError } from '../util/errors.ts';
import { requireDataset } from './dataset.ts';
import type { DataFile } from './formats/file.ts';
import { readDataset } from './read.ts';

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
const GOOD: readonly (readonly DataFile[])[] = [
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

const hostileFiles = fc
  .record({
    good: fc.constantFrom(...GOOD),
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
      // Packed after the damage, so that what is inside gets past the checksum.
      return { name: rename ?? file.name, bytes: repack ? gzipSync(bytes, { level: 1 }) : bytes };
    }),
  );

/** Either a dataset that holds together, or one sentence. */
function readOrRefuse(files: readonly DataFile[]): void {
  try {
    requireDataset(readDataset(files, undefined, { maxBytes: 2 ** 22 }));
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    expect(error.message).toMatch(/^[^\n\r]{10,500}$/);
  }
}

describe('readDataset against hostile input', () => {
  it('reads the files untouched', () => {
    for (const files of GOOD) requireDataset(readDataset(files));
  });

  it('throws nothing but a SpecError for files cut, spliced and overwritten', () => {
    fc.assert(fc.property(hostileFiles, readOrRefuse), { numRuns: 3000, seed: 7 });
  });

  it('throws nothing but a SpecError for noise', () => {
    const head = fc.constantFrom([], [0x1f, 0x8b, 8, 0], [0, 0, 8, 3], [0, 0, 8, 1, 0, 0, 0, 9]);
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            name: fc.oneof(fc.string(), fc.constantFrom('a.bin', 'b-idx3-ubyte', 'c.tar.gz')),
            bytes: fc
              .tuple(head, fc.uint8Array({ maxLength: 2000 }))
              .map(([start, rest]) => concat([Uint8Array.from(start), rest])),
          }),
          { maxLength: 4 },
        ),
        readOrRefuse,
      ),
      { numRuns: 1000, seed: 8 },
    );
  });
});
