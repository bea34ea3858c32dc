/**
 * @file The microscope's answers about a stored run, from the trainer worker: glue between the
 * network of its last checkpoint, its dataset and what `train/inspect` finds in them.
 */
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { channelStatistics, fillBatch } from '../src/data/batches.ts';
import type { Dataset, ImageSplit } from '../src/data/dataset.ts';
import { imageBytes } from '../src/data/dataset.ts';
import { previewImages } from '../src/data/preview.ts';
import type { Network } from '../src/nn/network.ts';
import type { Quantizer } from '../src/quant/quantizer.ts';
import type { InspectApi } from '../src/rpc/inspect-api.ts';
import type {
  ActivationMaps,
  ImageSource,
  LayerWeights,
  RoundedAccuracy,
  TestAnswers,
  Thumbnails,
} from '../src/spec/inspect.ts';
import type { LayerSqnr, Prediction, RunRecord } from '../src/spec/run.ts';
import { buildNetwork, quantizerOf } from '../src/train/build.ts';
import { evaluate, softmax } from '../src/train/evaluate.ts';
import { activationMaps } from '../src/train/inspect/activation-maps.ts';
import { roundedValues } from '../src/train/inspect/rounding.ts';
import { testAnswers } from '../src/train/inspect/test-answers.ts';
import { layerWeights } from '../src/train/inspect/weight-grid.ts';
import { layerSqnr } from '../src/train/sqnr.ts';
import { SpecError } from '../src/util/errors.ts';

/** A run as its last checkpoint has it. */
export interface InspectedRun {
  readonly run: RunRecord;
  readonly step: number;
  readonly network: Network;
  readonly dataset: Dataset;
}

/** Use a run's network, which nobody takes away meanwhile. */
export type Look = <T>(runId: string, use: (run: InspectedRun) => Promise<T>) => Promise<T>;

const MOST_THUMBNAILS = 200;

export class InspectSession implements InspectApi {
  readonly #look: Look;
  /** Of the run looked at last: a whole test set takes seconds. */
  #answers: { readonly key: string; readonly found: Promise<TestAnswers> } | null = null;

  /** @param look rejects for a run that cannot be looked at now */
  constructor(look: Look) {
    this.#look = look;
  }

  weights(runId: string, layer: string, channel: number | null): Promise<LayerWeights> {
    return this.#look(runId, ({ run, network }) =>
      layerWeights(network, quantizer(run), run.recipe.bitWidths, layer, channel),
    );
  }

  activations(runId: string, layer: string, image: ImageSource): Promise<ActivationMaps> {
    return this.#look(runId, ({ run, network, dataset }) =>
      withImage(dataset, image, (x) => activationMaps(network, run.recipe.bitWidths, x, layer)),
    );
  }

  beliefs(runId: string, image: ImageSource): Promise<Prediction[]> {
    return this.#look(runId, ({ run, network, dataset }) =>
      withImage(dataset, image, async (x) => {
        const predictions: Prediction[] = [];
        for (const bits of run.recipe.bitWidths) {
          const logits = network.infer(x, bits);
          predictions.push({ bits, probabilities: softmax(await logits.data<'float32'>()) });
          logits.dispose();
        }
        return predictions;
      }),
    );
  }

  answers(runId: string): Promise<TestAnswers> {
    return this.#look(runId, ({ run, step, network, dataset }) => {
      const { bitWidths, training } = run.recipe;
      const key = `${runId}/${step}`;
      if (this.#answers?.key !== key) {
        const statistics = channelStatistics(dataset);
        const found = testAnswers(network, bitWidths, dataset, statistics, training.distillOn);
        this.#answers = { key, found };
        found.catch(() => (this.#answers = null));
      }
      return this.#answers.found;
    });
  }

  rounded(runId: string): Promise<RoundedAccuracy[]> {
    return this.#look(runId, async ({ run, network, dataset }) => {
      const { bitWidths, training } = run.recipe;
      const statistics = channelStatistics(dataset);
      const values = await roundedValues(network, quantizer(run), bitWidths, dataset, statistics);
      const rounded = buildNetwork({ model: run.model, training, bitWidths }, values);
      const found: RoundedAccuracy[] = [];
      try {
        for (const bits of bitWidths) {
          const { accuracy } = await evaluate(rounded, bits, dataset, statistics);
          found.push({ bits, accuracy });
        }
      } finally {
        rounded.dispose();
      }
      return found;
    });
  }

  sqnr(runId: string): Promise<LayerSqnr[]> {
    return this.#look(runId, async ({ run, network, dataset }) => {
      const statistics = channelStatistics(dataset);
      const found: LayerSqnr[] = [];
      for (const bits of run.recipe.bitWidths) {
        found.push(...(await layerSqnr(network, bits, dataset, statistics)));
      }
      return found;
    });
  }

  thumbnails(runId: string, indices: readonly number[]): Promise<Thumbnails> {
    return this.#look(runId, ({ dataset }) => {
      if (indices.length > MOST_THUMBNAILS) {
        throw new SpecError(
          `microscope: expected at most ${MOST_THUMBNAILS} images, got ${indices.length}`,
        );
      }
      for (const index of indices) requireIndex(dataset.test, index);
      return Promise.resolve(previewImages(dataset, dataset.test, indices));
    });
  }
}

function quantizer({ recipe }: RunRecord): Quantizer {
  return quantizerOf(recipe.training, recipe.bitWidths);
}

function requireIndex(split: ImageSplit, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < split.count) return;
  throw new SpecError(
    `microscope: expected a test image from 0 to ${split.count - 1}, got ${index}`,
  );
}

/** @param use of the image as [1, H, W, C], normalized as in training */
async function withImage<T>(
  dataset: Dataset,
  image: ImageSource,
  use: (x: Tensor) => Promise<T>,
): Promise<T> {
  const x = imageTensor(dataset, image);
  try {
    return await use(x);
  } finally {
    x.dispose();
  }
}

/** @returns shape [1, H, W, C], normalized as in training; the caller's */
function imageTensor(dataset: Dataset, image: ImageSource): Tensor {
  const { width, height, channels } = dataset;
  const bytes = imageBytes(dataset);
  const values = new Float32Array(bytes);
  let split: ImageSplit = dataset.test;
  let index = 0;
  if (image.kind === 'test') {
    requireIndex(split, image.index);
    index = image.index;
  } else {
    if (image.pixels.length !== bytes) {
      throw new SpecError(
        `microscope: expected an image of ${width} × ${height} × ${channels} = ${bytes} values, got ${image.pixels.length}`,
      );
    }
    split = { count: 1, images: image.pixels, labels: Uint8Array.of(0) };
  }
  const statistics = channelStatistics(dataset);
  fillBatch(dataset, split, Uint32Array.of(index), values, { statistics });
  return tensor4d(values, [1, height, width, channels], 'float32');
}
