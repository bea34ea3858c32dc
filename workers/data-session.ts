/** @file Datasets from a seed or from files into the store, and pictures of them for the page. */
import { transfer } from 'comlink';
import type { Dataset } from '../src/data/dataset.ts';
import { squareOf } from '../src/data/folders/average.ts';
import type { DecodeImage } from '../src/data/folders/folder-file.ts';
import { assemble, readFolders, squareFrom } from '../src/data/folders/read-folders.ts';
import { listZip } from '../src/data/formats/zip.ts';
import { previewGrid } from '../src/data/preview.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { readDataset } from '../src/data/read.ts';
import { summarize } from '../src/data/summary.ts';
import type {
  CollectedClass,
  DataApi,
  ImagePreview,
  PlacedFile,
  RawPicture,
} from '../src/rpc/data-api.ts';
import type { StageProgress } from '../src/rpc/progress.ts';
import { proceduralId } from '../src/spec/dataset-id.ts';
import { parseImageOptions } from '../src/spec/image-options.ts';
import type { ImageOptions } from '../src/spec/image-options.ts';
import type { DatasetInfo } from '../src/spec/run.ts';
import {
  deleteDataset,
  getDataset,
  getDatasetInfo,
  listDatasets,
  putDataset,
  renameDataset,
} from '../src/store/datasets.ts';
import { labOpener } from '../src/store/open.ts';
import { SpecError } from '../src/util/errors.ts';
import { decodeImage, fileSource } from './decode-image.ts';

type OnProgress = (progress: StageProgress) => void;

const REPORT_EVERY_MS = 100;
/** Files larger than this together are refused before they are read. */
const MAX_FILE_BYTES = 2 ** 30;

/** A file of a picture of its own. */
const MAX_PICTURE_BYTES = 32 * 2 ** 20;
const MAX_NAME_LENGTH = 60;

export class DataSession implements DataApi {
  readonly #decode: DecodeImage;
  readonly #open = labOpener();
  /** The dataset last used, so that previews do not read it again. */
  #held: { readonly id: string; readonly dataset: Dataset } | null = null;

  /** @param decode stands in for the browser's decoders where there are none */
  constructor(decode: DecodeImage = decodeImage) {
    this.#decode = decode;
  }

  async generate(
    spec: { seed: number; train: number; test: number },
    onProgress: OnProgress,
  ): Promise<DatasetInfo> {
    const id = proceduralId(spec);
    const stored = await getDatasetInfo(await this.#open(), id);
    if (stored !== undefined) return stored;
    const dataset = generateProcedural(
      { seed: spec.seed, trainCount: spec.train, testCount: spec.test },
      paced(onProgress),
    );
    return this.#keep(id, dataset);
  }

  async importFiles(files: readonly File[], onProgress: OnProgress): Promise<DatasetInfo> {
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    if (bytes > MAX_FILE_BYTES) {
      throw new SpecError(
        `import: expected at most ${MAX_FILE_BYTES} bytes of files, got ${bytes}`,
      );
    }
    const read: { name: string; bytes: Uint8Array }[] = [];
    for (const file of files) {
      onProgress({ stage: `reading ${file.name}`, done: read.length, total: files.length });
      read.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    }
    const dataset = readDataset(read, paced(onProgress));
    return this.#keepFile(dataset);
  }

  async importImages(
    name: string,
    files: readonly PlacedFile[],
    options: ImageOptions,
    onProgress: OnProgress,
  ): Promise<DatasetInfo> {
    const asked = parseImageOptions(options);
    const [first] = files;
    if (first === undefined) throw new SpecError('import: expected images, got no file');
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    if (total > MAX_FILE_BYTES) {
      throw new SpecError(
        `import: expected at most ${MAX_FILE_BYTES} bytes of files, got ${total}`,
      );
    }
    onProgress({ stage: `reading ${name}`, done: 0, total: 1 });
    const isArchive = files.length === 1 && /\.zip$/i.test(first.path);
    const listed = isArchive
      ? await listZip(fileSource(first.file))
      : files.map(({ path, file }) => ({
          path,
          sizeBytes: file.size,
          read: async () => new Uint8Array(await file.arrayBuffer()),
        }));
    return this.#keepFile(await readFolders(name, listed, asked, this.#decode, paced(onProgress)));
  }

  async squares(
    pictures: readonly (File | RawPicture)[],
    side: number,
  ): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
    const squares: (Uint8Array<ArrayBuffer> | null)[] = [];
    for (const picture of pictures) {
      const square =
        'rgba' in picture
          ? squareOf(picture, side)
          : picture.size > MAX_PICTURE_BYTES
            ? null
            : await squareFrom(new Uint8Array(await picture.arrayBuffer()), side, this.#decode);
      squares.push(square && Uint8Array.from(square));
    }
    return transfer(
      squares,
      squares.flatMap((square) => (square ? [square.buffer] : [])),
    );
  }

  async makeDataset(
    name: string,
    classes: readonly CollectedClass[],
    side: number,
    options: ImageOptions,
  ): Promise<DatasetInfo> {
    const asked = parseImageOptions(options);
    const images = classes.flatMap((each, label) =>
      each.images.slice(0, asked.mostPerClass).map((pixels) => ({
        label,
        part: null,
        pixels: squareOf({ width: side, height: side, rgba: withAlpha(pixels) }, asked.side),
      })),
    );
    return this.#keepFile(
      assemble({
        name,
        images,
        classNames: classes.map((each) => each.name),
        options: asked,
        source: 'Images collected in this page.',
      }),
    );
  }

