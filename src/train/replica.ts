/**
 * @file One worker's copy of the SP-Net: forward and backward of its bit-widths, and the optimizer.
 *
 * All replicas of a team hold the same shared weights and apply the same summed gradient; the
 * batch-norm parameters of a bit-width are trained only by the replica that owns it.
 */
import { tensor, tensor1d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BatchPlan, channelStatistics, fillBatch, fillLabels } from '../data/batches.ts';
import type { ChannelStatistics } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { accumulate, blend, cdtLoss, clamp, sgdAll } from '../engine/kernels.ts';
import type { Tape } from '../engine/tape.ts';
import type { ObservedRange } from '../nn/layer-runner.ts';
import type { Network } from '../nn/network.ts';
import { isTrained, parameterName } from '../nn/parameters.ts';
import type { NamedArray, Parameter } from '../nn/parameters.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import { VELOCITY_PREFIX, buildNetwork, hasSeparateWeights, startingValues } from './build.ts';
import { teachersOf } from './schedule.ts';
import type { StepPlan } from './schedule.ts';

export interface ReplicaSpec {
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
  /** All of the run's bit-widths, ascending. */
  readonly bitWidths: readonly number[];
  /** Those that this replica trains. */
  readonly ownBits: readonly number[];
  readonly seed: number;
  readonly dataset: Dataset;
  /** Parameters and velocities of a checkpoint; null starts from the seed. */
  readonly arrays: readonly NamedArray[] | null;
}

/** A forward pass that waits for its teachers. */
interface Pending {
  readonly tape: Tape;
  readonly logits: Tensor;
}

/** A parameter and the gradients whose sum moves it. */
interface Move {
  readonly parameter: Parameter;
  readonly gradients: readonly Tensor[];
}

/** Values of a loss since they were last taken. */
export interface TermSums {
  readonly bits: number;
  readonly steps: number;
  /** Sums over steps of: mean cross-entropy, distillation, right predictions, each teacher's term. */
  readonly sums: Float32Array;
  /** Bit-widths that it learned from, in the order of their terms. */
  readonly teachers: readonly number[];
}

export class Replica {
  readonly spec: ReplicaSpec;
  readonly plan: BatchPlan;
  readonly statistics: ChannelStatistics;
  #network: Network;
  readonly #velocities = new Map<string, Tensor>();
  readonly #images: Float32Array<ArrayBuffer>;
  readonly #labels: Int32Array<ArrayBuffer>;
  readonly #terms = new Map<
    number,
    { readonly tensor: Tensor; readonly teachers: readonly number[]; steps: number }
  >();
  readonly #pending = new Map<number, Pending>();
  readonly #observed = new Map<number, readonly ObservedRange[]>();
  #batch: { x: Tensor; labels: Tensor } | null = null;

  constructor(spec: ReplicaSpec) {
    this.spec = spec;
    const { seed, dataset, training } = spec;
    this.#network = this.#build(spec.arrays);
    this.plan = new BatchPlan({ count: dataset.train.count, batchSize: training.batchSize, seed });
    this.statistics = channelStatistics(dataset);
    const { width, height, channels } = dataset;
    this.#images = new Float32Array(this.plan.batchSize * height * width * channels);
    this.#labels = new Int32Array(this.plan.batchSize);
  }

  get network(): Network {
    return this.#network;
  }

  /**
   * Forget all values and take these, whatever became of the old ones.
   * @param arrays as in the spec
   */
  restore(arrays: readonly NamedArray[] | null): void {
    this.forget();
    this.#disposeValues();
    this.#network = this.#build(arrays);
  }

