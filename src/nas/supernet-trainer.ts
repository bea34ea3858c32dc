/**
 * @file Does what SP-NAS asks of its supernet: a step of cascade distillation on one half of the
 * training set, or the gradient to the mixture's weights on the other half.
 *
 * All bit-widths of a step see the same batch and the same draw of the mixture: a teacher and its
 * student are one network. Everything follows from the seed and the step's number.
 */
import { tensor, tensor1d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BatchPlan, channelStatistics, fillBatch, fillLabels } from '../data/batches.ts';
import type { ChannelStatistics } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { accumulate, blend, cdtLoss, clamp, sgd } from '../engine/kernels.ts';
import { isTrained } from '../nn/parameters.ts';
import type { NamedArray } from '../nn/parameters.ts';
import type { Evaluator } from '../search/ask-tell.ts';
import type { SpNasCandidate, SpNasResult } from '../search/sp-nas.ts';
import type { BitMetrics } from '../spec/run.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import type { SearchSpace } from '../spec/search-space.ts';
import { VELOCITY_PREFIX, quantizerOf } from '../train/build.ts';
import { planStep, teachersOf } from '../train/schedule.ts';
import { Rng } from '../util/rng.ts';
import { inherited } from './inherit.ts';
import { Supernet, supernetParameters } from './supernet.ts';

export interface SupernetTrainerSpec {
  readonly space: SearchSpace;
  /** How weights are trained; its epochs are the search's. */
  readonly training: TrainingSpec;
  /** Trained together, ascending. */
  readonly bitWidths: readonly number[];
  /** The one at which the architecture is judged; among `bitWidths`. */
  readonly architectureBits: number;
  readonly seed: number;
  readonly dataset: Dataset;
  /** Parameters and velocities of a checkpoint; null starts from the seed. */
  readonly arrays: readonly NamedArray[] | null;
  /** The choice that is trained alone in the first epochs, and that the others then take over. */
  readonly anchor?: { readonly option: number; readonly epochs: number };
}

/** Images of one half of the training set, in an order of its own in each epoch. */
interface Half {
  readonly indices: Uint32Array;
  readonly plan: BatchPlan;
}

/** Steps of one epoch over a half of the training set. */
export function searchStepsPerEpoch(trainImages: number, batchSize: number): number {
  const half = Math.floor(trainImages / 2);
  return Math.floor(half / Math.min(batchSize, half));
}

export class SupernetTrainer implements Evaluator<SpNasCandidate, SpNasResult> {
  readonly spec: SupernetTrainerSpec;
  /** Factor on the recipe's learning rate. */
  rateFactor = 1;
  #supernet: Supernet;
  readonly #velocities = new Map<string, Tensor>();
  readonly #halves: Readonly<Record<SpNasCandidate['kind'], Half>>;
  readonly #statistics: ChannelStatistics;
  readonly #terms = new Map<number, { readonly sum: Tensor; steps: number }>();

  constructor(spec: SupernetTrainerSpec) {
    this.spec = spec;
    const { training, seed, dataset } = spec;
    this.#supernet = this.#build(spec.arrays);
    this.#halves = halvesOf(dataset.train.count, training.batchSize, seed);
    this.#statistics = channelStatistics(dataset);
  }

  get supernet(): Supernet {
    return this.#supernet;
  }

  /** Forget all values and losses and take these, whatever became of the old ones. @param arrays as in the spec */
  restore(arrays: readonly NamedArray[] | null): void {
    this.dispose();
    this.#supernet = this.#build(arrays);
  }

  get stepsPerEpoch(): number {
    return this.#halves.weights.plan.stepsPerEpoch;
  }

  async evaluate(candidate: SpNasCandidate): Promise<SpNasResult> {
    const { anchor } = this.spec;
    const isHandover = anchor && candidate.step === anchor.epochs * this.stepsPerEpoch;
    if (isHandover && candidate.kind === 'weights') await this.#inherit(anchor.option);
    const { x, labels } = this.#batch(candidate);
    try {
      if (candidate.kind === 'architecture') return await this.#judge(candidate, x, labels);
      this.#train(candidate, x, labels);
      return { crossEntropy: null, accuracy: null, gradients: null };
    } finally {
      x.dispose();
      labels.dispose();
    }
  }

