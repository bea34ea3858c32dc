/** @file Counting values: in bins, and on the points of a grid. Plain float64, no backend. */
import type { Histogram } from '../../spec/inspect.ts';

/**
 * @param values finite
 * @param bins   at least 1, of one width over [low, high]; all values lie in there
 * @returns      counts that add up to the number of values
 */
export function histogramOf(
  values: Iterable<number>,
  bins: number,
  [low, high]: readonly [number, number],
): Histogram {
  const counts = new Array<number>(bins).fill(0);
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  edges[bins] = high;
  for (const value of values) {
    let at = high > low ? Math.floor(((value - low) / (high - low)) * bins) : 0;
    at = Math.min(Math.max(at, 0), bins - 1);
    // a product may round over an edge that the value is on the other side of
    if (high > low && at > 0 && value < (edges[at] ?? 0)) at--;
    else if (high > low && at < bins - 1 && value >= (edges[at + 1] ?? 0)) at++;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { edges, counts };
}

/** Lowest and highest; [0, 1] without values. */
export function extremesOf(values: Iterable<number>): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** `steps` + 1 points from low to high. */
export function gridLevels([low, high]: readonly [number, number], steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
}

/**
 * How many values lie on each point of a grid.
 * @param values on the grid, give or take float32
 */
export function levelCountsOf(
  values: Iterable<number>,
  [low, high]: readonly [number, number],
  steps: number,
): number[] {
  const counts = new Array<number>(steps + 1).fill(0);
  for (const value of values) {
    const at = high > low ? Math.round(((value - low) / (high - low)) * steps) : 0;
    const level = Math.min(Math.max(at, 0), steps);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}
