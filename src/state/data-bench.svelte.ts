/** @file The data bench: owner of the data worker; the chosen dataset, its preview, the stored ones. */
import { proxy } from 'comlink';
import type {
  CollectedClass,
  DataApi,
  ImagePreview,
  PlacedFile,
  RawPicture,
} from '../rpc/data-api.ts';
import type { StageProgress } from '../rpc/progress.ts';
import { proceduralSpecOf } from '../spec/dataset-id.ts';
import type { ProceduralSpec } from '../spec/dataset-id.ts';
import { DEFAULT_IMAGE_OPTIONS, IMAGE_NAME, isImageOptions } from '../spec/image-options.ts';
import type { ImageOptions } from '../spec/image-options.ts';
import type { DatasetSpec } from '../spec/recipe.ts';
import type { DatasetInfo } from '../spec/run.ts';
import type { LabServices } from './services.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

export type DataPhase = 'idle' | 'generating' | 'reading' | 'opening';

/** Shown in the preview: enough for ten rows of eighteen. */
const PREVIEW_IMAGES = 180;
const PREVIEW_CLASSES = 10;

const ignore = (): void => undefined;

export class DataBench {
  readonly #worker: WorkerOwner<DataApi>;
  #working: Promise<void> = Promise.resolve();
  #phase = $state<DataPhase>('idle');
  #progress = $state.raw<StageProgress | null>(null);
  #dataset = $state.raw<DatasetInfo | null>(null);
  #preview = $state.raw<ImagePreview | null>(null);
  #stored = $state.raw<readonly DatasetInfo[]>([]);
  #alert = $state<string | null>(null);
  #imageOptions = $state.raw<ImageOptions>(DEFAULT_IMAGE_OPTIONS);
  #isCancelled = false;
  /** What the built-in `#dataset` is made from; null for any other dataset. */
  #generatedFrom: ProceduralSpec | null = null;

  constructor(services: LabServices) {
    this.#worker = new WorkerOwner('data worker', services.spawnData);
  }

