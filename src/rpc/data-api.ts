import type { DatasetInfo } from '../spec/run.ts';
import type { StageProgress } from './progress.ts';

/** A few images of a dataset for the page, RGBA. */
export interface ImagePreview {
  readonly width: number;
  readonly height: number;
  /** One RGBA image after another, [count, height, width, 4]. */
  readonly rgba: Uint8ClampedArray;
  readonly labels: readonly number[];
  /** Index of each image in its split. */
  readonly indices: readonly number[];
}

/** Contract of the data worker: generates, reads and stores datasets. */
export interface DataApi {
  /** Generate the built-in set, or find it in the store; same arguments, same id. */
  generate(
    spec: { seed: number; train: number; test: number },
    onProgress: (progress: StageProgress) => void,
  ): Promise<DatasetInfo>;
  /** Read dropped or chosen files; stores nothing unless all of it is good. Rejects with SpecError. */
  importFiles(
    files: readonly File[],
    onProgress: (progress: StageProgress) => void,
  ): Promise<DatasetInfo>;
  list(): Promise<DatasetInfo[]>;
  remove(id: string): Promise<void>;
  /** A balanced grid of `count` images. */
  preview(id: string, split: 'train' | 'test', count: number): Promise<ImagePreview>;
}
