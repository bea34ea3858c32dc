/** @file Comparing arrays of numbers with a tolerance. */
import type { Tolerance } from './tolerances.ts';

function largestMagnitude(values: ArrayLike<number>): number {
  return Array.from(values).reduce(
    (largest, value) => (Number.isNaN(value) ? largest : Math.max(largest, Math.abs(value))),
    0,
  );
}

/**
 * Compare element by element; the bound is relative to the largest expected magnitude. NaN equals
 * NaN and nothing else.
 * @returns null where all agree, else one sentence about the worst element
 */
export function describeDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative }: Tolerance,
): string | null {
  if (actual.length !== expected.length) {
    return `expected ${expected.length} values, got ${actual.length}`;
  }
  const bound = relative * largestMagnitude(expected);
  let worst = 0;
  let worstIndex = -1;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? NaN;
    const e = expected[i] ?? NaN;
    if (Object.is(a, e) || a === e) continue;
    const distance = Math.abs(a - e);
    if (distance <= bound) continue;
    if (worstIndex < 0 || !(distance <= worst)) {
      worst = distance;
      worstIndex = i;
    }
  }
  if (worstIndex < 0) return null;
  return (
    `value ${worstIndex} of ${expected.length}: expected ${expected[worstIndex]}, ` +
    `got ${actual[worstIndex]}, off by ${worst.toExponential(1)} (bound ${bound.toExponential(1)})`
  );
}
