/**
 * @file Softmax, Gumbel noise and what is drawn with them.
 *
 * Gumbel-softmax: `w = softmax((α + g) / τ)` with g standard Gumbel. Its largest entry is a draw from
 * softmax(α), at any temperature; the k largest of α + g are a draw of k without replacement.
 *
 * @source Jang, Gu, Poole, ICLR 2017; Maddison, Mnih, Teh, ICLR 2017; Kool et al., ICML 2019 (top-k)
 */
import type { Rng } from '../util/rng.ts';

/** @returns softmax(values / temperature), summing to 1 */
export function softmax(values: readonly number[], temperature = 1): number[] {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - highest) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * Gradient through `softmax(values / temperature)`.
 * @param weights  its result
 * @param gradient of the loss to each weight
 * @returns        of the loss to each value
 */
export function softmaxBack(
  weights: readonly number[],
  gradient: readonly number[],
  temperature = 1,
): number[] {
  const mean = weights.reduce((sum, weight, i) => sum + weight * (gradient[i] ?? 0), 0);
  return weights.map((weight, i) => (weight * ((gradient[i] ?? 0) - mean)) / temperature);
}

/** @returns `count` draws from the standard Gumbel distribution: −log(−log(u)) */
export function gumbelNoise(count: number, rng: Rng): number[] {
  return Array.from({ length: count }, () => {
    const u = (rng.uint32() + 0.5) / 2 ** 32; // inside (0, 1), both logarithms finite
    return -Math.log(-Math.log(u));
  });
}

/** @returns indices of the `count` largest values, in ascending order; the first on ties */
export function largest(values: readonly number[], count: number): number[] {
  return [...values.keys()]
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** @returns index of the largest value, the first on ties */
export function argmax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > (values[best] ?? -Infinity) ? i : best), 0);
}

/** Shannon entropy over that of the uniform distribution: 1 undecided, 0 decided. */
export function entropyRatio(probabilities: readonly number[]): number {
  if (probabilities.length < 2) return 0;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return entropy / Math.log(probabilities.length);
}
