/**
 * @file How far pixels alone go: multinomial logistic regression, the yardstick of a set's hardness.
 *
 * A set that a linear model solves teaches nothing about networks. Plain minibatch descent on
 * per-channel standardized pixels, step size falling linearly to nought.
 */
import { Rng } from '../util/rng.ts';
import { BatchPlan, channelStatistics, fillBatch } from './batches.ts';
import type { Dataset, ImageSplit } from './dataset.ts';
import { imageBytes } from './dataset.ts';

export interface LinearProbeOptions {
  readonly seed: number;
  /** Passes over the train split. */
  readonly epochs: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** First step size; default 0.002. */
  readonly learningRate?: number;
  /** L2 penalty per weight; default 0.01. */
  readonly weightDecay?: number;
}

/** Weights of shape [features, classes], biases of shape [classes]. */
export interface LinearModel {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

export interface LinearProbeResult {
  /** 0 to 1 */
  readonly trainAccuracy: number;
  /** 0 to 1 */
  readonly testAccuracy: number;
}

/** Class scores of one image. @param pixels shape [features] from `offset` @param scores shape [classes] */
function score(
  model: LinearModel,
  pixels: Float32Array,
  offset: number,
  scores: Float64Array,
): void {
  const { weights, biases } = model;
  const classes = biases.length;
  scores.set(biases);
  let at = 0;
  const features = weights.length / classes;
  for (let feature = 0; feature < features; feature++) {
    const value = pixels[offset + feature] as number;
    for (let k = 0; k < classes; k++)
      scores[k] = (scores[k] as number) + value * (weights[at++] as number);
  }
}

/** Scores to probabilities, in place. */
function softmax(scores: Float64Array): void {
  let high = -Infinity;
  for (const value of scores) high = Math.max(high, value);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const e = Math.exp((scores[k] as number) - high);
    scores[k] = e;
    sum += e;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / sum;
}

/** @returns share of `split` whose highest score is its label, 0 to 1 */
function accuracy(
  model: LinearModel,
  split: ImageSplit,
  fill: (split: ImageSplit, indices: Uint32Array, out: Float32Array) => void,
  features: number,
): number {
  const pixels = new Float32Array(features);
  const scores = new Float64Array(model.biases.length);
  const index = new Uint32Array(1);
  let right = 0;
  for (let i = 0; i < split.count; i++) {
    index[0] = i;
    fill(split, index, pixels);
    score(model, pixels, 0, scores);
    if (scores.indexOf(Math.max(...scores)) === split.labels[i]) right++;
  }
  return right / split.count;
}

/** Fit on the train split and measure on both. */
export function linearProbe(dataset: Dataset, options: LinearProbeOptions): LinearProbeResult {
  const { seed, epochs, batchSize = 32, learningRate = 0.002, weightDecay = 0.01 } = options;
  const features = imageBytes(dataset);
  const classes = dataset.classNames.length;
  const statistics = channelStatistics(dataset);
  const fill = (split: ImageSplit, indices: Uint32Array, out: Float32Array): void => {
    fillBatch(dataset, split, indices, out, { statistics });
  };
  const plan = new BatchPlan({ count: dataset.train.count, batchSize, seed });
  const model: LinearModel = {
    weights: new Float32Array(features * classes),
    biases: new Float32Array(classes),
  };
  const init = new Rng(seed).fork('linear probe');
  for (let i = 0; i < model.weights.length; i++) model.weights[i] = init.uniform(-0.001, 0.001);
  const pixels = new Float32Array(plan.batchSize * features);
  const errors = Array.from({ length: plan.batchSize }, () => new Float64Array(classes));
  const steps = epochs * plan.stepsPerEpoch;
  for (let step = 0; step < steps; step++) {
    const indices = plan.batch(Math.floor(step / plan.stepsPerEpoch), step % plan.stepsPerEpoch);
    fill(dataset.train, indices, pixels);
    errors.forEach((error, row) => {
      score(model, pixels, row * features, error);
      softmax(error);
      const label = dataset.train.labels[indices[row] as number] as number;
      error[label] = (error[label] as number) - 1;
    });
    descend(model, pixels, errors, learningRate * (1 - step / steps), weightDecay);
  }
  return {
    trainAccuracy: accuracy(model, dataset.train, fill, features),
    testAccuracy: accuracy(model, dataset.test, fill, features),
  };
}

/** One step down the mean gradient of a batch. */
function descend(
  model: LinearModel,
  pixels: Float32Array,
  errors: readonly Float64Array[],
  rate: number,
  weightDecay: number,
): void {
  const { weights, biases } = model;
  const classes = biases.length;
  const features = weights.length / classes;
  const scale = rate / errors.length;
  const shrink = 1 - rate * weightDecay;
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * shrink;
  errors.forEach((error, row) => {
    let at = 0;
    const offset = row * features;
    for (let feature = 0; feature < features; feature++) {
      const value = (pixels[offset + feature] as number) * scale;
      for (let k = 0; k < classes; k++) {
        weights[at] = (weights[at] as number) - value * (error[k] as number);
        at++;
      }
    }
    for (let k = 0; k < classes; k++)
      biases[k] = (biases[k] as number) - scale * (error[k] as number);
  });
}
