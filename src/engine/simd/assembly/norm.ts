/**
 * @file Batch normalization: two passes forward, two passes back, each over all data once.
 *
 * Sums are kept in float32 over blocks of rows and added up in float64; the values summed are
 * deviations from the mean of the first rows, so that a large mean costs no digits.
 */
import {
  FLOAT,
  INFINITE,
  VECTOR,
  fill,
  floats,
  higher,
  lower,
  madd,
  periodOf,
  repeat,
} from './vec';
import { closeRange, openRange } from './range';

/** Rows whose mean is the point that deviations are taken from. */
const SHIFT_ROWS: i32 = 64;
/** Periods summed in float32 before they are added up in float64; a multiple of 4. */
const BLOCK_PERIODS: i32 = 256;

/** Bytes of scratch of each kernel here. */
export function normScratch(channels: i32): usize {
  // Ten arrays of floats at most, two of float64.
  return floats(periodOf(channels)) * 14 + 64;
}

/**
 * Periods of each of four parts that a pass walks side by side: four far places in memory at a time
 * keep more of it on its way than one. The parts must not lie whole pages apart, where their lines
 * would compete for the same places in the first-level cache. What is left is done after.
 */
function quarterOf(periods: i32, size: usize): i32 {
  const quarter = periods >> 2;
  return quarter > 1 && ((<usize>quarter * size) & 4095) === 0 ? quarter - 1 : quarter;
}

/** Add float32 sums to float64 ones, and clear them. */
function foldSums(totals: usize, sums: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const total = totals + ((<usize>i) << 3);
    const sum = sums + floats(i);
    store<f64>(total, load<f64>(total) + <f64>load<f32>(sum));
    store<f32>(sum, 0);
  }
}

/** Sum of a channel's float64 totals over the period. */
function totalOf(totals: usize, channel: i32, channels: i32, period: i32): f64 {
  let total: f64 = 0;
  for (let i = channel; i < period; i += channels) total += load<f64>(totals + ((<usize>i) << 3));
  return total;
}

/** Add a value to a float64 total. */
function addToTotal(totals: usize, index: i32, value: f64): void {
  const total = totals + ((<usize>index) << 3);
  store<f64>(total, load<f64>(total) + value);
}

/**
 * Mean and biased variance per channel.
 * @param x     [rows, channels]
 * @param stats [2, channels]
 */
export function batchStats(x: usize, rows: i32, channels: i32, stats: usize, scratch: usize): void {
  const period = periodOf(channels);
  const size = floats(period);
  const totals = scratch;
  const squareTotals = totals + size * 2;
  const shift = squareTotals + size * 2;
  const sums = shift + size;
  const squares = sums + size;

  fill(totals, 0, period * 6);
  const shiftRows = min(rows, SHIFT_ROWS);
  fill(shift, 0, period);
  for (let row = 0; row < shiftRows; row++) {
    for (let c = 0; c < channels; c++) {
      const at = shift + floats(c);
      store<f32>(at, load<f32>(at) + load<f32>(x + floats(row * channels + c)));
    }
  }
  for (let c = 0; c < channels; c++) {
    store<f32>(shift + floats(c), load<f32>(shift + floats(c)) / <f32>shiftRows);
  }
  repeat(shift, channels, period);

  fill(sums, 0, period * 2);
  const periods = <i32>((<i64>rows * channels) / period);
  const quarter = quarterOf(periods, size);
  const far = <usize>quarter * size;
  let from = x;
  for (let first = 0; first < quarter; first += BLOCK_PERIODS) {
    const count = min(BLOCK_PERIODS, quarter - first);
    for (let i = 0; i < count; i++, from += size) {
      for (let at: usize = 0; at < size; at += VECTOR) {
        const center = v128.load(shift + at);
        let sum = v128.load(sums + at);
        let square = v128.load(squares + at);
        const p0 = from + at;
        const d0 = f32x4.sub(v128.load(p0), center);
        const d1 = f32x4.sub(v128.load(p0 + far), center);
        const d2 = f32x4.sub(v128.load(p0 + far * 2), center);
        const d3 = f32x4.sub(v128.load(p0 + far * 3), center);
        sum = f32x4.add(sum, f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3)));
        const s0 = madd(d1, d1, f32x4.mul(d0, d0));
        const s1 = madd(d3, d3, f32x4.mul(d2, d2));
        square = f32x4.add(square, f32x4.add(s0, s1));
        v128.store(sums + at, sum);
        v128.store(squares + at, square);
      }
    }
    foldSums(totals, sums, period);
    foldSums(squareTotals, squares, period);
  }
  from += far * 3;
  for (let i = quarter * 4; i < periods; i++, from += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const d = f32x4.sub(v128.load(from + at), v128.load(shift + at));
      v128.store(sums + at, f32x4.add(v128.load(sums + at), d));
      v128.store(squares + at, madd(d, d, v128.load(squares + at)));
    }
  }
  foldSums(totals, sums, period);
  foldSums(squareTotals, squares, period);
  const rest = rows * channels - periods * period;
  for (let i = 0; i < rest; i++) {
    const d = <f64>(load<f32>(from + floats(i)) - load<f32>(shift + floats(i)));
    addToTotal(totals, i, d);
    addToTotal(squareTotals, i, d * d);
  }
  for (let c = 0; c < channels; c++) {
    const mean = totalOf(totals, c, channels, period) / <f64>rows;
    const square = totalOf(squareTotals, c, channels, period) / <f64>rows;
    const variance = square - mean * mean;
    store<f32>(stats + floats(c), <f32>(<f64>load<f32>(shift + floats(c)) + mean));
    // Rounding may leave a little less than nothing; not a number stays not a number.
    store<f32>(stats + floats(channels + c), variance < 0 ? 0 : <f32>variance);
  }
}

