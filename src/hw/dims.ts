/**
 * @file Dimensions and dataspaces as numbers, for the counting core.
 */
import { CONV_DIMS, DATASPACES } from './workload.ts';

export const DIMS = CONV_DIMS.length;
export const SPACES = DATASPACES.length;
/** Positions in CONV_DIMS. */
export const [N, K, C, P, Q, R, S, G] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Positions in DATASPACES. */
export const [WEIGHTS, INPUTS, OUTPUTS] = [0, 1, 2] as const;

/** By dataspace: bit d is set where dimension d moves it. */
export const RELEVANT = [
  (1 << K) | (1 << C) | (1 << R) | (1 << S) | (1 << G),
  (1 << N) | (1 << C) | (1 << P) | (1 << Q) | (1 << R) | (1 << S) | (1 << G),
  (1 << N) | (1 << K) | (1 << P) | (1 << Q) | (1 << G),
] as const;

export function isRelevant(dataspace: number, dim: number): boolean {
  return (((RELEVANT[dataspace] as number) >> dim) & 1) === 1;
}

/** Distinct values of a·i + b·j for 0 ≤ i < m, 0 ≤ j < n; a and b at least 1. */
export function distinctOffsets(m: number, a: number, n: number, b: number): number {
  if (m === 1 || n === 1) return m * n;
  const divisor = greatestDivisor(a, b);
  // (i, j) and (i + b/divisor, j − a/divisor) coincide
  return m * n - Math.max(0, m - b / divisor) * Math.max(0, n - a / divisor);
}

/** Greatest common divisor of two whole numbers of at least 1. */
export function greatestDivisor(a: number, b: number): number {
  let divisor = a;
  let rest = b;
  while (rest !== 0) {
    const next = divisor % rest;
    divisor = rest;
    rest = next;
  }
  return divisor;
}
