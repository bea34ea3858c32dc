/**
 * @file SP-NAS as a searcher: weights and architecture parameters in turn.
 *
 *     min over α   L_val(Q₀(ω*), α) + λ · L_eff(α)
 *     where ω* = argmin over ω   1/N · Σᵢ L_train^cas(Qᵢ(ω), α)
 *
 * Each step asks for two evaluations of the supernet: one that trains its weights by cascade
 * distillation on one half of the training set, and one that gives the gradient to the mixture's
 * weights on the other half, at the lowest bit-width alone. FP-NAS and LP-NAS are the same search with
 * other bit-widths, which the evaluator knows.
 *
 * Every draw follows from the seed and the step's number: nothing but the parameters is carried on.
 *
 * @source InstantNet (DAC 2021), §III.C, Eq. 2 and §IV.A
 */
import { Rng } from '../util/rng.ts';
import { adamStart, adamStep } from './adam.ts';
import type { AdamSettings, AdamState } from './adam.ts';
import type { Searcher } from './ask-tell.ts';
import { expectedCost, networkCost } from './cost-table.ts';
import type { CostMetric, CostTable } from './cost-table.ts';
import { likelyWithin, mostLikely } from './derive.ts';
import type { CostBand } from './derive.ts';
import { entropyRatio, softmax, softmaxBack } from './gumbel.ts';
import { costWeight, nextLambda, startingLambda } from './lambda.ts';
import type { LambdaSpec } from './lambda.ts';
import { drawMixture, mixtureBack, pureMixture } from './mixture.ts';
import type { Mixture } from './mixture.ts';

export interface SpNasSpec {
  readonly seed: number;
  readonly table: CostTable;
  readonly metric: CostMetric;
  /** In the metric's unit: MACs, pJ, cycles or pJ·cycles. */
  readonly target: number;
  readonly lambda: LambdaSpec;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** First epochs that train weights alone, so that choices are compared once they can do something. */
  readonly warmupEpochs: number;
  /** Of the warm-up, the first epochs train this choice of every block alone (`nas/inherit.ts`). */
  readonly anchor?: { readonly option: number; readonly epochs: number };
  /** τ = max(floor, initial · decay^epoch). */
  readonly temperature: {
    readonly initial: number;
    readonly decayPerEpoch: number;
    readonly floor: number;
  };
  /** Choices of a block that take part in a step that trains weights, and in one for the architecture. */
  readonly paths: { readonly weights: number; readonly architecture: number };
  readonly adam: AdamSettings;
}

/** What the supernet is to do. */
export interface SpNasCandidate {
  readonly kind: 'weights' | 'architecture';
  readonly step: number;
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly temperature: number;
  readonly mixture: Mixture;
}

export interface SpNasResult {
  /** Mean cross-entropy at the lowest bit-width of the candidate's own; null: not read back. */
  readonly crossEntropy: number | null;
  /** 0 to 1, on the batch. */
  readonly accuracy: number | null;
  /** For 'architecture': gradient of the loss to the weight of each path. */
  readonly gradients: readonly (readonly number[])[] | null;
}

/** Plain data. */
export interface SpNasState {
  readonly step: number;
  readonly next: SpNasCandidate['kind'];
  readonly logits: readonly (readonly number[])[];
  readonly adam: AdamState;
  readonly lambda: number;
}

/** Where the search stands, for charts and logs. */
export interface SpNasProgress {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly temperature: number;
  readonly lambda: number;
  /** softmax(α), [blocks][choices]. */
  readonly probabilities: readonly (readonly number[])[];
  /** Mean over blocks: 1 undecided, 0 decided. */
  readonly entropy: number;
  readonly expectedCost: number;
  /** The most likely choice of each block, and what that network costs. */
  readonly picks: readonly number[];
  readonly cost: number;
}

function beginning({ table, lambda }: SpNasSpec): SpNasState {
  const logits = table.blocks.map((options) => options.map(() => 0));
  return {
    step: 0,
    next: 'weights',
    logits,
    adam: adamStart(logits),
    lambda: startingLambda(lambda),
  };
}

export class SpNas implements Searcher<SpNasCandidate, SpNasResult> {
  readonly spec: SpNasSpec;
  #at: SpNasState;

  /** @param state of an earlier search of the same spec, to go on from */
  constructor(spec: SpNasSpec, state?: SpNasState) {
    this.spec = spec;
    this.#at = state ?? beginning(spec);
  }

  /** Go on from there; null: from the beginning. What was asked for and not told of is void. */
  restore(state: SpNasState | null): void {
    this.#at = state ?? beginning(this.spec);
  }

  get totalSteps(): number {
    return this.spec.epochs * this.spec.stepsPerEpoch;
  }