  /** Means of the training losses since the last call, ascending bits. */
  async takeMetrics(): Promise<BitMetrics[]> {
    const taken = [...this.#terms].sort(([a], [b]) => a - b);
    this.#terms.clear();
    const metrics: BitMetrics[] = [];
    for (const [bits, { sum, steps }] of taken) {
      const [crossEntropy = NaN, distillation = NaN, right = NaN] = await sum.data<'float32'>();
      sum.dispose();
      const { batchSize } = this.#halves.weights.plan;
      metrics.push({
        bits,
        crossEntropy: crossEntropy / steps,
        distillation: distillation / steps,
        accuracy: right / steps / batchSize,
      });
    }
    return metrics;
  }

  /** Every parameter and velocity. */
  async snapshot(): Promise<NamedArray[]> {
    const arrays: NamedArray[] = [];
    const take = async (name: string, values: Tensor): Promise<void> => {
      const data = (await values.data<'float32'>()).slice();
      arrays.push({ name, shape: values.shape, data });
    };
    for (const { name, tensor: values } of this.supernet.parameters.values()) {
      await take(name, values);
      const velocity = this.#velocities.get(name);
      if (velocity !== undefined) await take(VELOCITY_PREFIX + name, velocity);
    }
    return arrays;
  }

  dispose(): void {
    for (const { sum } of this.#terms.values()) sum.dispose();
    this.#terms.clear();
    for (const velocity of this.#velocities.values()) velocity.dispose();
    this.#velocities.clear();
    this.supernet.dispose();
  }

  /** @returns a supernet of these values; sets the velocities */
  #build(from: readonly NamedArray[] | null): Supernet {
    const { space, training, bitWidths, seed } = this.spec;
    const quantizer = quantizerOf(training, bitWidths);
    const arrays = from ?? supernetParameters(space, quantizer, bitWidths, seed);
    const parameters = arrays.filter(({ name }) => !name.startsWith(VELOCITY_PREFIX));
    const supernet = new Supernet(space, quantizer, parameters);
    const given = new Map(arrays.map((array) => [array.name, array]));
    for (const { name, role, tensor: values } of supernet.parameters.values()) {
      if (!isTrained(role)) continue;
      const saved = given.get(VELOCITY_PREFIX + name);
      const start =
        saved === undefined
          ? zeros(values.shape)
          : tensor(saved.data.slice(), [...saved.shape], 'float32');
      this.#velocities.set(name, start);
    }
    return supernet;
  }

  /** Let every choice start as a version of the anchor, at rest. */
  async #inherit(anchor: number): Promise<void> {
    const { space, bitWidths } = this.spec;
    for (const { name, shape, data } of inherited(
      space,
      await this.snapshot(),
      bitWidths,
      anchor,
    )) {
      const parameter = this.supernet.parameters.get(name);
      if (parameter === undefined) throw new Error(`internal: no parameter ${name}`);
      const x = tensor(data, [...shape], 'float32');
      blend(parameter.tensor, x, 0);
      x.dispose();
      const velocity = this.#velocities.get(name);
      if (velocity === undefined) continue;
      const still = zeros(velocity.shape);
      blend(velocity, still, 0);
      still.dispose();
    }
  }

  /** Cascade distillation of all bit-widths, from the highest down, and one step of SGD. */
  #train(candidate: SpNasCandidate, x: Tensor, labels: Tensor): void {
    const { training, bitWidths } = this.spec;
    const { mixture } = candidate;
    const plan = planStep(training, bitWidths, this.stepsPerEpoch, candidate.step);
    const logitsByBits = new Map<number, Tensor>();
    const sums = new Map<string, Tensor>();
    for (const bits of plan.bits) {
      const { logits, tape } = this.supernet.forward(x, {
        bits,
        keep: plan.keep,
        mixture,
        trains: 'weights',
      });
      const teachers = teachersOf(training.method, bits, plan.bits).flatMap(
        (teacher) => logitsByBits.get(teacher) ?? [],
      );
      logitsByBits.set(bits, logits.clone());
      const { terms, dLogits } = this.#loss(logits, labels, teachers, plan.beta, plan.bits.length);
      this.#addTerms(bits, terms);
      const gradients = tape.backward(logits, dLogits);
      for (const { name, tensor: values } of this.supernet.trained(bits, mixture)) {
        const gradient = gradients.get(values.id);
        if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
        if (training.gradientClip !== undefined) clamp(gradient, training.gradientClip);
        const sum = sums.get(name);
        if (sum === undefined) {
          sums.set(name, gradient);
        } else {
          accumulate(sum, gradient, 1);
          gradient.dispose();
        }
      }
    }
    for (const logits of logitsByBits.values()) logits.dispose();
    const learningRate = plan.learningRate * this.rateFactor;
    const { momentum, weightDecay } = training;
    for (const [name, sum] of sums) {
      const parameter = this.supernet.parameters.get(name);
      const velocity = this.#velocities.get(name);
      if (parameter === undefined || velocity === undefined) {
        throw new Error(`internal: no parameter ${name}`);
      }
      sgd(parameter.tensor, velocity, sum, { learningRate, momentum, weightDecay });
      sum.dispose();
    }
  }