  /** Prepare a step: its images, and the hand-over from pre-training. */
  begin(plan: StepPlan): void {
    this.#release();
    if (plan.startsFrom !== null) this.#copyBatchNorm(plan.startsFrom, plan.bits);
    const { dataset, training, seed, ownBits } = this.spec;
    if (!plan.bits.some((bits) => ownBits.includes(bits))) return;
    const indices = this.plan.batch(plan.epoch, plan.stepInEpoch);
    const { flip, padCrop } = training.augmentation;
    fillBatch(dataset, dataset.train, indices, this.#images, {
      statistics: this.statistics,
      augmentation: { seed, epoch: plan.epoch, flip, pad: padCrop },
    });
    fillLabels(dataset.train, indices, this.#labels);
    const { width, height, channels } = dataset;
    this.#batch = {
      x: tensor4d(this.#images.slice(), [this.plan.batchSize, height, width, channels], 'float32'),
      labels: tensor1d(this.#labels.slice(), 'int32'),
    };
  }

  /** @returns logits [N, classes] of this step's batch; the replica's, until `backward` */
  forward(bits: number, plan: StepPlan): Tensor {
    const { x } = this.#currentBatch();
    const { logits, tape, ranges } = this.network.forward(x, bits, plan.keep);
    this.#pending.set(bits, { tape, logits });
    if (ranges.length > 0) this.#observed.set(bits, ranges);
    return logits;
  }

  /** Take the input ranges that a forward pass saw, for the shared running ones; the caller's. */
  takeRanges(bits: number): readonly ObservedRange[] {
    const ranges = this.#observed.get(bits) ?? [];
    this.#observed.delete(bits);
    return ranges;
  }

  /** The running ranges that all bit-widths share, in the order of `takeRanges`. */
  get sharedRanges(): readonly Parameter[] {
    return [...this.network.parameters.values()].filter(
      ({ role, bits }) => role === 'range' && bits === null,
    );
  }

  /**
   * Loss and gradients of a bit-width whose forward pass is done; trains its batch norm at once.
   * @param teachers logits of the bit-widths it learns from, the caller's
   * @returns        gradients of the shared parameters, by name; the caller's
   */
  backward(bits: number, plan: StepPlan, teachers: readonly Tensor[]): Map<string, Tensor> {
    const pending = this.#pending.get(bits);
    if (pending === undefined) throw new Error(`internal: no forward pass at ${bits} bits`);
    this.#pending.delete(bits);
    const { labels } = this.#currentBatch();
    const { labelSmoothing, distillOn, betaPer = 'teacher', gradientClip } = this.spec.training;
    const { terms, dLogits } = cdtLoss(pending.logits, labels, teachers, {
      beta: betaPer === 'teacher' ? plan.beta : plan.beta / Math.max(1, teachers.length),
      labelSmoothing,
      distillOn,
      scale: this.#lossScale(bits, plan),
    });
    this.#addTerms(bits, terms, teachersOf(this.spec.training.method, bits, plan.bits));
    const byId = pending.tape.backward(pending.logits, dLogits);
    const shared = new Map<string, Tensor>();
    const own: Move[] = [];
    for (const parameter of this.network.trained(bits)) {
      const gradient = byId.get(parameter.tensor.id);
      if (gradient === undefined) throw new Error(`internal: no gradient for ${parameter.name}`);
      if (gradientClip !== undefined) clamp(gradient, gradientClip);
      if (parameter.bits === null) shared.set(parameter.name, gradient);
      else own.push({ parameter, gradients: [gradient] });
    }
    this.#update(own, plan);
    for (const { gradients } of own) for (const gradient of gradients) gradient.dispose();
    return shared;
  }

  /**
   * Train the shared weights with the sum of the gradients of all bit-widths.
   * @param gradients by parameter; summed in their order into the first; the caller's
   */
  apply(plan: StepPlan, gradients: readonly ReadonlyMap<string, Tensor>[]): void {
    const moves = this.shared.map((parameter) => ({
      parameter,
      gradients: gradients.map((byName) => {
        const gradient = byName.get(parameter.name);
        if (gradient === undefined) throw new Error(`internal: no gradient for ${parameter.name}`);
        return gradient;
      }),
    }));
    this.#update(moves, plan);
  }

  /** Take over values trained elsewhere, e.g. the pre-trained highest bit-width's. */
  load(arrays: readonly NamedArray[]): void {
    for (const { name, shape, data } of arrays) {
      const target = this.network.parameters.get(name)?.tensor ?? this.#velocityOf(name);
      if (target === undefined) throw new Error(`internal: no parameter ${name} to load`);
      const source = tensor(data, [...shape], 'float32');
      blend(target, source, 0);
      source.dispose();
    }
  }

  /** Names, in order, and lengths of the shared parameters: the layout of a flat gradient. */
  get shared(): readonly Parameter[] {
    return [...this.network.parameters.values()].filter(
      ({ role, bits }) => bits === null && isTrained(role),
    );
  }

  /** Take the loss terms summed since the last call. */
  async takeTerms(): Promise<TermSums[]> {
    const taken = [...this.#terms.entries()];
    this.#terms.clear();
    const result: TermSums[] = [];
    for (const [bits, { tensor, steps, teachers }] of taken) {
      result.push({ bits, steps, sums: await copyOf(tensor), teachers });
      tensor.dispose();
    }
    return result;
  }

  /** Drop what the last steps left to be taken, and their batch. */
  forget(): void {
    this.#release();
    for (const { tensor } of this.#terms.values()) tensor.dispose();
    this.#terms.clear();
  }

  /**
   * Values of the shared parameters and of `bitWidths`' own, with velocities.
   * @param withShared false leaves the shared ones out (they are the same in every replica)
   */
  async snapshot(bitWidths: readonly number[], withShared: boolean): Promise<NamedArray[]> {
    const arrays: NamedArray[] = [];
    for (const { name, bits, tensor: values } of this.network.parameters.values()) {
      if (bits === null ? !withShared : !bitWidths.includes(bits)) continue;
      arrays.push({ name, shape: values.shape, data: await copyOf(values) });
      const velocity = this.#velocities.get(name);
      if (velocity === undefined) continue;
      arrays.push({
        name: VELOCITY_PREFIX + name,
        shape: velocity.shape,
        data: await copyOf(velocity),
      });
    }
    return arrays;
  }

  dispose(): void {
    this.forget();
    this.#disposeValues();
  }

  /** The network, with the velocities of its trained parameters. */
  #build(values: readonly NamedArray[] | null): Network {
    const arrays = values ?? startingValues(this.spec, this.spec.seed);
    const network = buildNetwork(this.spec, arrays);
    const given = new Map(arrays.map((array) => [array.name, array]));
    for (const { name, role, tensor: parameter } of network.parameters.values()) {
      if (!isTrained(role)) continue;
      const saved = given.get(VELOCITY_PREFIX + name);
      this.#velocities.set(
        name,
        saved === undefined
          ? zeros(parameter.shape)
          : tensor(saved.data.slice(), [...saved.shape], 'float32'),
      );
    }
    return network;
  }

  #disposeValues(): void {
    for (const velocity of this.#velocities.values()) velocity.dispose();
    this.#velocities.clear();
    this.#network.dispose();
  }

  #velocityOf(name: string): Tensor | undefined {
    return this.#velocities.get(name.slice(VELOCITY_PREFIX.length));
  }

