/** @file Datasets from a seed or from files into the store, and pictures of them for the page. */
import { transfer } from 'comlink';
import type { Dataset } from '../src/data/dataset.ts';
import { previewGrid } from '../src/data/preview.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { readDataset } from '../src/data/read.ts';
import { summarize } from '../src/data/summary.ts';
import type { DataApi, ImagePreview } from '../src/rpc/data-api.ts';
import type { StageProgress } from '../src/rpc/progress.ts';
import { proceduralId } from '../src/spec/dataset-id.ts';
import type { DatasetInfo } from '../src/spec/run.ts';
import {
  deleteDataset,
  getDataset,
  getDatasetInfo,
  listDatasets,
  putDataset,
} from '../src/store/datasets.ts';
import { openLab } from '../src/store/open.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { SpecError } from '../src/util/errors.ts';

type OnProgress = (progress: StageProgress) => void;

const REPORT_EVERY_MS = 100;
/** Files larger than this together are refused before they are read. */
const MAX_FILE_BYTES = 2 ** 30;

export class DataSession implements DataApi {
  #db: Promise<LabDatabase> | null = null;
  /** The dataset last used, so that previews do not read it again. */
  #held: { readonly id: string; readonly dataset: Dataset } | null = null;

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
    return this.#keep(`file-${summarize(dataset).checksum}`, dataset);
  }

  async list(): Promise<DatasetInfo[]> {
    return listDatasets(await this.#open());
  }

  async remove(id: string): Promise<void> {
    if (this.#held?.id === id) this.#held = null;
    await deleteDataset(await this.#open(), id);
  }

  async preview(id: string, split: 'train' | 'test', count: number): Promise<ImagePreview> {
    const dataset = this.#held?.id === id ? this.#held.dataset : await this.#load(id);
    const preview = previewGrid(dataset, split, count);
    return transfer(preview, [preview.rgba.buffer]);
  }

  #open(): Promise<LabDatabase> {
    this.#db ??= openLab({ onClosed: () => (this.#db = null) });
    return this.#db;
  }

  async #load(id: string): Promise<Dataset> {
    const dataset = await getDataset(await this.#open(), id);
    if (dataset === undefined) {
      throw new SpecError(`preview: expected a stored dataset, got the unknown ${id}`);
    }
    this.#held = { id, dataset };
    return dataset;
  }

  async #keep(id: string, dataset: Dataset): Promise<DatasetInfo> {
    const info: DatasetInfo = { ...summarize(dataset), id, createdAt: Date.now() };
    await putDataset(await this.#open(), info, dataset);
    this.#held = { id, dataset };
    return info;
  }
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