  /** Cross-entropy at the architecture's bit-width, and its gradient to the weight of each path. */
  async #judge(candidate: SpNasCandidate, x: Tensor, labels: Tensor): Promise<SpNasResult> {
    const { logits, tape, gates } = this.supernet.forward(x, {
      bits: this.spec.architectureBits,
      keep: 1,
      mixture: candidate.mixture,
      trains: 'architecture',
    });
    const { terms, dLogits } = this.#loss(logits, labels, [], 0, 1);
    const byId = tape.backward(logits, dLogits);
    const read = await Promise.all(
      gates.map(async (gate) => {
        const gradient = byId.get(gate.id);
        // One path alone has no weight to choose.
        return gradient === undefined ? [0] : [...(await gradient.data<'float32'>())];
      }),
    );
    const [crossEntropy = NaN, , right = NaN] = await terms.data<'float32'>();
    for (const gradient of byId.values()) gradient.dispose();
    for (const gate of gates) gate.dispose();
    terms.dispose();
    const { batchSize } = this.#halves.architecture.plan;
    return { crossEntropy, accuracy: right / batchSize, gradients: read };
  }

  #loss(
    logits: Tensor,
    labels: Tensor,
    teachers: readonly Tensor[],
    beta: number,
    bitWidths: number,
  ): { readonly terms: Tensor; readonly dLogits: Tensor } {
    const { labelSmoothing, distillOn, betaPer = 'teacher' } = this.spec.training;
    return cdtLoss(logits, labels, teachers, {
      beta: betaPer === 'teacher' ? beta : beta / Math.max(1, teachers.length),
      labelSmoothing,
      distillOn,
      scale: 1 / bitWidths,
    });
  }

  #batch(candidate: SpNasCandidate): { readonly x: Tensor; readonly labels: Tensor } {
    const { dataset, training, seed } = this.spec;
    const { indices, plan } = this.#halves[candidate.kind];
    const { epoch, stepInEpoch } = candidate;
    const chosen = plan.batch(epoch, stepInEpoch).map((i) => indices[i] ?? 0);
    const { width, height, channels } = dataset;
    const images = new Float32Array(chosen.length * height * width * channels);
    const { flip, padCrop } = training.augmentation;
    fillBatch(dataset, dataset.train, chosen, images, {
      statistics: this.#statistics,
      augmentation: { seed, epoch, flip, pad: padCrop },
    });
    const labels = new Int32Array(chosen.length);
    fillLabels(dataset.train, chosen, labels);
    return {
      x: tensor4d(images, [chosen.length, height, width, channels], 'float32'),
      labels: tensor1d(labels, 'int32'),
    };
  }

  #addTerms(bits: number, terms: Tensor): void {
    const sum = this.#terms.get(bits);
    if (sum === undefined) {
      this.#terms.set(bits, { sum: terms, steps: 1 });
      return;
    }
    accumulate(sum.sum, terms, 1);
    sum.steps++;
    terms.dispose();
  }
}

/** Two halves at random, the same for the whole search. */
function halvesOf(
  count: number,
  batchSize: number,
  seed: number,
): Readonly<Record<SpNasCandidate['kind'], Half>> {
  const rng = new Rng(seed).fork('halves');
  const order = rng.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  const size = Math.floor(count / 2);
  const half = (kind: SpNasCandidate['kind'], start: number): Half => ({
    indices: order.slice(start, start + size),
    plan: new BatchPlan({ count: size, batchSize, seed: rng.fork(kind).uint32() }),
  });
  return { weights: half('weights', 0), architecture: half('architecture', size) };
}
