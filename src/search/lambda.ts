/**
 * @file λ of the efficiency loss (Eq. 2 of InstantNet): fixed, steered to a target band, or a multiplier
 * that holds the cost at the target.
 *
 * The efficiency loss is the expected cost over the target, so that λ means the same for MACs, pJ and
 * pJ·cycles. Steering doubles or halves λ after an epoch whose cost is above or below the band, as the
 * paper's code does for FLOPs: it pushes a cost down or lets it go. The multiplier (ours) is that of the
 * constraint cost = target, by gradient ascent after every step of the architecture: it turns negative
 * below the target, where a short search would otherwise end, since cheap choices learn fastest.
 *
 * A multiplier alone only adds up: by the time that it has turned, the cost has run past the target, and it
 * swings about it (integral control). Its `damping` adds a term in proportion to the present excess, as in an
 * augmented Lagrangian, `(damping / 2) · (cost / target − 1)²`.
 *
 * @source Stooke, Achiam, Abbeel, Responsive safety in reinforcement learning by PID Lagrangian methods,
 *         ICML 2020 (proportional and integral terms)
 */

export type LambdaSpec =
  | { readonly kind: 'fixed'; readonly value: number }
  | {
      readonly kind: 'steered';
      readonly initial: number;
      /** Cost over target between which λ stays. */
      readonly low: number;
      readonly high: number;
      /** Above 1. */
      readonly factor: number;
    }
  | {
      readonly kind: 'multiplier';
      readonly initial: number;
      /** Change of λ a step for a cost of twice the target. */
      readonly rate: number;
      /** Weight beside λ for a cost of twice the target. */
      readonly damping: number;
    };

/** A steered λ stays within this factor of its start, so that it can come back. */
const MAX_DRIFT = 2 ** 12;

/** A multiplier stays within this, so that a target out of reach does not wind it up. */
const MAX_MULTIPLIER = 64;

export function startingLambda(spec: LambdaSpec): number {
  return spec.kind === 'fixed' ? spec.value : spec.initial;
}

/**
 * @param ratio expected cost over target
 * @param at    after a step of the architecture, or after the last one of an epoch
 */
export function nextLambda(
  spec: LambdaSpec,
  lambda: number,
  ratio: number,
  at: 'step' | 'epoch',
): number {
  switch (spec.kind) {
    case 'fixed':
      return lambda;
    case 'steered': {
      if (at === 'step') return lambda;
      const { initial, low, high, factor } = spec;
      const wanted = ratio > high ? lambda * factor : ratio < low ? lambda / factor : lambda;
      return Math.min(initial * MAX_DRIFT, Math.max(initial / MAX_DRIFT, wanted));
    }
    case 'multiplier': {
      if (at === 'epoch') return lambda;
      const wanted = lambda + spec.rate * (ratio - 1);
      return Math.min(MAX_MULTIPLIER, Math.max(-MAX_MULTIPLIER, wanted));
    }
    default:
      return spec satisfies never;
  }
}

/**
 * What the efficiency loss weighs at this cost: λ, and what damps a multiplier.
 * @param ratio expected cost over target
 */
export function costWeight(spec: LambdaSpec, lambda: number, ratio: number): number {
  return spec.kind === 'multiplier' ? lambda + spec.damping * (ratio - 1) : lambda;
}
