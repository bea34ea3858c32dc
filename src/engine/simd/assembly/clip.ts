/** @file Gradient of a learned clip: sums over a tensor of what lies inside and outside of it. */
import { FLOAT, FLOAT_SHIFT, VECTOR, sumLanes } from './vec';

/** As MIN_STEP in kernels.ts. */
const MIN_STEP: f32 = 1e-12;

/** Vectors summed in float32 before they go to the float64 total. */
const BLOCK_VECTORS: i32 = 256;

/**
 * LabClipGradient.
 * @param range [2]
 * @param to    [2]
 */
export function clipGradient(
  dy: usize,
  x: usize,
  count: i32,
  range: usize,
  steps: i32,
  symmetric: bool,
  to: usize,
): void {
  const low = load<f32>(range);
  const high = load<f32>(range, 4);
  const distance = (high - low) / <f32>steps;
  const step = distance < MIN_STEP ? MIN_STEP : distance;
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const distances = f32x4.splat(step);
  let inside: f64 = 0;
  let above: f64 = 0;
  let below: f64 = 0;

  let left = count >> 2;
  while (left > 0) {
    const block = min(left, BLOCK_VECTORS);
    left -= block;
    let insides = f32x4.splat(0);
    let aboves = f32x4.splat(0);
    let belows = f32x4.splat(0);
    for (let i = 0; i < block; i++, x += VECTOR, dy += VECTOR) {
      const value = v128.load(x);
      const gradient = v128.load(dy);
      const isAbove = f32x4.gt(value, highs);
      const isBelow = f32x4.lt(value, lows);
      const place = f32x4.div(f32x4.sub(value, lows), distances);
      const share = f32x4.mul(gradient, f32x4.sub(f32x4.nearest(place), place));
      insides = f32x4.add(insides, v128.andnot(share, v128.or(isAbove, isBelow)));
      aboves = f32x4.add(aboves, v128.and(gradient, isAbove));
      belows = f32x4.add(belows, v128.and(gradient, v128.andnot(isBelow, isAbove)));
    }
    inside += <f64>sumLanes(insides);
    above += <f64>sumLanes(aboves);
    below += <f64>sumLanes(belows);
  }
  for (let i = 0; i < (count & 3); i++) {
    const value = load<f32>(x + ((<usize>i) << FLOAT_SHIFT));
    const gradient = load<f32>(dy + ((<usize>i) << FLOAT_SHIFT));
    if (value > high) above += <f64>gradient;
    else if (value < low) below += <f64>gradient;
    else {
      const place = (value - low) / step;
      inside += <f64>(gradient * (nearest<f32>(place) - place));
    }
  }
  const dHigh = above + inside / <f64>steps;
  const dLow = below - inside / <f64>steps;
  store<f32>(to, symmetric ? <f32>(dLow - dHigh) : 0);
  store<f32>(to + FLOAT, symmetric ? <f32>(dHigh - dLow) : <f32>dHigh);
}