/** Per channel: mean, γ / sqrt(var + epsilon), β, each of a period of floats. */
function writeAffine(
  to: usize,
  stats: usize,
  affine: usize,
  channels: i32,
  period: i32,
  epsilon: f32,
): void {
  const size = floats(period);
  for (let c = 0; c < channels; c++) {
    const at = floats(c);
    const variance = <f64>load<f32>(stats + floats(channels + c));
    const scale = <f64>load<f32>(affine + at) / Math.sqrt(variance + <f64>epsilon);
    store<f32>(to + at, load<f32>(stats + at));
    store<f32>(to + size + at, <f32>scale);
    store<f32>(to + size * 2 + at, load<f32>(affine + floats(channels + c)));
  }
  for (let part: usize = 0; part < 3; part++) repeat(to + part * size, channels, period);
}

/** `(x − mean) · scale + β`, rectified where `floor` is 0 (it is −∞ otherwise). @inline */
function normalized(x: v128, mean: v128, scale: v128, beta: v128, floor: v128): v128 {
  return higher(madd(f32x4.sub(x, mean), scale, beta), floor);
}

/** `normalized` for one value; forward and backward must agree to the bit. */
function valueNormalized(x: f32, mean: f32, scale: f32, beta: f32, floor: f32): f32 {
  const y = (x - mean) * scale + beta;
  return y < floor ? floor : y;
}

/**
 * `y = γ · (x − mean) / sqrt(var + epsilon) + β`, optional ReLU, optional range of the result.
 * @param x      [rows, channels]
 * @param stats  [2, channels]: mean, variance
 * @param affine [2, channels]: γ, β
 * @param ranges 0 for no range, 1 for one of the tensor, else the channels
 * @param range  [2, ranges]
 */
export function normalize(
  x: usize,
  y: usize,
  rows: i32,
  channels: i32,
  stats: usize,
  affine: usize,
  epsilon: f32,
  relu: bool,
  range: usize,
  ranges: i32,
  scratch: usize,
): void {
  const period = periodOf(channels);
  const size = floats(period);
  const means = scratch;
  const scales = means + size;
  const betas = scales + size;
  const lows = betas + size;
  const highs = lows + size;
  writeAffine(scratch, stats, affine, channels, period, epsilon);
  openRange(lows, highs, period);
  const least: f32 = relu ? 0 : -INFINITE;
  const floor = f32x4.splat(least);
  const periods = <i32>((<i64>rows * channels) / period);
  const quarter = quarterOf(periods, size);
  const far = <usize>quarter * size;
  for (let i = 0; i < quarter; i++, x += size, y += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const mean = v128.load(means + at);
      const scale = v128.load(scales + at);
      const beta = v128.load(betas + at);
      const from = x + at;
      const to = y + at;
      const y0 = normalized(v128.load(from), mean, scale, beta, floor);
      const y1 = normalized(v128.load(from + far), mean, scale, beta, floor);
      const y2 = normalized(v128.load(from + far * 2), mean, scale, beta, floor);
      const y3 = normalized(v128.load(from + far * 3), mean, scale, beta, floor);
      v128.store(to, y0);
      v128.store(to + far, y1);
      v128.store(to + far * 2, y2);
      v128.store(to + far * 3, y3);
      if (ranges !== 0) {
        const low = lower(lower(y0, y1), lower(y2, y3));
        const high = higher(higher(y0, y1), higher(y2, y3));
        v128.store(lows + at, lower(v128.load(lows + at), low));
        v128.store(highs + at, higher(v128.load(highs + at), high));
      }
    }
  }
  x += far * 3;
  y += far * 3;
  for (let i = quarter * 4; i < periods; i++, x += size, y += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const mean = v128.load(means + at);
      const scale = v128.load(scales + at);
      const value = normalized(v128.load(x + at), mean, scale, v128.load(betas + at), floor);
      v128.store(y + at, value);
      v128.store(lows + at, lower(v128.load(lows + at), value));
      v128.store(highs + at, higher(v128.load(highs + at), value));
    }
  }
  const rest = rows * channels - periods * period;
  for (let at: usize = 0; at < floats(rest); at += FLOAT) {
    const value = valueNormalized(
      load<f32>(x + at),
      load<f32>(means + at),
      load<f32>(scales + at),
      load<f32>(betas + at),
      least,
    );
    store<f32>(y + at, value);
    if (value < load<f32>(lows + at)) store<f32>(lows + at, value);
    if (value > load<f32>(highs + at)) store<f32>(highs + at, value);
  }
  if (ranges !== 0) closeRange(lows, highs, period, channels, ranges, range);
}

