/**
 * @file The trade-off of the run shown: one point per bit-width, the chosen width, and what the
 * network says of a chosen image at every width. A switch of width only moves a number here: all
 * that it shows is on the page already.
 */
import type { ImagePreview } from '../rpc/data-api.ts';
import type { CostTotals, Prediction } from '../spec/run.ts';
import type { DataBench } from './data-bench.svelte.ts';
import { answeredImages, answeredPredictions, tellingImage } from './shown-answers.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { TrainRun } from './train-run.svelte.ts';
import { sentenceOf } from './worker-owner.ts';

export const METRICS = ['energy', 'latency', 'edp'] as const;
export type Metric = (typeof METRICS)[number];

export interface TradePoint {
  readonly bits: number;
  /** 0 to 1; null until evaluated. */
  readonly accuracy: number | null;
  /** null until mapped. */
  readonly cost: CostTotals | null;
}

/** Test images to choose from. */
export const PICKER_IMAGES = 40;

export class TradeOff {
  readonly #open: OpenRun;
  readonly #data: DataBench;
  readonly #train: TrainRun;
  #chosenBits = $state<number | null>(null);
  #metric = $state<Metric>('energy');
  #images = $state.raw<{ datasetId: string; preview: ImagePreview } | null>(null);
  #imageAt = $state(0);
  /** By `runId/step/testIndex`: a resumed run predicts anew. */
  #predictions = $state.raw<Readonly<Record<string, readonly Prediction[]>>>({});
  #pending = $state<string | null>(null);
  #alert = $state<string | null>(null);

  readonly #points = $derived.by((): TradePoint[] => {
    const record = this.#open.record;
    if (!record) return [];
    const { mapping } = this.#open;
    return record.recipe.bitWidths.map((bits) => ({
      bits,
      accuracy: record.accuracies?.find((a) => a.bits === bits)?.accuracy ?? null,
      cost: mapping?.byBits.find((m) => m.bits === bits)?.total ?? null,
    }));
  });

  constructor(open: OpenRun, data: DataBench, train: TrainRun) {
    this.#open = open;
    this.#data = data;
    this.#train = train;
  }

  /** Ascending bits. */
  get points(): readonly TradePoint[] {
    return this.#points;
  }
  get bitWidths(): readonly number[] {
    return this.#points.map((point) => point.bits);
  }
  /** The chosen width; the highest until one is chosen, null without a run. */
  get bits(): number | null {
    const chosen = this.#points.find((point) => point.bits === this.#chosenBits);
    return (chosen ?? this.#points.at(-1))?.bits ?? null;
  }
  /** What was chosen, whether or not the run has it; null: the highest. */
  get chosenBits(): number | null {
    return this.#chosenBits;
  }
  get point(): TradePoint | null {
    return this.#points.find((point) => point.bits === this.bits) ?? null;
  }
  /** The highest width: what ratios are taken against. */
  get reference(): TradePoint | null {
    return this.#points.at(-1) ?? null;
  }
  /** The next width up from the chosen one; null at the highest. */
  get wider(): TradePoint | null {
    const at = this.#points.findIndex((point) => point.bits === this.bits);
    return at < 0 ? null : (this.#points[at + 1] ?? null);
  }
  get metric(): Metric {
    return this.#metric;
  }
  /** Test images to choose from; null until loaded. */
  get images(): ImagePreview | null {
    return this.#images && this.#images.datasetId === this.#open.record?.dataset.id
      ? this.#images.preview
      : null;
  }
  /** Position of the chosen image in `images`. */
  get imageAt(): number {
    return this.#imageAt;
  }
  /** What the network says of the chosen image, ascending bits; null until known. */
  get predictions(): readonly Prediction[] | null {
    const key = this.#imageKey();
    return key === null ? null : (this.#predictions[key] ?? null);
  }
  get isPredicting(): boolean {
    return this.#pending !== null;
  }
  /** True when the run can classify images: it has been evaluated. */
  get canPredict(): boolean {
    return this.#open.record?.accuracies !== undefined;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** null: the highest. */
  choose(bits: number | null): void {
    this.#chosenBits = bits;
  }

  setMetric(metric: Metric): void {
    this.#metric = metric;
  }

  /** Show what the run says itself, before any worker has started. */
  show(): void {
    const record = this.#open.record;
    if (!record?.answers || record.answers.step !== record.step) return;
    this.#predictions = { ...this.#predictions, ...answeredPredictions(record) };
    if (this.#images?.datasetId === record.dataset.id) return;
    const preview = answeredImages(record.answers);
    this.#images = { datasetId: record.dataset.id, preview };
    this.#imageAt = tellingImage(record);
  }

  /** Bring the test images of the shown run and the prediction of the first; safe to call often. */
  async load(): Promise<void> {
    const dataset = this.#open.record?.dataset;
    if (!dataset || !this.canPredict) return;
    try {
      this.show();
      const isShown = this.#images?.datasetId === dataset.id;
      const most = Math.min(PICKER_IMAGES, dataset.test);
      if (!isShown || (this.images?.indices.length ?? 0) < most) {
        await this.#data.provide(dataset);
        const preview = await this.#data.previewOf(dataset.id, 'test', PICKER_IMAGES);
        if (this.#open.record?.dataset.id !== dataset.id) return; // another run is shown by now
        this.#images = { datasetId: dataset.id, preview };
        if (!isShown) this.#imageAt = 0; // else the pictures of the run are the first of these
      }
      await this.#predict();
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  async pick(imageAt: number): Promise<void> {
    this.#imageAt = imageAt;
    await this.#predict();
  }

  #imageKey(): string | null {
    const record = this.#open.record;
    const index = this.images?.indices[this.#imageAt];
    return record && index !== undefined ? `${record.id}/${record.step}/${index}` : null;
  }

  async #predict(): Promise<void> {
    const key = this.#imageKey();
    const record = this.#open.record;
    const index = this.images?.indices[this.#imageAt];
    if (key === null || !record || index === undefined) return;
    if (this.#predictions[key] || this.#pending === key) return;
    this.#pending = key;
    this.#alert = null;
    try {
      const predictions = await this.#train.predict(record.id, index);
      this.#predictions = { ...this.#predictions, [key]: predictions };
    } catch (error) {
      this.#alert = sentenceOf(error);
    } finally {
      if (this.#pending === key) this.#pending = null;
    }
  }
}
