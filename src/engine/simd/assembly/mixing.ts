/** @file Weighted sums, inner products and channel shuffles. */
import { FLOAT, VECTOR, floats, madd } from './vec';

/** y = scale · x. */
export function scaleTo(x: usize, y: usize, count: i32, scale: f32): void {
  const end = y + floats(count);
  const factor = f32x4.splat(scale);
  for (; y + VECTOR <= end; y += VECTOR, x += VECTOR) {
    v128.store(y, f32x4.mul(v128.load(x), factor));
  }
  for (; y < end; y += FLOAT, x += FLOAT) store<f32>(y, load<f32>(x) * scale);
}

/** Floats whose products are summed in float32 before they join the float64 total. */
const DOT_BLOCK: i32 = 1024;

/** Sum of the products. */
export function dot(a: usize, b: usize, count: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < count; i += DOT_BLOCK) {
    const end = a + floats(min(DOT_BLOCK, count - i));
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    for (; a + VECTOR * 2 <= end; a += VECTOR * 2, b += VECTOR * 2) {
      even = madd(v128.load(a), v128.load(b), even);
      odd = madd(v128.load(a + VECTOR), v128.load(b + VECTOR), odd);
    }
    const sum = f32x4.add(even, odd);
    total += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
    total += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
    for (; a < end; a += FLOAT, b += FLOAT) total += <f64>(load<f32>(a) * load<f32>(b));
  }
  return total;
}

/** LabShuffle. @param x [rows, groups · perGroup] */
export function shuffle(x: usize, y: usize, rows: i32, groups: i32, perGroup: i32): void {
  const step = floats(groups);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < groups; i++) {
      let to = y + floats(i);
      for (let j = 0; j < perGroup; j++, x += FLOAT, to += step) store<f32>(to, load<f32>(x));
    }
    y += step * <usize>perGroup;
  }
}