  #currentBatch(): { x: Tensor; labels: Tensor } {
    if (this.#batch === null) throw new Error('internal: no batch; begin was not called');
    return this.#batch;
  }

  /** Factor of a bit-width's loss: its weight, over the number of those that share the weights. */
  #lossScale(bits: number, plan: StepPlan): number {
    const { training, bitWidths } = this.spec;
    const weight = training.lossWeights?.[bitWidths.indexOf(bits)] ?? 1;
    return hasSeparateWeights(training) ? weight : weight / plan.bits.length;
  }

  #release(): void {
    for (const { tape } of this.#pending.values()) tape.dispose();
    this.#pending.clear();
    for (const bits of this.#observed.keys()) {
      for (const { tensor } of this.takeRanges(bits)) tensor.dispose();
    }
    this.#batch?.x.dispose();
    this.#batch?.labels.dispose();
    this.#batch = null;
  }

  #update(moves: readonly Move[], plan: StepPlan): void {
    const { momentum, weightDecay } = this.spec.training;
    const { learningRate } = plan;
    const updates = moves.map(({ parameter, gradients }) => {
      const v = this.#velocities.get(parameter.name);
      if (v === undefined) throw new Error(`internal: no velocity for ${parameter.name}`);
      return { w: parameter.tensor, v, gradients };
    });
    sgdAll(updates, { learningRate, momentum, weightDecay });
  }

  #addTerms(bits: number, terms: Tensor, teachers: readonly number[]): void {
    const sum = this.#terms.get(bits);
    if (sum === undefined) {
      this.#terms.set(bits, { tensor: terms, teachers, steps: 1 });
      return;
    }
    accumulate(sum.tensor, terms, 1);
    sum.steps++;
    terms.dispose();
  }

  /** Start other bit-widths' batch norm (and weights, where separate) from those of one. */
  #copyBatchNorm(from: number, to: readonly number[]): void {
    for (const { layer, role, bits, tensor } of this.network.parameters.values()) {
      if (bits !== from || role === 'range' || role === 'clip') continue;
      for (const other of to) {
        const target = this.network.parameters.get(parameterName(layer, role, other));
        if (other === from || target === undefined) continue;
        blend(target.tensor, tensor, 0);
      }
    }
  }
}

async function copyOf(values: Tensor): Promise<Float32Array> {
  return (await values.data<'float32'>()).slice();
}
