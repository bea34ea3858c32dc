/**
 * @file Vectors of four floats, and how a tensor is walked by them.
 *
 * Kernels that treat channels apart walk `[rows, C]` data as rows of a *period*: the smallest
 * multiple of C that whole vectors fill. Per-channel constants and sums are repeated to the length
 * of a period, so that any C runs at full speed; what remains after the last whole period is done
 * one value at a time.
 */

/** Bytes of a float, and its power of two. */
export const FLOAT: usize = 4;
export const FLOAT_SHIFT: usize = 2;
/** Bytes of a vector. */
export const VECTOR: usize = 16;

/** Above every float. */
export const INFINITE: f32 = <f32>Infinity;

/** Bytes that loops may read past the last value of what they walk. */
export const SLACK: usize = 64;

/** Bytes of so many floats. @inline */
export function floats(count: i32): usize {
  return (<usize>count) << FLOAT_SHIFT;
}

/** Next cache line's start. @inline */
export function aligned(at: usize): usize {
  return (at + 63) & ~63;
}

/** a · b + c, fused where the module may use relaxed SIMD. @inline */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Lower of the two; `a` if either is no number. @inline */
export function lower(a: v128, b: v128): v128 {
  return f32x4.pmin(a, b);
}

/** Higher of the two; `a` if either is no number. @inline */
export function higher(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** Sum of the lanes, in one fixed order. @inline */
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** Smallest multiple of `channels` that whole vectors fill. */
export function periodOf(channels: i32): i32 {
  if ((channels & 3) === 0) return channels;
  return (channels & 1) === 0 ? channels * 2 : channels * 4;
}

/** Set floats to one value. */
export function fill(to: usize, value: f32, count: i32): void {
  const end = to + floats(count);
  const lanes = f32x4.splat(value);
  for (; to + VECTOR <= end; to += VECTOR) v128.store(to, lanes);
  for (; to < end; to += FLOAT) store<f32>(to, value);
}

/** Repeat the first `channels` floats at `to` up to `period` floats. */
export function repeat(to: usize, channels: i32, period: i32): void {
  for (let i = channels; i < period; i++) {
    store<f32>(to + floats(i), load<f32>(to + floats(i - channels)));
  }
}
