import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../../testing/image-files.ts';
import { SpecError } from '../../util/errors.ts';
import { listZip } from './zip.ts';
import type { ByteSource } from './zip.ts';

const source = (bytes: Uint8Array): ByteSource => ({
  name: 'a.zip',
  length: bytes.length,
  slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});

/** All of an archive, as the library that wrote it would give it. */
async function unpacked(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const file of await listZip(source(bytes))) {
    const read = await file.read();
    expect(read.length).toBeLessThanOrEqual(file.sizeBytes);
    files.set(file.path, read);
  }
  return files;
}

const small = new Map([
  ['a/1.txt', new Uint8Array(5000).map((_, i) => i % 7)],
  ['b/2.txt', Uint8Array.of(1, 2, 3)],
]);

/** A changed copy. */
function changed(bytes: Uint8Array, change: (view: DataView, end: number) => void): Uint8Array {
  const copy = bytes.slice();
  change(new DataView(copy.buffer), copy.length - 22);
  return copy;
}

/** Where the list begins. */
const listAt = (view: DataView, end: number): number => view.getUint32(end + 16, true);

describe('listZip', () => {
  it('gives back what fflate packed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 9 }),
        async (contents) => {
          const files = new Map(contents.map((bytes, i) => [`é${i}/x.png`, bytes]));
          expect(await unpacked(zipOf(files))).toEqual(files);
        },
      ),
      { numRuns: 100, seed: 4 },
    );
  });

  it('finds its end before a comment, and more files than 16 bits count', async () => {
    const zip = zipOf(small);
    const commented = changed(new Uint8Array([...zip, ...new Uint8Array(300)]), (view) =>
      view.setUint16(zip.length - 2, 300, true),
    );
    expect([...(await unpacked(commented)).keys()]).toEqual([...small.keys()]);
    // zip64: the counts move to a record before, the end says 0xffff
    const end = zip.length - 22;
    const view = new DataView(zip.buffer);
    const far = new Uint8Array(end + 56 + 20 + 22);
    far.set(zip.subarray(0, end));
    far.set(zip.subarray(end), end + 76);
    const out = new DataView(far.buffer);
    out.setUint32(end, 0x06064b50, true);
    out.setBigUint64(end + 32, 2n, true);
    out.setBigUint64(end + 40, BigInt(view.getUint32(end + 12, true)), true);
    out.setBigUint64(end + 48, BigInt(view.getUint32(end + 16, true)), true);
    out.setUint32(end + 56, 0x07064b50, true);
    out.setBigUint64(end + 64, BigInt(end), true);
    out.setUint16(end + 76 + 10, 0xffff, true);
    out.setUint32(end + 76 + 12, 0xffffffff, true);
    out.setUint32(end + 76 + 16, 0xffffffff, true);
    expect(await unpacked(far)).toEqual(small);
  });

  it.each<[string, (view: DataView, end: number) => void, RegExp]>([
    ['a wrong checksum', (v, e) => v.setUint32(listAt(v, e) + 16, 1, true), /fits its checksum/],
    ['more than was said', (v, e) => v.setUint32(listAt(v, e) + 24, 10, true), /archive bomb/],
    ['less than was said', (v, e) => v.setUint32(listAt(v, e) + 24, 9000, true), /9,000 bytes/],
    ['a password', (v, e) => v.setUint16(listAt(v, e) + 8, 1, true), /without a password/],
    ['another method', (v, e) => v.setUint16(listAt(v, e) + 10, 12, true), /method 12/],
    ['too many files', (v, e) => v.setUint32(e + 12, 2 ** 30, true), /a list of at most/],
    ['a list past its end', (v, e) => v.setUint32(e + 12, 5000, true), /cut short/],
    ['no end', (v, e) => v.setUint32(e, 0, true), /one without its end/],
    [
      'files over each other',
      (v, e) => {
        const second = listAt(v, e) + 46 + 'a/1.txt'.length;
        v.setUint32(second + 42, 0, true);
      },
      /files that overlap/,
    ],
  ])('refuses %s', async (_what, change, sentence) => {
    await expect(unpacked(changed(zipOf(small), change))).rejects.toThrow(sentence);
  });

  it('throws nothing but a SpecError for an archive cut or overwritten', async () => {
    const zip = zipOf(small);
    const list = zip.length - 200;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: zip.length - 1 }), fc.nat(255)), {
          maxLength: 3,
        }),
        fc.array(fc.tuple(fc.integer({ min: list, max: zip.length - 1 }), fc.nat(255)), {
          maxLength: 3,
        }),
        fc.oneof(
          { weight: 4, arbitrary: fc.constant(null) },
          { weight: 1, arbitrary: fc.nat(zip.length) },
        ),
        async (anywhere, inList, cut) => {
          const copy = zip.slice(0, cut ?? zip.length);
          for (const [at, value] of [...anywhere, ...inList])
            if (at < copy.length) copy[at] = value;
          await unpacked(copy).catch((error: unknown) => {
            if (!(error instanceof SpecError)) throw error;
            expect(error.message).toMatch(/^[^\n\r]{10,500}$/);
          });
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
  });
});
