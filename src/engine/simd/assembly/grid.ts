/**
 * @file Uniform quantization, one formula for every kernel that uses it:
 * `round((clamp(x, lo, hi) − lo) / step) · step + lo`, each operation rounded to float32, ties of
 * the rounding to even.
 *
 * A *grid* in memory is three arrays, lo, hi, step, each of one period of floats: the period of the
 * channels, or 4 equal floats where one range serves the whole tensor.
 */
import { FLOAT, VECTOR, floats, higher, lower, periodOf, repeat } from './vec';

/** As MIN_STEP in kernels.ts. */
const MIN_STEP: f32 = 1e-12;

/** Period of a grid whose range is `[2, ranges]`. */
export function gridPeriod(ranges: i32): i32 {
  return ranges <= 1 ? 4 : periodOf(ranges);
}

/** Bytes of a grid. */
export function gridBytes(ranges: i32): usize {
  return <usize>gridPeriod(ranges) * 3 * FLOAT;
}

/**
 * Write the grid of a range.
 * @param range  [2, ranges]: lowest values, then highest
 * @param ranges 1 for one range of the whole tensor, else the channels
 */
export function writeGrid(grid: usize, range: usize, ranges: i32, steps: i32): void {
  const period = gridPeriod(ranges);
  const size = floats(period);
  for (let i = 0; i < ranges; i++) {
    const at = floats(i);
    const lo = load<f32>(range + at);
    const hi = load<f32>(range + at + floats(ranges));
    const step = (hi - lo) / <f32>steps;
    store<f32>(grid + at, lo);
    store<f32>(grid + size + at, hi);
    store<f32>(grid + size * 2 + at, step < MIN_STEP ? MIN_STEP : step);
  }
  for (let part: usize = 0; part < 3; part++) repeat(grid + part * size, ranges, period);
}

/** @inline */
function onGrid(x: v128, lo: v128, hi: v128, step: v128): v128 {
  const above = f32x4.sub(lower(higher(x, lo), hi), lo);
  return f32x4.add(f32x4.mul(f32x4.nearest(f32x4.div(above, step)), step), lo);
}

/** `onGrid` for one value. */
function valueOnGrid(x: f32, lo: f32, hi: f32, step: f32): f32 {
  const raised: f32 = x < lo ? lo : x;
  const clamped: f32 = hi < raised ? hi : raised;
  return nearest<f32>((clamped - lo) / step) * step + lo;
}

/**
 * Put values on a grid.
 * @param from first value of a channel 0
 * @param count any number of values
 * @param period of the grid
 */
export function quantizeSpan(to: usize, from: usize, count: i32, grid: usize, period: i32): void {
  const size = floats(period);
  const end = from + floats(count);
  if (period === 4) {
    const lo = v128.load(grid);
    const hi = v128.load(grid, 16);
    const step = v128.load(grid, 32);
    for (; from + 4 * VECTOR <= end; from += 4 * VECTOR, to += 4 * VECTOR) {
      v128.store(to, onGrid(v128.load(from), lo, hi, step));
      v128.store(to, onGrid(v128.load(from, 16), lo, hi, step), 16);
      v128.store(to, onGrid(v128.load(from, 32), lo, hi, step), 32);
      v128.store(to, onGrid(v128.load(from, 48), lo, hi, step), 48);
    }
    for (; from + VECTOR <= end; from += VECTOR, to += VECTOR) {
      v128.store(to, onGrid(v128.load(from), lo, hi, step));
    }
  } else {
    for (; from + size <= end; from += size, to += size) {
      for (let at: usize = 0; at < size; at += VECTOR) {
        const lo = v128.load(grid + at);
        const hi = v128.load(grid + size + at);
        const step = v128.load(grid + size * 2 + at);
        v128.store(to + at, onGrid(v128.load(from + at), lo, hi, step));
      }
    }
  }
  for (let at: usize = 0; from < end; from += FLOAT, to += FLOAT, at += FLOAT) {
    const x = load<f32>(from);
    const lo = load<f32>(grid + at);
    store<f32>(
      to,
      valueOnGrid(x, lo, load<f32>(grid + size + at), load<f32>(grid + size * 2 + at)),
    );
  }
}

/**
 * Put four spans on a grid side by side: reading four places at a time keeps more of memory on its
 * way. Parameters as `quantizeSpan`.
 * @param toStep   bytes from span to span of the result
 * @param fromStep bytes from span to span
 * @param count    values of a span
 */
