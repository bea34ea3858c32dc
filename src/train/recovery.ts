/**
 * @file When a training, or a search, has diverged, and what is done about it: back to the beginning of
 * the epoch, and on at a lower rate.
 *
 * All of it follows from the recipe, so that a run repeats its roll-backs as it repeats its steps.
 */
import type { NamedArray } from '../nn/parameters.ts';
import type { BitMetrics } from '../spec/run.ts';

/** Each roll-back multiplies the learning rate of all steps after it by this. */
export const RATE_FACTOR = 1 / 4;
/** Roll-backs before training gives up. */
export const MOST_ROLL_BACKS = 4;
/** A mean cross-entropy of more than this times that of knowing nothing, ln K, has diverged. */
const LOSS_LIMIT = 100;

/** What a run or a search carries from its roll-backs; plain data, kept with each checkpoint. */
export interface Recovery {
  readonly rollBacks: number;
}

export const UNTROUBLED: Recovery = { rollBacks: 0 };

/** From a checkpoint's `state`; those written before there were roll-backs have none. */
export function readRecovery(state: unknown): Recovery {
  if (typeof state !== 'object' || state === null || !('rollBacks' in state)) return UNTROUBLED;
  const { rollBacks } = state;
  return typeof rollBacks === 'number' && Number.isInteger(rollBacks) && rollBacks > 0
    ? { rollBacks }
    : UNTROUBLED;
}

/** Factor on the recipe's learning rate. */
export function rateFactor({ rollBacks }: Recovery): number {
  return RATE_FACTOR ** rollBacks;
}

/** Where something diverged, and where it goes back to. */
export interface Divergence {
  /** At the beginning of a sentence: 'Training', 'The search'. */
  readonly what: string;
  /** When it was seen. */
  readonly from: number;
  readonly fault: string;
  /** Of the beginning of its epoch; null when an interruption lost it: all of it is repeated from step 0. */
  readonly goodStep: number | null;
}

/** What is done about it. */
export interface RollBack {
  readonly recovery: Recovery;
  /** In a sentence or two. */
  readonly text: string;
  /** It goes back to stay there. */
  readonly isEnd: boolean;
}

export function rollBackFrom(
  { what, from, fault, goodStep }: Divergence,
  recovery: Recovery,
): RollBack {
  const said = `${what} diverged by step ${from}: ${fault}.`;
  const { rollBacks } = recovery;
  if (goodStep === null) {
    const text = `${said} The beginning of its epoch was lost with an interruption: it starts over.`;
    return { recovery: UNTROUBLED, text, isEnd: false };
  }
  if (rollBacks === MOST_ROLL_BACKS) {
    const text = `${said} It was taken back ${rollBacks} times before, so it stops here, with the weights of step ${goodStep}: try a lower learning rate or more bits.`;
    return { recovery, text, isEnd: true };
  }
  const next: Recovery = { rollBacks: rollBacks + 1 };
  const text = `${said} Back to step ${goodStep}, and on at ${rateFactor(next)} of the recipe’s learning rate (roll-back ${next.rollBacks} of ${MOST_ROLL_BACKS}).`;
  return { recovery: next, text, isEnd: false };
}

/** What is wrong with losses, as the middle of a sentence; null when they are sound. */
export function lossFault(metrics: readonly BitMetrics[], classes: number): string | null {
  const limit = LOSS_LIMIT * Math.log(classes);
  for (const { bits, crossEntropy, distillation } of metrics) {
    if (!Number.isFinite(crossEntropy)) return `the loss at ${bits} bits is ${crossEntropy}`;
    if (!Number.isFinite(distillation))
      return `the distillation at ${bits} bits is ${distillation}`;
    if (crossEntropy > limit) return `the loss at ${bits} bits is ${crossEntropy.toPrecision(3)}`;
  }
  return null;
}

/** The same for the values of a network: a step can ruin weights after its own loss was read. */
export function valueFault(tensors: readonly NamedArray[]): string | null {
  const ruined = tensors.find(({ data }) => !data.every(Number.isFinite));
  return ruined === undefined ? null : `${ruined.name} is no longer finite`;
}
