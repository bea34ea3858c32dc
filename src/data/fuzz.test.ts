import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../testing/data-files.ts';
import { damagedFiles, GOOD_FILES } from '../testing/hostile-files.ts';
import { SpecError } from '../util/errors.ts';
import { requireDataset } from './dataset.ts';
import type { DataFile } from './formats/file.ts';
import { readDataset } from './read.ts';

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
    for (const files of GOOD_FILES) requireDataset(readDataset(files));
  });

  it('throws nothing but a SpecError for files cut, spliced and overwritten', () => {
    fc.assert(fc.property(damagedFiles, readOrRefuse), { numRuns: 3000, seed: 7 });
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