  get done(): boolean {
    return this.#at.step >= this.totalSteps;
  }

  ask(): SpNasCandidate | null {
    if (this.done) return null;
    const { seed, stepsPerEpoch, paths } = this.spec;
    const kind = this.#at.next;
    const temperature = this.temperature;
    const rng = new Rng(seed).fork(`mixture ${kind} ${this.#at.step}`);
    const options = { temperature, paths: paths[kind] };
    const { anchor } = this.spec;
    const isAnchored = anchor !== undefined && this.epoch < anchor.epochs;
    return {
      kind,
      step: this.#at.step,
      epoch: this.epoch,
      stepInEpoch: this.#at.step % stepsPerEpoch,
      temperature,
      mixture: isAnchored
        ? pureMixture(this.#at.logits.map(() => anchor.option))
        : drawMixture(this.#at.logits, options, rng),
    };
  }

  tell(candidate: SpNasCandidate, { gradients }: SpNasResult): void {
    if (candidate.step !== this.#at.step || candidate.kind !== this.#at.next) {
      throw new Error(
        `internal: told of ${candidate.kind} ${candidate.step} in place of ${this.#at.next} ${this.#at.step}`,
      );
    }
    if (candidate.kind === 'weights' && this.epoch >= this.spec.warmupEpochs) {
      this.#at = { ...this.#at, next: 'architecture' };
      return;
    }
    if (candidate.kind === 'architecture') {
      if (gradients === null) throw new Error('internal: no gradient to the architecture');
      this.#descend(candidate, gradients);
      this.#steer('step');
    }
    const step = this.#at.step + 1;
    this.#at = { ...this.#at, step, next: 'weights' };
    const { stepsPerEpoch, warmupEpochs } = this.spec;
    if (step % stepsPerEpoch !== 0 || step <= warmupEpochs * stepsPerEpoch) return;
    this.#steer('epoch');
  }

  get epoch(): number {
    return Math.floor(this.#at.step / this.spec.stepsPerEpoch);
  }

  get temperature(): number {
    const { initial, decayPerEpoch, floor } = this.spec.temperature;
    return Math.max(floor, initial * decayPerEpoch ** this.epoch);
  }

  /** softmax(α), [blocks][choices]. */
  get probabilities(): number[][] {
    return this.#at.logits.map((row) => softmax(row));
  }

  get expectedCost(): number {
    return expectedCost(this.spec.table, this.probabilities, this.spec.metric).value;
  }

  /**
   * The most likely network; with a band, one whose cost lies there.
   * @returns null when no likely network was found in the band
   */
  derive(band?: CostBand): number[] | null {
    const { table, metric } = this.spec;
    if (band === undefined) return mostLikely(this.probabilities);
    return likelyWithin(this.probabilities, table, metric, band);
  }

  progress(): SpNasProgress {
    const { table, metric } = this.spec;
    const probabilities = this.probabilities;
    const picks = mostLikely(probabilities);
    const entropies = probabilities.map(entropyRatio);
    return {
      step: this.#at.step,
      totalSteps: this.totalSteps,
      epoch: this.epoch,
      temperature: this.temperature,
      lambda: this.#at.lambda,
      probabilities,
      entropy: entropies.reduce((a, b) => a + b, 0) / entropies.length,
      expectedCost: this.expectedCost,
      picks,
      cost: networkCost(table, picks, metric),
    };
  }

  state(): SpNasState {
    return this.#at;
  }

  #steer(at: 'step' | 'epoch'): void {
    const { lambda, target } = this.spec;
    const next = nextLambda(lambda, this.#at.lambda, this.expectedCost / target, at);
    this.#at = { ...this.#at, lambda: next };
  }

  /** One Adam step on cross-entropy + λ · expected cost / target. */
  #descend(candidate: SpNasCandidate, gradients: readonly (readonly number[])[]): void {
    const { table, metric, target, adam, lambda } = this.spec;
    const { mixture, temperature } = candidate;
    const choices = table.choices.length;
    const task = mixtureBack(mixture, gradients, temperature, choices);
    const probabilities = this.probabilities;
    const cost = expectedCost(table, probabilities, metric);
    const weight = costWeight(lambda, this.#at.lambda, cost.value / target);
    const total = task.map((row, block) => {
      const efficiency = softmaxBack(probabilities[block] ?? [], cost.gradient[block] ?? []);
      return row.map((g, i) => g + (weight * (efficiency[i] ?? 0)) / target);
    });
    const { parameters, state } = adamStep(this.#at.logits, total, this.#at.adam, adam);
    this.#at = { ...this.#at, logits: parameters, adam: state };
  }
}
