import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  cifar100File,
  cifar10File,
  cifar10Record,
  concat,
  idxFile,
  idxImages,
  idxLabels,
  tarFile,
} from '../testing/data-files.ts';
import { SpecError } from '../util/errors.ts';
import type { Dataset } from './dataset.ts';
import type { DataFile } from './formats/file.ts';
import { readDataset } from './read.ts';
import { classCounts } from './summary.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const file = (name: string, bytes: Uint8Array): DataFile => ({ name, bytes });

/** The sentence a reading is refused with. */
function refusal(files: readonly DataFile[], limits = {}): string {
  try {
    readDataset(files, undefined, limits);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error('was read');
}

const tenNames = text('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n');

describe('CIFAR-10', () => {
  const train1 = file('data_batch_1.bin', cifar10File(12));
  const train2 = file('data_batch_2.bin', cifar10File(3));
  const test = file('test_batch.bin', cifar10File(5));

  it('reads records of any number, train and test by name, in the order of their numbers', () => {
    const ten = file('data_batch_10.bin', cifar10Record(9, [1, 2, 3]));
    const dataset = readDataset([ten, test, train2, train1]);
    expect([dataset.train.count, dataset.test.count]).toEqual([16, 5]);
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 0, 1, 2, 9]);
    expect(dataset.classNames[0]).toBe('airplane');
    expect([dataset.width, dataset.height, dataset.channels]).toEqual([32, 32, 3]);
  });

  it('turns planes into pixels', () => {
    const record = new Uint8Array(3073).map((_, i) => (i === 0 ? 3 : ((i - 1) * 7) % 256));
    const dataset = readDataset([file('data_batch_1.bin', record), test]);
    for (const [y, x, c] of [
      [0, 0, 0],
      [0, 1, 2],
      [31, 30, 1],
      [17, 5, 0],
    ] as const)
      // record: label, then [C, H, W]
      expect(dataset.train.images[(y * 32 + x) * 3 + c]).toBe(record[1 + c * 1024 + y * 32 + x]);
  });

  it('reads the archive as distributed, with its class names, passing over the rest', () => {
    const archive = tarFile([
      { path: 'cifar-10-batches-bin/', type: '5' },
      { path: 'cifar-10-batches-bin/data_batch_1.bin', bytes: train1.bytes },
      { path: 'cifar-10-batches-bin/._data_batch_1.bin', bytes: text('litter') },
      { path: 'cifar-10-batches-bin/readme.html', bytes: text('<script>') },
      { path: 'cifar-10-batches-bin/batches.meta.txt', bytes: tenNames },
      { path: 'cifar-10-batches-bin/test_batch.bin', bytes: test.bytes },
    ]);
    const stages = new Set<string>();
    for (const given of [
      file('cifar-10-binary.tar.gz', gzipSync(archive)),
      file('x.tar', archive),
    ]) {
      const dataset = readDataset([given], (done, total, stage) => {
        expect(done).toBeLessThanOrEqual(total);
        stages.add(stage);
      });
      expect(dataset.classNames).toEqual('abcdefghij'.split(''));
      expect([dataset.train.count, dataset.test.count]).toEqual([12, 5]);
    }
    expect([...stages]).toEqual(['unpacking cifar-10-binary.tar.gz', 'decoding images']);
  });

  it('holds the last sixth out when no test file came, and says so', () => {
    const dataset = readDataset([train1]);
    expect([dataset.train.count, dataset.test.count]).toEqual([10, 2]);
    expect([...dataset.test.labels]).toEqual([0, 1]);
    expect(dataset.test.images[0]).toBe(10); // record 10 is of red 10
    expect(dataset.source).toMatch(/last sixth is held out for testing/);
  });

  it('refuses in one sentence: file, expected, got', () => {
    expect(refusal([file('data_batch_1.bin', new Uint8Array(1000))])).toBe(
      'data_batch_1.bin: expected whole records of CIFAR-10 (3,073 bytes) or CIFAR-100 (3,074), got 1,000 bytes',
    );
    expect(refusal([file('data_batch_1.bin', new Uint8Array(0))])).toMatch(/got 0 bytes$/);
    const bad = concat([cifar10File(3), cifar10Record(10, [0, 0, 0])]);
    expect(refusal([train1, file('test_batch.bin', bad)])).toBe(
      'test_batch.bin: expected labels from 0 to 9 (CIFAR-10), got 10 in record 4',
    );
    expect(refusal([train1, file('test.bin', cifar100File(4))])).toMatch(
      /expected all files of CIFAR-10 or all of CIFAR-100, got a mix of both$/,
    );
    expect(refusal([file('data_batch_1.bin', cifar10File(1))])).toMatch(/at least two images/);
    expect(refusal([file('batches.meta.txt', tenNames)])).toMatch(/got names only$/);
    expect(refusal([train1, file('copy/data_batch_1.bin', train1.bytes)])).toMatch(
      /each file once/,
    );
    expect(refusal([train1, test, file('batches.meta.txt', text('one'))])).toMatch(
      /^batches.meta.txt: expected 2 to 256 class names/,
    );
    expect(
      refusal([train1, test, file('batches.meta.txt', new Uint8Array([0xff, 10, 0xfe]))]),
    ).toMatch(/not UTF-8$/);
  });
});

