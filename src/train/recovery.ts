/**
 * @file When training has diverged, and what is done about it: back to the beginning of the epoch,
 * and on at a lower rate.
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

/** What a run carries from its roll-backs; plain data, kept with each checkpoint. */
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