  async list(): Promise<DatasetInfo[]> {
    return listDatasets(await this.#open());
  }

  async remove(id: string): Promise<void> {
    if (this.#held?.id === id) this.#held = null;
    await deleteDataset(await this.#open(), id);
  }

  async rename(id: string, name: string): Promise<void> {
    const next = name.trim();
    if (next === '' || next.length > MAX_NAME_LENGTH || /\p{C}/u.test(next)) {
      throw new SpecError(
        `dataset: expected a name of 1 to ${MAX_NAME_LENGTH} printable characters, got ${next.length}`,
      );
    }
    await renameDataset(await this.#open(), id, next);
  }

  async preview(id: string, split: 'train' | 'test', count: number): Promise<ImagePreview> {
    const dataset = this.#held?.id === id ? this.#held.dataset : await this.#load(id);
    const preview = previewGrid(dataset, split, count);
    return transfer(preview, [preview.rgba.buffer]);
  }

  async #load(id: string): Promise<Dataset> {
    const dataset = await getDataset(await this.#open(), id);
    if (dataset === undefined) {
      throw new SpecError(`preview: expected a stored dataset, got the unknown ${id}`);
    }
    this.#held = { id, dataset };
    return dataset;
  }

  #keepFile(dataset: Dataset): Promise<DatasetInfo> {
    return this.#keep(`file-${summarize(dataset).checksum}`, dataset);
  }

  async #keep(id: string, dataset: Dataset): Promise<DatasetInfo> {
    const info: DatasetInfo = { ...summarize(dataset), id, createdAt: Date.now() };
    await putDataset(await this.#open(), info, dataset);
    this.#held = { id, dataset };
    return info;
  }
}

/** @param pixels shape [count, 3] @returns shape [count, 4] */
function withAlpha(pixels: Uint8Array): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4)
    rgba.set(pixels.subarray(from, from + 3), to);
  return rgba;
}

/** At most ten reports a second, and always the last of a stage. */
function paced(onProgress: OnProgress): (done: number, total: number, stage: string) => void {
  let last = 0;
  return (done, total, stage) => {
    const now = performance.now();
    if (now - last < REPORT_EVERY_MS && done < total) return;
    last = now;
    onProgress({ stage, done, total });
  };
}
