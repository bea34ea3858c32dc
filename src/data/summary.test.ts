import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './checksum.ts';
import type { Dataset } from './dataset.ts';
import { requireDataset } from './dataset.ts';
import { generateProcedural } from './procedural.ts';
import { datasetChecksum, summarize } from './summary.ts';

const set = generateProcedural({ seed: 1, trainCount: 30, testCount: 10 });

describe('crc32', () => {
  it('agrees with zlib, whole and in parts', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926); // the check value
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32(a)).toBe(zlibCrc32(a));
        expect(crc32(b, crc32(a))).toBe(zlibCrc32(b, zlibCrc32(a)));
      }),
    );
  });
});

describe('datasetChecksum', () => {
  const changed = (change: (copy: Dataset) => void): string => {
    const copy = structuredClone(set);
    change(copy);
    return datasetChecksum(copy);
  };

  it('changes with any image, label or class, and with nothing else', () => {
    const original = datasetChecksum(set);
    expect(original).toMatch(/^[0-9a-f]{8}$/);
    expect(changed((copy) => void (copy.train.images[100] = 1))).not.toBe(original);
    expect(changed((copy) => void (copy.test.labels[0] = 9))).not.toBe(original);
    expect(datasetChecksum({ ...set, classNames: [...set.classNames].reverse() })).not.toBe(
      original,
    );
    expect(datasetChecksum({ ...set, name: 'other', source: 'other' })).toBe(original);
  });
});

describe('summarize', () => {
  it('counts images, classes and bytes', () => {
    const summary = summarize(set);
    expect(summary.trainCounts).toEqual(new Array(10).fill(3));
    expect(summary.testCounts).toEqual(new Array(10).fill(1));
    expect(summary.bytes).toBe(40 * 3073); // 3,072 bytes of image and one of label
  });
});

describe('requireDataset', () => {
  it('passes what holds together', () => {
    requireDataset(set);
  });

  it('refuses sizes that do not fit and labels without a class', () => {
    const train = set.train;
    const broken: [Dataset, string][] = [
      [{ ...set, width: 0 }, 'width'],
      [{ ...set, height: 2 ** 31 }, 'height'],
      [{ ...set, channels: 2 }, 'channels'],
      [{ ...set, classNames: ['one'] }, 'classNames'],
      [{ ...set, train: { ...train, count: 31 } }, 'train.images'],
      [{ ...set, train: { ...train, labels: new Uint8Array(3) } }, 'train.labels'],
      [{ ...set, classNames: set.classNames.slice(0, 9) }, 'train.labels'],
    ];
    for (const [dataset, field] of broken)
      expect(() => {
        requireDataset(dataset);
      }).toThrow(`dataset: ${field} must be`);
  });
});