describe('CIFAR-100', () => {
  it('uses fine labels and their names', () => {
    const names = text(Array.from({ length: 100 }, (_, i) => `n${i}`).join('\n'));
    const dataset = readDataset([
      file('train.bin', cifar100File(120)),
      file('test.bin', cifar100File(7)),
      file('fine_label_names.txt', names),
      file('coarse_label_names.txt', text('x\ny')),
    ]);
    expect(dataset.name).toBe('CIFAR-100');
    expect(dataset.train.labels[99]).toBe(99);
    expect(dataset.classNames[99]).toBe('n99');
    expect(readDataset([file('train.bin', cifar100File(12))]).classNames).toHaveLength(100);
  });

  it('is told from CIFAR-10 by name where the size fits both', () => {
    const both = 3073 * 3074;
    const zeros = file('train.bin', new Uint8Array(both));
    expect(readDataset([zeros]).train.count + readDataset([zeros]).test.count).toBe(both / 3074);
    expect(readDataset([file('data_batch_1.bin', new Uint8Array(both))]).name).toBe('CIFAR-10');
  });
});

describe('IDX', () => {
  const files = [
    file('train-images-idx3-ubyte', idxImages(12, 28, 20)),
    file('train-labels-idx1-ubyte', idxLabels(12)),
    file('t10k-images-idx3-ubyte', idxImages(4, 28, 20)),
    file('t10k-labels-idx1-ubyte', idxLabels(4)),
  ];
  const packed = files.map(({ name, bytes }) => file(`${name}.gz`, gzipSync(bytes)));

  it('reads images and labels as they are, packed or not, in any order or in an archive', () => {
    const entries = packed.map(({ name, bytes }) => ({ path: `mnist/${name}`, bytes }));
    const readings: Dataset[] = [
      readDataset(files),
      readDataset(packed),
      readDataset([...files].reverse()),
      readDataset([file('mnist.tar', tarFile(entries))]),
    ];
    for (const dataset of readings) {
      expect([dataset.width, dataset.height, dataset.channels]).toEqual([20, 28, 1]);
      expect([dataset.train.count, dataset.test.count]).toEqual([12, 4]);
      expect(dataset.train.images).toEqual(files[0]?.bytes.slice(16)); // after the header
      expect(dataset.classNames).toEqual([...'0123456789']);
    }
  });

  it('holds the last sixth out of a lone pair', () => {
    const dataset = readDataset(files.slice(0, 2));
    expect([dataset.train.count, dataset.test.count]).toEqual([10, 2]);
    expect(dataset.source).toMatch(/last sixth is held out/);
  });

  it('knows Fashion-MNIST by its folder', () => {
    const fashion = files.map(({ name, bytes }) => file(`fashion/${name}`, bytes));
    expect(readDataset(fashion).classNames[9]).toBe('ankle boot');
  });

  it('takes colour images of four dimensions', () => {
    const images = file('train-images.idx', idxFile([6, 8, 8, 3], new Uint8Array(6 * 192)));
    expect(readDataset([images, file('train-labels.idx', idxLabels(6))]).channels).toBe(3);
  });

  it('refuses in one sentence: file, expected, got', () => {
    const [images, labels, testImages, testLabels] = files;
    if (!images || !labels || !testImages || !testLabels) throw new Error('internal: fixtures');
    expect(refusal([images])).toBe(
      'train-images-idx3-ubyte: expected one images file and one labels file for the train split, got 1 images file and 0 labels files',
    );
    expect(refusal([file(images.name, images.bytes.slice(0, -1)), labels])).toBe(
      'train-images-idx3-ubyte: expected 12 × 28 × 20 = 6,720 bytes after the header, got 6,719',
    );
    expect(refusal([images, file(labels.name, idxLabels(11))])).toBe(
      'train-labels-idx1-ubyte: expected 12 labels, one for each image, got 11',
    );
    expect(refusal([images, labels, file(testImages.name, idxImages(4, 28, 28)), testLabels])).toBe(
      't10k-images-idx3-ubyte: expected test images of 20 × 28 × 1 as in the train split, got 28 × 28 × 1',
    );
    const floats = images.bytes.slice();
    floats[2] = 0x0d;
    expect(refusal([file(images.name, floats), labels])).toMatch(/unsigned bytes.*type 0x0d/);
    const huge = idxFile([2 ** 31, 2 ** 31, 2 ** 31], new Uint8Array(9));
    expect(refusal([file(images.name, huge), labels])).toMatch(/got 9$/);
    expect(refusal([file(images.name, idxFile([12, 0, 0], new Uint8Array(0))), labels])).toMatch(
      /4 to 256 pixels/,
    );
    expect(refusal([images, file(labels.name, idxLabels(12, 1))])).toMatch(/at least two classes/);
  });
});

