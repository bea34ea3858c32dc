/** @file Lowest and highest values, of a tensor or of each of its channels. */
import { FLOAT, INFINITE, VECTOR, fill, floats, higher, lower, periodOf } from './vec';

/** Begin arrays of the lowest and highest values so far. */
export function openRange(lows: usize, highs: usize, period: i32): void {
  fill(lows, INFINITE, period);
  fill(highs, -INFINITE, period);
}

/** Take some whole periods and a rest into the arrays. @param count floats, from a channel 0 on */
export function extendRange(x: usize, count: i32, lows: usize, highs: usize, period: i32): void {
  const size = floats(period);
  const end = x + floats(count);
  for (; x + size * 4 <= end; x += size * 4) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const from = x + at;
      const x0 = v128.load(from);
      const x1 = v128.load(from + size);
      const x2 = v128.load(from + size * 2);
      const x3 = v128.load(from + size * 3);
      const low = lower(lower(x0, x1), lower(x2, x3));
      const high = higher(higher(x0, x1), higher(x2, x3));
      v128.store(lows + at, lower(v128.load(lows + at), low));
      v128.store(highs + at, higher(v128.load(highs + at), high));
    }
  }
  for (; x + size <= end; x += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const value = v128.load(x + at);
      v128.store(lows + at, lower(v128.load(lows + at), value));
      v128.store(highs + at, higher(v128.load(highs + at), value));
    }
  }
  for (let at: usize = 0; x < end; x += FLOAT, at += FLOAT) {
    const value = load<f32>(x);
    if (value < load<f32>(lows + at)) store<f32>(lows + at, value);
    if (value > load<f32>(highs + at)) store<f32>(highs + at, value);
  }
}

/**
 * Write `[2, ranges]` from the arrays.
 * @param ranges 1 or the channels
 */
export function closeRange(
  lows: usize,
  highs: usize,
  period: i32,
  channels: i32,
  ranges: i32,
  range: usize,
): void {
  const step = ranges === 1 ? 1 : channels;
  for (let c = 0; c < ranges; c++) {
    let low = load<f32>(lows + floats(c));
    let high = load<f32>(highs + floats(c));
    for (let i = c; i < period; i += step) {
      low = min(low, load<f32>(lows + floats(i)));
      high = max(high, load<f32>(highs + floats(i)));
    }
    store<f32>(range + floats(c), low);
    store<f32>(range + floats(ranges + c), high);
  }
}

/** Floats of a block whose range is taken while it is still in cache. */
const BLOCK_FLOATS: i32 = 4096;

/** Period in which to take the range: that of the channels, or vectors regardless of them. */
export function rangePeriod(channels: i32, ranges: i32): i32 {
  return ranges === 1 ? 16 : periodOf(channels);
}

/** Floats of a block: whole periods. */
export function rangeBlock(period: i32): i32 {
  return max(1, BLOCK_FLOATS / period) * period;
}

/** Bytes of scratch for the arrays of one range. */
export function rangeScratch(channels: i32, ranges: i32): usize {
  return floats(rangePeriod(channels, ranges)) * 2;
}

/** LabRange. @param x `count` floats, whole rows of `channels` */
export function rangeOf(
  x: usize,
  count: i32,
  channels: i32,
  range: usize,
  ranges: i32,
  scratch: usize,
): void {
  const period = rangePeriod(channels, ranges);
  const highs = scratch + floats(period);
  openRange(scratch, highs, period);
  extendRange(x, count, scratch, highs, period);
  closeRange(scratch, highs, period, ranges === 1 ? 1 : channels, ranges, range);
}
