import type { ImageOptions } from '../spec/image-options.ts';
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

/** A file and where it lay in what was dropped or chosen: `cats/1.png`. */
export interface PlacedFile {
  readonly path: string;
  readonly file: File;
}

/** A picture that is no file: a canvas, a frame of a video; shape [height, width, 4], opaque. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

/** Images of one class, each of shape [side, side, 3]. */
export interface CollectedClass {
  readonly name: string;
  readonly images: readonly Uint8Array[];
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
  /**
   * Read a zip of class folders, or the files of a folder; stores nothing unless all of it is good.
   *
   * @param name of the archive or folder
   */
  importImages(
    name: string,
    files: readonly PlacedFile[],
    options: ImageOptions,
    onProgress: (progress: StageProgress) => void,
  ): Promise<DatasetInfo>;
  /** Cut pictures to squares. @returns for each its pixels, shape [side, side, 3]; null: no image */
  squares(
    pictures: readonly (File | RawPicture)[],
    side: number,
  ): Promise<(Uint8Array<ArrayBuffer> | null)[]>;
  /** Make a dataset of images that were collected in the page, all of `side` pixels a side. */
  makeDataset(
    name: string,
    classes: readonly CollectedClass[],
    side: number,
    options: ImageOptions,
  ): Promise<DatasetInfo>;
  list(): Promise<DatasetInfo[]>;
  remove(id: string): Promise<void>;
  /** What it is called; its id and what runs say of it stay. */
  rename(id: string, name: string): Promise<void>;
  /** A balanced grid of `count` images. */
  preview(id: string, split: 'train' | 'test', count: number): Promise<ImagePreview>;
}