describe('other files', () => {
  it('are refused by what they look like', () => {
    expect(refusal([])).toMatch(/got no file$/);
    expect(refusal([file('a.bin.zip', text('PK\x03\x04...'))])).toMatch(
      /zip archive beside other files/,
    );
    expect(refusal([file('cat.png', text('\x89PNG'))])).toMatch(
      /another kind|image outside of any folder/,
    );
    expect(refusal([file('notes.txt', text('hello'))])).toMatch(/another kind of file \(5 bytes\)/);
    expect(refusal([file('empty', new Uint8Array(0))])).toMatch(/got an empty file$/);
    const python = tarFile([{ path: 'cifar-10-batches-py/data_batch_1', bytes: text('pickle') }]);
    expect(refusal([file('cifar-10-python.tar.gz', gzipSync(python))])).toMatch(
      /got the Python version of CIFAR/,
    );
    expect(refusal([file('x.gz', gzipSync(text('hello')))])).toMatch(/gzip file of something else/);
  });

  it('are not read half: one bad file among good ones refuses all', () => {
    expect(refusal([file('data_batch_1.bin', cifar10File(9)), file('x', text('?'))])).toMatch(
      /^x:/,
    );
    expect(
      refusal([
        file('data_batch_1.bin', cifar10File(9)),
        file('train-labels-idx1-ubyte', idxLabels(3)),
      ]),
    ).toMatch(/IDX and CIFAR files together$/);
  });

  it('have their names shown safely', () => {
    const sentence = refusal([file(`../../a\n\u202e${'x'.repeat(500)}`, text('?'))]);
    expect(sentence).toMatch(/^a\?\?x+…: expected/);
    expect(sentence.indexOf(':')).toBeLessThanOrEqual(60);
  });
});

