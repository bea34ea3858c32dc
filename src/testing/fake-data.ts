/** @file A data worker that draws no image. */
import type { DataApi } from '../rpc/data-api.ts';
import { SpecError } from '../util/errors.ts';
import { fakeDatasetInfo, fakePreview } from './fake-images.ts';
import { sleep } from './fake-state.ts';
import type { FakeState } from './fake-state.ts';

export function fakeData(lab: FakeState): DataApi {
  return {
    generate: async ({ seed, train, test }, onProgress) => {
      for (let i = 0; i <= 5; i++) {
        onProgress({ stage: 'Drawing images', done: i * 1000, total: 5000 });
        await sleep(lab.stepMs);
      }
      const info = fakeDatasetInfo(`procedural-${seed}-${train}-${test}`, train, test);
      lab.datasets.set(info.id, info);
      return info;
    },
    importFiles: async (files, onProgress) => {
      const [file] = files;
      onProgress({ stage: 'Reading', done: 1, total: 2 });
      await sleep(lab.stepMs);
      if (!file || file.name === lab.badFile)
        throw new SpecError(
          `${file?.name ?? 'no file'}: expected whole CIFAR-10 records of 3,073 bytes, got 5,000 bytes`,
        );
      const info = { ...fakeDatasetInfo(file.name, 2000, 500), name: file.name, source: 'file' };
      lab.datasets.set(info.id, info);
      return info;
    },
    importImages: async (name, files, { side }, onProgress) => {
      onProgress({ stage: 'decoding images', done: 0, total: files.length });
      await sleep(lab.stepMs);
      const info = {
        ...fakeDatasetInfo(name, 2000, 500),
        ...{ name, width: side, height: side, source: 'file' },
      };
      lab.datasets.set(info.id, info);
      return info;
    },
    squares: (pictures, side) =>
      Promise.resolve(
        pictures.map((picture) =>
          'rgba' in picture || picture.type.startsWith('image/')
            ? new Uint8Array(side * side * 3).fill(128)
            : null,
        ),
      ),
    makeDataset: (name, classes, _side, { side }) => {
      const info = {
        ...fakeDatasetInfo(name, 8, 2),
        ...{ name, width: side, height: side, classNames: classes.map((each) => each.name) },
      };
      lab.datasets.set(info.id, info);
      return Promise.resolve(info);
    },
    rename: (id, name) => {
      const info = lab.datasets.get(id);
      if (info) lab.datasets.set(id, { ...info, name });
      return Promise.resolve();
    },
    list: () => Promise.resolve([...lab.datasets.values()]),
    remove: (id) => {
      lab.datasets.delete(id);
      return Promise.resolve();
    },
    preview: (_id, split, count) => Promise.resolve(fakePreview(count, split === 'train' ? 1 : 2)),
  };
}
