import { cifar10File, idxImages, idxLabels } from '../src/testing/data-files.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';

const RECORD_BYTES = 3073;

test('CIFAR-10 files are dropped, shown, stored, and there after a reload', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.dropFiles([
    { name: 'data_batch_1.bin', bytes: cifar10File(120) },
    { name: 'test_batch.bin', bytes: cifar10File(40) },
  ]);
  await expect(lab.tid(TID.dataCounts)).toContainText('120');
  await expect(lab.tid(TID.dataCounts)).toContainText('40');
  await expect(lab.tid(TID.dataPreview).locator('tbody tr')).toHaveCount(10);
  await page.reload();
  await lab.hasImages();
  await expect(lab.tid(TID.dataStored)).toContainText('160 images');
});

test('IDX files are chosen, images and labels together', async ({ lab }) => {
  await lab.open();
  await lab.tid(TID.dataFiles).setInputFiles([
    { name: 'train-images-idx3-ubyte', mimeType: '', buffer: Buffer.from(idxImages(100, 28, 28)) },
    { name: 'train-labels-idx1-ubyte', mimeType: '', buffer: Buffer.from(idxLabels(100)) },
  ]);
  await expect(lab.tid(TID.dataCounts)).toContainText('28 × 28 × 1');
});

const BAD_FILES = [
  {
    what: 'truncated',
    name: 'data_batch_1.bin',
    bytes: cifar10File(3).subarray(0, 2 * RECORD_BYTES + 100),
    sentence:
      'data_batch_1.bin: expected whole records of CIFAR-10 (3,073 bytes) or CIFAR-100 (3,074), got 6,246 bytes',
  },
  {
    what: 'empty',
    name: 'test_batch.bin',
    bytes: new Uint8Array(0),
    sentence:
      'test_batch.bin: expected whole records of CIFAR-10 (3,073 bytes) or CIFAR-100 (3,074), got 0 bytes',
  },
  {
    what: 'of another kind',
    name: 'holiday.jpg',
    bytes: new Uint8Array(500).fill(255),
    sentence:
      'holiday.jpg: expected CIFAR-10 or CIFAR-100 binary files (.bin or .tar.gz) or IDX images with labels (-ubyte or .gz), got another kind of file (500 bytes)',
  },
];

test('a truncated, empty or wrong file is refused in one sentence and nothing stored changes', async ({
  lab,
}) => {
  await lab.open();
  const before = await lab.stored('datasets');
  for (const { what, name, bytes, sentence } of BAD_FILES) {
    await test.step(what, async () => {
      await lab.dropFiles([{ name, bytes }]);
      await expect(lab.tid(TID.dataAlert)).toContainText(sentence);
      await expect(lab.tid(TID.dataPreview)).toBeVisible();
      expect(await lab.stored('datasets')).toEqual(before);
    });
  }
});