describe('hostile archives', () => {
  const train = { path: 'data_batch_1.bin', bytes: cifar10File(12) };

  it('refuses paths that lead out, links and devices', () => {
    for (const path of [
      '../data_batch_1.bin',
      '/etc/data_batch_1.bin',
      'a/../../b.bin',
      'C:\\x.bin',
    ])
      expect(refusal([file('x.tar', tarFile([{ ...train, path }]))])).toMatch(/leads out of it/);
    for (const type of ['1', '2', '3', '6'])
      expect(refusal([file('x.tar', tarFile([{ ...train, type }]))])).toMatch(/link or device/);
  });

  it('refuses archives cut short, damaged or with sizes that are not there', () => {
    const whole = tarFile([train]);
    expect(refusal([file('x.tar', whole.slice(0, 5000))])).toBe(
      'x.tar: expected 36,876 bytes of data_batch_1.bin in the archive, got 4,488 before its end',
    );
    expect(refusal([file('x.tar', tarFile([{ ...train, claimedSize: 2 ** 32 }]))])).toMatch(
      /at most 1,024 MiB/,
    );
    const second = concat([tarFile([train], false), new Uint8Array(512).fill(65)]);
    expect(refusal([file('x.tar', second)])).toMatch(/checksum is wrong/);
    expect(refusal([file('x.tar.gz', gzipSync(whole).subarray(0, 60))])).toMatch(/^x.tar.gz: /);
    const flipped = gzipSync(whole);
    flipped[flipped.length - 6] = (flipped[flipped.length - 6] ?? 0) ^ 1; // in the checksum
    expect(refusal([file('x.tar.gz', flipped)])).toMatch(/fits its checksum/);
  });

  it('refuses too many entries', () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ path: `${i}.bin` }));
    expect(refusal([file('x.tar', tarFile(many))])).toMatch(/at most 1,000 entries/);
  });

  it('refuses what unpacks to more than it may, before unpacking it all', () => {
    const zeros = gzipSync(new Uint8Array(40 * 2 ** 20));
    expect(refusal([file('data_batch_1.bin.gz', zeros)])).toMatch(/archive bomb/);
    const lie = zeros.slice();
    lie.set([1, 0, 0, 0], lie.length - 4); // says it unpacks to one byte
    expect(refusal([file('data_batch_1.bin.gz', lie)])).toMatch(
      /1 unpacked bytes, as its end says/,
    );
    const noise = gzipSync(cifar10File(2000));
    expect(refusal([file('data_batch_1.bin.gz', noise)], { maxBytes: 2 ** 20 })).toMatch(
      /at most 1 MiB of data/,
    );
    // An IDX header promises 16 + 12·28·28 bytes: more is refused without a second piece.
    const long = concat([idxImages(12, 28, 28), new Uint8Array(30 * 2 ** 20)]);
    expect(refusal([file('train-images-idx3-ubyte.gz', gzipSync(long))])).toMatch(
      /9,424 unpacked bytes, as its IDX header says/,
    );
  });

  it('refuses gzip headers without end and members without number', () => {
    const endless = new Uint8Array(4 * 2 ** 20).fill(65);
    endless.set([0x1f, 0x8b, 8, 8]); // says that a name follows
    expect(refusal([file('data_batch_1.bin.gz', endless)])).toMatch(/whole gzip file/);
    const empty = gzipSync(new Uint8Array(0));
    const members = concat(Array.from({ length: 20_000 }, () => empty));
    expect(refusal([file('data_batch_1.bin.gz', members)])).toMatch(/one gzip member/);
    const two = concat([gzipSync(cifar10File(2)), gzipSync(cifar10File(3))]);
    expect(refusal([file('data_batch_1.bin.gz', two)])).toMatch(/unpacked bytes, as its end says/);
  });
});

const REAL = '../shared/data/cifar-10-small.tar.gz';

describe.skipIf(!existsSync(REAL))('a real CIFAR-10 archive', () => {
  it('is read whole', () => {
    const dataset = readDataset([
      file('cifar-10-small.tar.gz', new Uint8Array(readFileSync(REAL))),
    ]);
    expect([dataset.train.count, dataset.test.count]).toEqual([10_000, 2000]);
    expect(dataset.classNames).toEqual(
      'airplane automobile bird cat deer dog frog horse ship truck'.split(' '),
    );
    // Photographs: each class near a tenth of them.
    for (const count of classCounts(dataset.train, 10))
      expect(Math.abs(count - 1000)).toBeLessThan(80);
  });
});
