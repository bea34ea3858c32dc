/** @file Means over seeds, as tables show them. */

/**
 * Mean and standard deviation (n − 1 in the denominator).
 * @returns e.g. "52.1 ± 0.4"; without a spread for one value, empty for none
 */
export function meanAndSpread(values: readonly number[], digits: number): string {
  if (values.length === 0) return '';
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length === 1) return mean.toFixed(digits);
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`;
}
