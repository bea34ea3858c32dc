/**
 * @file The microscope on the run shown: which layer and image it looks at, and its answers, each
 * asked for once for a checkpoint.
 */
import type { Remote } from 'comlink';
import type { InspectApi } from '../rpc/inspect-api.ts';
import type {
  ActivationMaps,
  ImageSource,
  LayerWeights,
  RoundedAccuracy,
  TestAnswers,
  Thumbnails,
} from '../spec/inspect.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer } from '../spec/model.ts';
import type { LayerSqnr, Prediction, RunRecord } from '../spec/run.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Lab } from './lab.svelte.ts';

/** Answers kept: each is small, but a reader may look at everything. */
const MOST_ANSWERS = 60;

/** An image of the reader's at the network's size. */
export interface OwnImage {
  /** Tells it from the one before. */
  readonly id: number;
  /** shape [height, width, channels] */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** For the eye, shape [height, width, 4]. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export class Microscope {
  readonly #lab: Lab;
  #layer = $state<string | null>(null);
  #channel = $state<number | null>(null);
  #own = $state.raw<OwnImage | null>(null);
  #usesOwn = $state(false);
  readonly #answers = new AnswerCache(MOST_ANSWERS);

  readonly #layers = $derived.by((): readonly ModelLayer[] => {
    const record = this.record;
    return record === null ? [] : modelLayers(record.model);
  });

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** The run shown; null when there is none, or nothing of it is stored yet. */
  get record(): RunRecord | null {
    const { record } = this.#lab.open;
    return record !== null && record.step > 0 ? record : null;
  }
  /** Why nothing can be looked at now, in a sentence; null: go ahead. */
  get obstacle(): string | null {
    const { train } = this.#lab;
    if (train.isLive && train.phase !== 'paused')
      return 'A network is in training. Pause or stop it, and look inside.';
    return this.record === null
      ? 'Train a network, or open a stored run, and look inside at every bit-width.'
      : null;
  }
  get layers(): readonly ModelLayer[] {
    return this.#layers;
  }
  /** The chosen layer; the first quantized one until one is chosen. */
  get layer(): ModelLayer | null {
    return (
      this.#layers.find(({ name }) => name === this.#layer) ??
      this.#layers.find(({ quantized }) => quantized) ??
      this.#layers[0] ??
      null
    );
  }
  /** The chosen output channel; null: all of them. */
  get channel(): number | null {
    const most = this.layer?.outChannels ?? 0;
    return this.#channel !== null && this.#channel < most ? this.#channel : null;
  }
  get own(): OwnImage | null {
    const own = this.#own;
    const dataset = this.record?.dataset;
    return own?.width === dataset?.width && own?.height === dataset?.height ? own : null;
  }
  /** The image looked at: the reader's, or the test image chosen on the page. */
  get usesOwn(): boolean {
    return this.#usesOwn && this.own !== null;
  }
  /** Place of the chosen test image in its set. */
  get testIndex(): number {
    const { images, imageAt } = this.#lab.trade;
    return images?.indices[imageAt] ?? 0;
  }

  chooseLayer(name: string): void {
    this.#layer = name;
  }

  chooseChannel(channel: number | null): void {
    this.#channel = channel;
  }

  chooseImage(kind: 'test' | 'own'): void {
    this.#usesOwn = kind === 'own';
  }

  takeOwn(image: Omit<OwnImage, 'id'>): void {
    this.#own = { ...image, id: (this.#own?.id ?? 0) + 1 };
    this.#usesOwn = true;
  }

  weights(): Promise<LayerWeights> {
    const { layer, channel } = this;
    const name = layer?.name ?? '';
    return this.#ask(`weights ${name} ${channel}`, (api, id) => api.weights(id, name, channel));
  }

  activations(): Promise<ActivationMaps> {
    const name = this.layer?.name ?? '';
    const { key, image } = this.#image();
    return this.#ask(`maps ${name} ${key}`, (api, id) => api.activations(id, name, image));
  }

  /** Of the reader's image. */
  beliefs(own: OwnImage): Promise<Prediction[]> {
    const image = { kind: 'own', pixels: own.pixels } as const;
    return this.#ask(`beliefs own ${own.id}`, (api, id) => api.beliefs(id, image));
  }

  answers(): Promise<TestAnswers> {
    return this.#ask('answers', (api, id) => api.answers(id));
  }

  rounded(): Promise<RoundedAccuracy[]> {
    return this.#ask('rounded', (api, id) => api.rounded(id));
  }

  sqnr(): Promise<LayerSqnr[]> {
    return this.#ask('sqnr', (api, id) => api.sqnr(id));
  }

  thumbnails(indices: readonly number[]): Promise<Thumbnails> {
    return this.#ask(`images ${indices.join()}`, (api, id) => api.thumbnails(id, indices));
  }

  #image(): { readonly key: string; readonly image: ImageSource } {
    const own = this.usesOwn ? this.own : null;
    if (own) return { key: `own ${own.id}`, image: { kind: 'own', pixels: own.pixels } };
    const index = this.testIndex;
    return { key: `test ${index}`, image: { kind: 'test', index } };
  }

  #ask<T>(
    question: string,
    ask: (api: Remote<InspectApi>, runId: string) => Promise<T>,
  ): Promise<T> {
    const { record } = this;
    if (record === null) return Promise.reject(new Error('There is no run to look at.'));
    return this.#answers.ask(`${record.id}/${record.step}/${question}`, () =>
      this.#lab.train.inspect((api) => ask(api, record.id)),
    );
  }
}
