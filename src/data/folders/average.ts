/**
 * @file A picture of any size as a small square: the middle, averaged down.
 *
 * The largest square around the middle is cut out; each pixel of the result is the mean of the area
 * that it covers, its edges counted by the part covered. So nothing aliases, whatever the ratio;
 * a picture smaller than the result is enlarged by the same rule, which shows its pixels. Means are
 * of the stored (gamma-coded) values, as in the usual tools.
 */
import type { DecodedImage } from './folder-file.ts';

const CHANNELS = 3;

/** One pixel of a side: where its area begins in the square, and the weight of each pixel there. */
interface Span {
  readonly start: number;
  readonly weights: readonly number[];
}

/** @returns the areas that `side` pixels cover of `length`; weights of each add up to 1 */
function spansOf(length: number, side: number): Span[] {
  return Array.from({ length: side }, (_, i) => {
    // whole numbers over `side`, so that exact edges stay exact
    const from = i * length;
    const to = from + length;
    const start = Math.floor(from / side);
    const end = Math.ceil(to / side);
    const weights: number[] = [];
    for (let at = start; at < end; at++)
      weights.push((Math.min(to, (at + 1) * side) - Math.max(from, at * side)) / length);
    return { start, weights };
  });
}

/**
 * @param image opaque, shape [height, width, 4], both sides at least 1
 * @returns shape [side, side, 3], 0 to 255, rounded half up
 */
export function squareOf({ width, height, rgba }: DecodedImage, side: number): Uint8Array {
  const length = Math.min(width, height);
  const left = Math.floor((width - length) / 2);
  const top = Math.floor((height - length) / 2);
  const spans = spansOf(length, side);
  const out = new Uint8Array(side * side * CHANNELS);
  const sums = new Float64Array(side * CHANNELS);
  const row = new Float64Array(side * CHANNELS);
  spans.forEach((span, y) => {
    sums.fill(0);
    span.weights.forEach((weight, i) => {
      averageRow(rgba, 4 * ((top + span.start + i) * width + left), spans, row);
      for (let at = 0; at < sums.length; at++)
        sums[at] = (sums[at] as number) + weight * (row[at] as number);
    });
    const start = y * side * CHANNELS;
    for (let at = 0; at < sums.length; at++)
      out[start + at] = Math.min(255, Math.floor((sums[at] as number) + 0.5));
  });
  return out;
}

/** One row of the square, from `base` on, into shape [side, 3]. */
function averageRow(
  rgba: Uint8ClampedArray,
  base: number,
  spans: readonly Span[],
  row: Float64Array,
): void {
  spans.forEach(({ start, weights }, x) => {
    let red = 0;
    let green = 0;
    let blue = 0;
    let at = base + 4 * start;
    for (const weight of weights) {
      red += weight * (rgba[at] as number);
      green += weight * (rgba[at + 1] as number);
      blue += weight * (rgba[at + 2] as number);
      at += 4;
    }
    row[CHANNELS * x] = red;
    row[CHANNELS * x + 1] = green;
    row[CHANNELS * x + 2] = blue;
  });
}
