/** @file Sums, pooling, bias and the optimizer's updates. */
import { FLOAT, INFINITE, VECTOR, fill, floats } from './vec';
import { closeRange, extendRange, openRange, rangeBlock, rangePeriod } from './range';

/** y = a + b, rectified on demand. */
function addSpan(a: usize, b: usize, y: usize, count: i32, relu: bool): void {
  const end = y + floats(count);
  const least: f32 = relu ? 0 : -INFINITE;
  const floor = f32x4.splat(least);
  for (; y + VECTOR <= end; a += VECTOR, b += VECTOR, y += VECTOR) {
    const sum = f32x4.add(v128.load(a), v128.load(b));
    v128.store(y, f32x4.pmax(sum, floor));
  }
  for (; y < end; a += FLOAT, b += FLOAT, y += FLOAT) {
    const sum = load<f32>(a) + load<f32>(b);
    store<f32>(y, sum < least ? least : sum);
  }
}

/** LabAdd. @param ranges 0 for no range, 1 for one of the tensor, else the channels */
export function add(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  channels: i32,
  relu: bool,
  range: usize,
  ranges: i32,
  scratch: usize,
): void {
  if (ranges === 0) {
    addSpan(a, b, y, count, relu);
    return;
  }
  const period = rangePeriod(channels, ranges);
  const highs = scratch + floats(period);
  const block = rangeBlock(period);
  openRange(scratch, highs, period);
  for (let i = 0; i < count; i += block) {
    const length = min(block, count - i);
    const at = floats(i);
    addSpan(a + at, b + at, y + at, length, relu);
    extendRange(y + at, length, scratch, highs, period);
  }
  closeRange(scratch, highs, period, ranges === 1 ? 1 : channels, ranges, range);
}

/** LabReluBack. */
export function reluBack(dy: usize, y: usize, dx: usize, count: i32): void {
  const end = y + floats(count);
  const zero = f32x4.splat(0);
  for (; y + VECTOR <= end; dy += VECTOR, y += VECTOR, dx += VECTOR) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
  }
  for (; y < end; dy += FLOAT, y += FLOAT, dx += FLOAT) {
    store<f32>(dx, load<f32>(y) > 0 ? load<f32>(dy) : 0);
  }
}

/** Sums over rows of `[rows, channels]`, each row added to all before it. */
function sumRows(x: usize, to: usize, rows: i32, channels: i32): void {
  const size = floats(channels);
  const whole = floats(channels & ~3);
  for (let at: usize = 0; at < whole; at += VECTOR) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let from = x + at;
    let row = 0;
    for (; row + 2 <= rows; row += 2, from += size * 2) {
      even = f32x4.add(even, v128.load(from));
      odd = f32x4.add(odd, v128.load(from + size));
    }
    if (row < rows) even = f32x4.add(even, v128.load(from));
    v128.store(to + at, f32x4.add(even, odd));
  }
  for (let at = whole; at < size; at += FLOAT) {
    let sum: f32 = 0;
    for (let row = 0; row < rows; row++) sum += load<f32>(x + <usize>row * size + at);
    store<f32>(to + at, sum);
  }
}

/** LabGlobalPool. @param x [batch, pixels, channels] @param y [batch, channels] */
export function globalPool(x: usize, y: usize, batch: i32, pixels: i32, channels: i32): void {
  for (let n = 0; n < batch; n++) {
    const to = y + floats(n * channels);
    sumRows(x + floats(n * pixels * channels), to, pixels, channels);
    for (let c = 0; c < channels; c++) {
      store<f32>(to + floats(c), load<f32>(to + floats(c)) / <f32>pixels);
    }
  }
}

/** LabGlobalPoolBack. @param dy [batch, channels] @param dx [batch, pixels, channels] */
export function globalPoolBack(dy: usize, dx: usize, batch: i32, pixels: i32, channels: i32): void {
  const size = floats(channels);
  for (let n = 0; n < batch; n++, dy += size) {
    const first = dx;
    for (let c = 0; c < channels; c++) {
      store<f32>(first + floats(c), load<f32>(dy + floats(c)) / <f32>pixels);
    }
    dx += size;
    for (let i = 1; i < pixels; i++, dx += size) memory.copy(dx, first, size);
  }
}

/** LabBias. @param x [rows, columns] @param b [columns] */
export function bias(x: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  const size = floats(columns);
  for (let row = 0; row < rows; row++, x += size, y += size) {
    addSpan(x, b, y, columns, false);
  }
}

/** LabColumnSum: blocks of rows are summed in float32, the blocks in float64. */
export function columnSum(x: usize, to: usize, rows: i32, columns: i32, scratch: usize): void {
  const block = 64;
  const sums = scratch + floats(columns) * 2;
  fill(scratch, 0, columns * 2);
  for (let row = 0; row < rows; row += block) {
    sumRows(x + floats(row * columns), sums, min(block, rows - row), columns);
    for (let c = 0; c < columns; c++) {
      const total = scratch + ((<usize>c) << 3);
      store<f64>(total, load<f64>(total) + <f64>load<f32>(sums + floats(c)));
    }
  }
  for (let c = 0; c < columns; c++) {
    store<f32>(to + floats(c), <f32>load<f64>(scratch + ((<usize>c) << 3)));
  }
}

/** LabAccumulate: sum += scale · x. */
export function accumulate(sum: usize, x: usize, count: i32, scale: f32): void {
  const end = sum + floats(count);
  const factor = f32x4.splat(scale);
  for (; sum + VECTOR <= end; sum += VECTOR, x += VECTOR) {
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(v128.load(x), factor)));
  }
  for (; sum < end; sum += FLOAT, x += FLOAT) {
    store<f32>(sum, load<f32>(sum) + load<f32>(x) * scale);
  }
}

/** LabBlend: running = keep · running + (1 − keep) · x. */
export function blend(running: usize, x: usize, count: i32, keep: f32, take: f32): void {
  const end = running + floats(count);
  const kept = f32x4.splat(keep);
  const taken = f32x4.splat(take);
  for (; running + VECTOR <= end; running += VECTOR, x += VECTOR) {
    const old = f32x4.mul(v128.load(running), kept);
    v128.store(running, f32x4.add(old, f32x4.mul(v128.load(x), taken)));
  }
  for (; running < end; running += FLOAT, x += FLOAT) {
    store<f32>(running, load<f32>(running) * keep + load<f32>(x) * take);
  }
}

/** LabSgd: v = momentum · v + g + weightDecay · w, then w −= learningRate · v. */
export function sgd(
  w: usize,
  v: usize,
  g: usize,
  count: i32,
  learningRate: f32,
  momentum: f32,
  weightDecay: f32,
): void {
  const end = w + floats(count);
  const rate = f32x4.splat(learningRate);
  const inertia = f32x4.splat(momentum);
  const decay = f32x4.splat(weightDecay);
  for (; w + VECTOR <= end; w += VECTOR, v += VECTOR, g += VECTOR) {
    const weight = v128.load(w);
    const moved = f32x4.add(f32x4.mul(v128.load(v), inertia), v128.load(g));
    const velocity = f32x4.add(moved, f32x4.mul(weight, decay));
    v128.store(v, velocity);
    v128.store(w, f32x4.sub(weight, f32x4.mul(velocity, rate)));
  }
  for (; w < end; w += FLOAT, v += FLOAT, g += FLOAT) {
    const weight = load<f32>(w);
    const velocity = load<f32>(v) * momentum + load<f32>(g) + weight * weightDecay;
    store<f32>(v, velocity);
    store<f32>(w, weight - velocity * learningRate);
  }
}