function quantizeFour(
  to: usize,
  toStep: usize,
  from: usize,
  fromStep: usize,
  count: i32,
  grid: usize,
  period: i32,
): void {
  const size = floats(period);
  const whole = period === 4 ? count & ~3 : (count / period) * period;
  const end = from + floats(whole);
  if (period === 4) {
    const lo = v128.load(grid);
    const hi = v128.load(grid, 16);
    const step = v128.load(grid, 32);
    for (; from < end; from += VECTOR, to += VECTOR) {
      v128.store(to, onGrid(v128.load(from), lo, hi, step));
      v128.store(to + toStep, onGrid(v128.load(from + fromStep), lo, hi, step));
      v128.store(to + toStep * 2, onGrid(v128.load(from + fromStep * 2), lo, hi, step));
      v128.store(to + toStep * 3, onGrid(v128.load(from + fromStep * 3), lo, hi, step));
    }
  } else {
    for (; from < end; from += size, to += size) {
      for (let at: usize = 0; at < size; at += VECTOR) {
        const lo = v128.load(grid + at);
        const hi = v128.load(grid + size + at);
        const step = v128.load(grid + size * 2 + at);
        const source = from + at;
        const target = to + at;
        v128.store(target, onGrid(v128.load(source), lo, hi, step));
        v128.store(target + toStep, onGrid(v128.load(source + fromStep), lo, hi, step));
        v128.store(target + toStep * 2, onGrid(v128.load(source + fromStep * 2), lo, hi, step));
        v128.store(target + toStep * 3, onGrid(v128.load(source + fromStep * 3), lo, hi, step));
      }
    }
  }
  for (let i: usize = 0; i < 4 && whole < count; i++) {
    quantizeSpan(to + i * toStep, from + i * fromStep, count - whole, grid, period);
  }
}

/**
 * Spans copied, or put on a grid where `period` is not 0.
 * @param spans    how many
 * @param toStep   bytes from span to span of the result
 * @param fromStep bytes from span to span
 * @param count    values of a span, from a channel 0 on
 */
export function copySpans(
  to: usize,
  toStep: usize,
  from: usize,
  fromStep: usize,
  spans: i32,
  count: i32,
  grid: usize,
  period: i32,
): void {
  if (period !== 0) {
    for (; spans >= 4; spans -= 4, to += toStep * 4, from += fromStep * 4) {
      quantizeFour(to, toStep, from, fromStep, count, grid, period);
    }
  }
  for (; spans > 0; spans--, to += toStep, from += fromStep) {
    if (period === 0) memory.copy(to, from, floats(count));
    else quantizeSpan(to, from, count, grid, period);
  }
}

/** `rows` rows of `channels` values that follow each other, as `copySpans`. */
export function copyRows(
  to: usize,
  from: usize,
  rows: i32,
  channels: i32,
  grid: usize,
  period: i32,
): void {
  const quarter = (rows >> 2) * channels;
  const step = floats(quarter);
  copySpans(to, step, from, step, 4, quarter, grid, period);
  const rest = (rows & 3) * channels;
  copySpans(to + step * 4, 0, from + step * 4, 0, 1, rest, grid, period);
}

/** @inline */
function insideOrZero(dy: v128, x: v128, lo: v128, hi: v128): v128 {
  return v128.and(dy, v128.and(f32x4.le(lo, x), f32x4.le(x, hi)));
}

/** `dy` where lo ≤ x ≤ hi, else 0. */
export function maskSpan(
  to: usize,
  dy: usize,
  x: usize,
  count: i32,
  grid: usize,
  period: i32,
): void {
  const size = floats(period);
  const end = x + floats(count);
  if (period === 4) {
    const lo = v128.load(grid);
    const hi = v128.load(grid, 16);
    for (; x + VECTOR <= end; x += VECTOR, dy += VECTOR, to += VECTOR) {
      v128.store(to, insideOrZero(v128.load(dy), v128.load(x), lo, hi));
    }
  } else {
    for (; x + size <= end; x += size, dy += size, to += size) {
      for (let at: usize = 0; at < size; at += VECTOR) {
        const lo = v128.load(grid + at);
        const hi = v128.load(grid + size + at);
        v128.store(to + at, insideOrZero(v128.load(dy + at), v128.load(x + at), lo, hi));
      }
    }
  }
  for (let at: usize = 0; x < end; x += FLOAT, dy += FLOAT, to += FLOAT, at += FLOAT) {
    const value = load<f32>(x);
    const inside = load<f32>(grid + at) <= value && value <= load<f32>(grid + size + at);
    store<f32>(to, inside ? load<f32>(dy) : 0);
  }
}

/** LabFakeQuantize. */
export function fakeQuantize(
  x: usize,
  y: usize,
  count: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  writeGrid(scratch, range, ranges, steps);
  quantizeSpan(y, x, count, scratch, gridPeriod(ranges));
}

/** LabClipMask. */
export function clipMask(
  dy: usize,
  x: usize,
  dx: usize,
  count: i32,
  range: usize,
  ranges: i32,
  scratch: usize,
): void {
  writeGrid(scratch, range, ranges, 1);
  maskSpan(dx, dy, x, count, scratch, gridPeriod(ranges));
}
