/**
 * @file λ of the efficiency loss (Eq. 2 of InstantNet): fixed, or steered to a target band.
 *
 * The efficiency loss is the expected cost over the target, so that λ means the same for MACs, pJ and
 * pJ·cycles. Steering doubles or halves λ after an epoch whose cost is above or below the band, as the
 * paper's code does for FLOPs.
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
    };

/** λ stays within this factor of its start, so that it can come back. */
const MAX_DRIFT = 2 ** 12;

export function startingLambda(spec: LambdaSpec): number {
  return spec.kind === 'fixed' ? spec.value : spec.initial;
}

/** @param ratio cost over target at the end of an epoch */
export function nextLambda(spec: LambdaSpec, lambda: number, ratio: number): number {
  if (spec.kind === 'fixed') return lambda;
  const { initial, low, high, factor } = spec;
  const wanted = ratio > high ? lambda * factor : ratio < low ? lambda / factor : lambda;
  return Math.min(initial * MAX_DRIFT, Math.max(initial / MAX_DRIFT, wanted));
}
