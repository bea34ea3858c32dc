/** @file What a training step uses, from the recipe and the step's number alone. */
import { isSequential } from '../spec/recipe.ts';
import type { Method, TrainingSpec } from '../spec/recipe.ts';

/** Old share of running averages kept at each step; a bit-width's first step keeps nothing. */
const RUNNING_KEEP = 0.9;

/** Everything one step needs to know: plain data, the same in every worker of a team. */
export interface StepPlan {
  readonly step: number;
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly learningRate: number;
  /** Weight of the distillation terms in this step. */
  readonly beta: number;
  /** Bit-widths trained in this step, descending: the order of forward passes and of sums. */
  readonly bits: readonly number[];
  readonly keep: number;
  /** Bit-width whose batch norm the others of this step start from, on their first; else null. */
  readonly startsFrom: number | null;
}

type RateSettings = Pick<
  TrainingSpec,
  'learningRate' | 'finalLearningRate' | 'warmupEpochs' | 'epochs' | 'schedule'
>;

/** Linear warm-up, then a cosine to `finalLearningRate` or steps down by a factor. */
export function learningRateAt(
  training: RateSettings,
  step: number,
  stepsPerEpoch: number,
): number {
  const { learningRate, finalLearningRate, warmupEpochs, epochs, schedule } = training;
  const warmup = Math.round(warmupEpochs * stepsPerEpoch);
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  if (schedule?.kind === 'step') {
    const passed = schedule.epochs.filter((epoch) => step >= Math.round(epoch * stepsPerEpoch));
    return learningRate * schedule.factor ** passed.length;
  }
  const total = Math.max(1, epochs * stepsPerEpoch - warmup);
  const done = Math.min(1, (step - warmup) / total);
  return (
    finalLearningRate + (learningRate - finalLearningRate) * 0.5 * (1 + Math.cos(Math.PI * done))
  );
}

/** β of a step: risen linearly from 0 over `betaWarmupEpochs` from when several widths train. */
export function betaAt(
  training: Pick<TrainingSpec, 'beta' | 'betaWarmupEpochs' | 'pretrainEpochs'>,
  step: number,
  stepsPerEpoch: number,
): number {
  const { beta, betaWarmupEpochs = 0, pretrainEpochs } = training;
  const warmup = betaWarmupEpochs * stepsPerEpoch;
  const done = step - pretrainEpochs * stepsPerEpoch;
  return warmup === 0 || done >= warmup ? beta : (beta * Math.max(0, done)) / warmup;
}

/**
 * Steps of a recipe. The first `pretrainEpochs` train the highest bit-width alone; its batch-norm
 * parameters are then copied to the others. A sequential method trains one bit-width after another,
 * each for the recipe's epochs with a schedule of its own, from the batch norm of the one before.
 */
export function planStep(
  training: TrainingSpec,
  bitWidths: readonly number[],
  stepsPerEpoch: number,
  step: number,
): StepPlan {
  const place = {
    step,
    epoch: Math.floor(step / stepsPerEpoch),
    stepInEpoch: step % stepsPerEpoch,
  };
  const descending = [...bitWidths].sort((a, b) => b - a);
  if (isSequential(training.method)) {
    const order = training.method === 'sequential-down' ? descending : descending.toReversed();
    const phaseSteps = training.epochs * stepsPerEpoch;
    const phase = Math.min(Math.floor(step / phaseSteps), order.length - 1);
    const stepInPhase = step - phase * phaseSteps;
    return {
      ...place,
      learningRate: learningRateAt(training, stepInPhase, stepsPerEpoch),
      beta: 0,
      bits: order.slice(phase, phase + 1),
      keep: stepInPhase === 0 ? 0 : RUNNING_KEEP,
      startsFrom: stepInPhase === 0 ? (order[phase - 1] ?? null) : null,
    };
  }
  const pretrainSteps = training.pretrainEpochs * stepsPerEpoch;
  const isHandover = pretrainSteps > 0 && step === pretrainSteps;
  return {
    ...place,
    learningRate: learningRateAt(training, step, stepsPerEpoch),
    beta: betaAt(training, step, stepsPerEpoch),
    bits: step < pretrainSteps ? descending.slice(0, 1) : descending,
    keep: step === 0 || isHandover ? 0 : RUNNING_KEEP,
    startsFrom: isHandover ? (descending[0] ?? null) : null,
  };
}

/**
 * Whom a bit-width learns from.
 * @param trained bit-widths of the step, descending
 * @returns       bit-widths, descending; Eq. 1 of InstantNet for 'cdt'
 */
export function teachersOf(method: Method, bits: number, trained: readonly number[]): number[] {
  const higher = trained.filter((other) => other > bits);
  switch (method) {
    case 'cdt':
      return higher;
    case 'sp':
      return higher.slice(0, 1);
    case 'joint':
    case 'adabits':
    case 'independent':
    case 'sequential-down':
    case 'sequential-up':
      return [];
    default:
      return method satisfies never;
  }
}