/** dy, or 0 where the rectified result was not positive. @inline */
function unmasked(dy: v128, deviation: v128, scale: v128, beta: v128, open: v128): v128 {
  const positive = f32x4.gt(madd(deviation, scale, beta), f32x4.splat(0));
  return v128.and(dy, v128.or(positive, open));
}

/** `unmasked` for one value. */
function valueUnmasked(dy: f32, deviation: f32, scale: f32, beta: f32, relu: bool): f32 {
  return relu && !(deviation * scale + beta > 0) ? 0 : dy;
}

/**
 * LabBatchNormBack.
 * @param dy, x, dx [rows, channels]
 * @param dAffine   [2, channels]
 */
export function normalizeBack(
  dy: usize,
  x: usize,
  dx: usize,
  rows: i32,
  channels: i32,
  stats: usize,
  affine: usize,
  dAffine: usize,
  epsilon: f32,
  relu: bool,
  scratch: usize,
): void {
  const period = periodOf(channels);
  const size = floats(period);
  const totals = scratch;
  const productTotals = totals + size * 2;
  const means = productTotals + size * 2;
  const scales = means + size;
  const betas = scales + size;
  const sums = betas + size;
  const products = sums + size;
  const offsets = products + size;
  const slopes = offsets + size;
  writeAffine(means, stats, affine, channels, period, epsilon);
  fill(totals, 0, period * 4);
  fill(sums, 0, period * 2);
  const open = i32x4.splat(relu ? 0 : -1);
  const periods = <i32>((<i64>rows * channels) / period);
  const rest = rows * channels - periods * period;

  const quarter = quarterOf(periods, size);
  const far = <usize>quarter * size;
  let from = x;
  let gradient = dy;
  for (let first = 0; first < quarter; first += BLOCK_PERIODS) {
    const count = min(BLOCK_PERIODS, quarter - first);
    for (let i = 0; i < count; i++, from += size, gradient += size) {
      for (let at: usize = 0; at < size; at += VECTOR) {
        const mean = v128.load(means + at);
        const scale = v128.load(scales + at);
        const beta = v128.load(betas + at);
        const px = from + at;
        const pg = gradient + at;
        const d0 = f32x4.sub(v128.load(px), mean);
        const d1 = f32x4.sub(v128.load(px + far), mean);
        const d2 = f32x4.sub(v128.load(px + far * 2), mean);
        const d3 = f32x4.sub(v128.load(px + far * 3), mean);
        const g0 = unmasked(v128.load(pg), d0, scale, beta, open);
        const g1 = unmasked(v128.load(pg + far), d1, scale, beta, open);
        const g2 = unmasked(v128.load(pg + far * 2), d2, scale, beta, open);
        const g3 = unmasked(v128.load(pg + far * 3), d3, scale, beta, open);
        const sum = f32x4.add(f32x4.add(g0, g1), f32x4.add(g2, g3));
        const p0 = madd(g1, d1, f32x4.mul(g0, d0));
        const p1 = madd(g3, d3, f32x4.mul(g2, d2));
        v128.store(sums + at, f32x4.add(v128.load(sums + at), sum));
        const product = f32x4.add(p0, p1);
        v128.store(products + at, f32x4.add(v128.load(products + at), product));
      }
    }
    foldSums(totals, sums, period);
    foldSums(productTotals, products, period);
  }
  from += far * 3;
  gradient += far * 3;
  for (let i = quarter * 4; i < periods; i++, from += size, gradient += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const d = f32x4.sub(v128.load(from + at), v128.load(means + at));
      const scale = v128.load(scales + at);
      const g = unmasked(v128.load(gradient + at), d, scale, v128.load(betas + at), open);
      v128.store(sums + at, f32x4.add(v128.load(sums + at), g));
      v128.store(products + at, madd(g, d, v128.load(products + at)));
    }
  }
  foldSums(totals, sums, period);
  foldSums(productTotals, products, period);
  for (let i = 0; i < rest; i++) {
    const at = floats(i);
    const d = load<f32>(from + at) - load<f32>(means + at);
    const scale = load<f32>(scales + at);
    const g = valueUnmasked(load<f32>(gradient + at), d, scale, load<f32>(betas + at), relu);
    addToTotal(totals, i, <f64>g);
    addToTotal(productTotals, i, <f64>g * <f64>d);
  }

  // dx = scale · (dz − mean(dz) − d · mean(dz · d) / (var + epsilon))
  for (let c = 0; c < channels; c++) {
    const at = floats(c);
    const sum = totalOf(totals, c, channels, period);
    const product = totalOf(productTotals, c, channels, period);
    const variance = <f64>load<f32>(stats + floats(channels + c)) + <f64>epsilon;
    const scale = <f64>load<f32>(affine + at) / Math.sqrt(variance);
    store<f32>(dAffine + at, <f32>(product / Math.sqrt(variance)));
    store<f32>(dAffine + floats(channels + c), <f32>sum);
    store<f32>(offsets + at, <f32>(-(scale * sum) / <f64>rows));
    store<f32>(slopes + at, <f32>(-(scale * product) / (variance * <f64>rows)));
  }
  repeat(offsets, channels, period);
  repeat(slopes, channels, period);

  for (let i = 0; i < quarter; i++, x += size, dy += size, dx += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const mean = v128.load(means + at);
      const scale = v128.load(scales + at);
      const beta = v128.load(betas + at);
      const offset = v128.load(offsets + at);
      const slope = v128.load(slopes + at);
      const px = x + at;
      const pg = dy + at;
      const to = dx + at;
      const d0 = f32x4.sub(v128.load(px), mean);
      const g0 = unmasked(v128.load(pg), d0, scale, beta, open);
      v128.store(to, madd(d0, slope, madd(g0, scale, offset)));
      const d1 = f32x4.sub(v128.load(px + far), mean);
      const g1 = unmasked(v128.load(pg + far), d1, scale, beta, open);
      v128.store(to + far, madd(d1, slope, madd(g1, scale, offset)));
      const d2 = f32x4.sub(v128.load(px + far * 2), mean);
      const g2 = unmasked(v128.load(pg + far * 2), d2, scale, beta, open);
      v128.store(to + far * 2, madd(d2, slope, madd(g2, scale, offset)));
      const d3 = f32x4.sub(v128.load(px + far * 3), mean);
      const g3 = unmasked(v128.load(pg + far * 3), d3, scale, beta, open);
      v128.store(to + far * 3, madd(d3, slope, madd(g3, scale, offset)));
    }
  }
  x += far * 3;
  dy += far * 3;
  dx += far * 3;
  for (let i = quarter * 4; i < periods; i++, x += size, dy += size, dx += size) {
    for (let at: usize = 0; at < size; at += VECTOR) {
      const scale = v128.load(scales + at);
      const d = f32x4.sub(v128.load(x + at), v128.load(means + at));
      const g = unmasked(v128.load(dy + at), d, scale, v128.load(betas + at), open);
      const flat = madd(g, scale, v128.load(offsets + at));
      v128.store(dx + at, madd(d, v128.load(slopes + at), flat));
    }
  }
  for (let at: usize = 0; at < floats(rest); at += FLOAT) {
    const scale = load<f32>(scales + at);
    const d = load<f32>(x + at) - load<f32>(means + at);
    const g = valueUnmasked(load<f32>(dy + at), d, scale, load<f32>(betas + at), relu);
    store<f32>(dx + at, d * load<f32>(slopes + at) + (g * scale + load<f32>(offsets + at)));
  }
}