  get phase(): DataPhase {
    return this.#phase;
  }
  get isBusy(): boolean {
    return this.#phase !== 'idle';
  }
  get progress(): StageProgress | null {
    return this.#progress;
  }
  get dataset(): DatasetInfo | null {
    return this.#dataset;
  }
  get preview(): ImagePreview | null {
    return this.#preview;
  }
  get stored(): readonly DatasetInfo[] {
    return this.#stored;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** How pictures of any size are taken in. */
  get imageOptions(): ImageOptions {
    return this.#imageOptions;
  }
  get areImageOptionsGood(): boolean {
    return isImageOptions(this.#imageOptions);
  }

  setImageOptions(change: Partial<ImageOptions>): void {
    this.#imageOptions = { ...this.#imageOptions, ...change };
  }

  /** How a recipe names the chosen dataset. */
  get spec(): DatasetSpec | null {
    if (this.#generatedFrom) return this.#generatedFrom;
    return this.#dataset ? { kind: 'stored', id: this.#dataset.id } : null;
  }

  /** Resolves when what it is busy with is done. */
  settled(): Promise<void> {
    return this.#working;
  }

  async generate(spec: ProceduralSpec): Promise<void> {
    const { seed, train, test } = spec;
    await this.#work('generating', async (report) => {
      const dataset = await this.#worker.call((api) => api.generate({ seed, train, test }, report));
      await this.#show(dataset);
      this.#generatedFrom = { kind: 'procedural', seed, train, test };
    });
  }

  /** Read the user's own files. A bad one changes nothing but the alert. */
  async importFiles(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    await this.#work('reading', async (report) => {
      const dataset = await this.#worker.call((api) => api.importFiles([...files], report));
      this.#generatedFrom = null;
      await this.#show(dataset);
    });
  }

  /** Read whatever was dropped or chosen: folders of images, a zip of them, or known files. */
  async take(files: readonly PlacedFile[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    const isZip = files.length === 1 && /\.zip$/i.test(first.path);
    const isFolder = files.some(({ path }) => path.includes('/') && IMAGE_NAME.test(path));
    if (!isZip && !isFolder) return this.importFiles(files.map(({ file }) => file));
    const name = isZip ? first.file.name : (first.path.split('/')[0] ?? first.path);
    await this.#work('reading', async (report) => {
      const options = this.#imageOptions;
      const dataset = await this.#worker.call((api) =>
        api.importImages(name, [...files], options, report),
      );
      this.#generatedFrom = null;
      await this.#show(dataset);
    });
  }

  /** Make a dataset of images of `side` pixels that were collected in the page. */
  async makeDataset(
    name: string,
    classes: readonly CollectedClass[],
    side: number,
  ): Promise<boolean> {
    let isMade = false;
    await this.#work('reading', async () => {
      const options = this.#imageOptions;
      const dataset = await this.#worker.call((api) =>
        api.makeDataset(name, [...classes], side, options),
      );
      this.#generatedFrom = null;
      await this.#show(dataset);
      isMade = true;
    });
    return isMade;
  }

  /** Pictures as squares; null for what is none. @throws when the worker cannot */
  async squares(
    pictures: readonly (File | RawPicture)[],
    side: number,
  ): Promise<readonly (Uint8Array<ArrayBuffer> | null)[]> {
    return this.#worker.call((api) => api.squares([...pictures], side));
  }

  /** Stop reading files: nothing of them was stored yet. */
  cancel(): void {
    if (this.#phase !== 'reading' && this.#phase !== 'generating') return;
    this.#isCancelled = true;
    this.#worker.terminate();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#work('opening', async () => {
      await this.#worker.call((api) => api.rename(id, name));
      if (this.#dataset?.id === id) this.#dataset = { ...this.#dataset, name: name.trim() };
    });
  }

  async select(id: string): Promise<void> {
    const dataset = this.#stored.find((d) => d.id === id);
    if (!dataset || id === this.#dataset?.id) return;
    await this.#work('opening', async () => {
      this.#generatedFrom = proceduralSpecOf(id) ?? null;
      await this.#show(dataset);
    });
  }

  async remove(id: string): Promise<void> {
    await this.#work('opening', async () => {
      await this.#worker.call((api) => api.remove(id));
      if (this.#dataset?.id !== id) return;
      this.#dataset = null;
      this.#preview = null;
      this.#generatedFrom = null;
    });
  }

  async refresh(): Promise<void> {
    try {
      this.#stored = await this.#worker.call((api) => api.list());
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  /** Images of any stored dataset. @throws when it is gone */
  async previewOf(id: string, split: 'train' | 'test', count: number): Promise<ImagePreview> {
    return this.#worker.call((api) => api.preview(id, split, count));
  }

  /** Make the built-in images of a run that came without them. @throws when they come out otherwise */
  async provide({ id, checksum, name }: DatasetInfo): Promise<void> {
    const spec = proceduralSpecOf(id);
    if (spec === undefined || this.#stored.some((stored) => stored.id === id)) return;
    const made = await this.#worker.call((api) => api.generate(spec, proxy(ignore)));
    await this.refresh();
    if (made.checksum === checksum) return;
    throw new Error(
      `The images of ${name} are drawn differently by this version of the lab: what the run says of them may not hold.`,
    );
  }

  dismissAlert(): void {
    this.#alert = null;
  }

  async #show(dataset: DatasetInfo): Promise<void> {
    const classes = dataset.classNames.length;
    const count = PREVIEW_IMAGES * Math.max(1, Math.min(4, Math.ceil(classes / PREVIEW_CLASSES)));
    const preview = await this.previewOf(dataset.id, 'train', count);
    this.#dataset = dataset;
    this.#preview = preview;
  }

  async #work(
    phase: DataPhase,
    job: (report: (progress: StageProgress) => void) => Promise<void>,
  ): Promise<void> {
    if (this.isBusy) return;
    this.#working = this.#run(phase, job);
    await this.#working;
  }

  async #run(
    phase: DataPhase,
    job: (report: (progress: StageProgress) => void) => Promise<void>,
  ): Promise<void> {
    this.#phase = phase;
    this.#progress = null;
    this.#alert = null;
    this.#isCancelled = false;
    try {
      await job(proxy((progress: StageProgress) => (this.#progress = progress)));
    } catch (error) {
      if (!this.#isCancelled) this.#alert = sentenceOf(error);
    } finally {
      this.#phase = 'idle';
      this.#progress = null;
      await this.refresh();
    }
  }
}
