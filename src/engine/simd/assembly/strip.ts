/**
 * @file Inner loops of depthwise convolution: some lines of output, four channels at a time.
 *
 * The lines of input under a strip should stay in the first-level cache, because every four channels
 * walk over all of them; the more lines, the less the start of a walk weighs.
 */
import { FLOAT, VECTOR, madd } from './vec';

/** First-level cache that the input lines of a strip may take. */
const STRIP_BYTES: i32 = 24 * 1024;

/** Output lines of a strip, given `taps` lines of filter, at most `lines`. */
export function linesOfStrip(lines: i32, stride: i32, taps: i32, lineBytes: i32): i32 {
  return max(1, min(lines, (STRIP_BYTES / max(1, lineBytes) - taps) / stride + 1));
}

/** Bytes of a packed filter. */
export function packedTapsBytes(taps: i32, channels: i32): usize {
  return <usize>taps * <usize>(channels & ~3) * FLOAT;
}

/** Copy tap `tap` of all channels, `[channels]` at `w`, into a filter packed as `[C / 4][taps][4]`. */
export function packTap(to: usize, tap: i32, taps: i32, w: usize, channels: i32): void {
  to += <usize>tap * VECTOR;
  for (let c = 0; c + 4 <= channels; c += 4, to += <usize>taps * VECTOR, w += VECTOR) {
    v128.store(to, v128.load(w));
  }
}

/**
 * `to[q, p] = Σ over taps t, u of from[q · step + t][p · stride + u] · w[t][u]`, four channels of a
 * 3×3 filter with stride 1 or 2. The weights stay in registers, and each value is loaded once: a
 * column of three goes into the sums of all the outputs that it reaches.
 * @param toLine    bytes from line to line of the result; `toPixel` from pixel to pixel
 * @param fromStep  bytes of the input from one output line's first line to the next's
 * @param fromLine  bytes from line to line of the input; `pixel` from pixel to pixel
 * @param fromPixel bytes of the input from one output pixel's first pixel to the next's
 */
export function filter3x3(
  to: usize,
  toLine: usize,
  toPixel: usize,
  lines: i32,
  pixels: i32,
  from: usize,
  fromStep: usize,
  fromLine: usize,
  fromPixel: usize,
  pixel: usize,
  w: usize,
): void {
  const w00 = v128.load(w);
  const w01 = v128.load(w, 16);
  const w02 = v128.load(w, 32);
  const w10 = v128.load(w, 48);
  const w11 = v128.load(w, 64);
  const w12 = v128.load(w, 80);
  const w20 = v128.load(w, 96);
  const w21 = v128.load(w, 112);
  const w22 = v128.load(w, 128);
  const isDense = fromPixel === pixel;
  for (let line = 0; line < lines; line++, from += fromStep, to += toLine) {
    let line0 = from;
    let line1 = from + fromLine;
    let line2 = line1 + fromLine;
    const end = to + <usize>pixels * toPixel;
    let at = to;
    // Sums begun by columns already read: `first` lacks its last one or two, `second` two.
    let x0 = v128.load(line0);
    let x1 = v128.load(line1);
    let x2 = v128.load(line2);
    let first = madd(x2, w20, madd(x1, w10, f32x4.mul(x0, w00)));
    if (isDense) {
      line0 += pixel;
      line1 += pixel;
      line2 += pixel;
      x0 = v128.load(line0);
      x1 = v128.load(line1);
      x2 = v128.load(line2);
      first = madd(x2, w21, madd(x1, w11, madd(x0, w01, first)));
      let second = madd(x2, w20, madd(x1, w10, f32x4.mul(x0, w00)));
      for (; at < end; at += toPixel) {
        line0 += pixel;
        line1 += pixel;
        line2 += pixel;
        x0 = v128.load(line0);
        x1 = v128.load(line1);
        x2 = v128.load(line2);
        v128.store(at, madd(x2, w22, madd(x1, w12, madd(x0, w02, first))));
        first = madd(x2, w21, madd(x1, w11, madd(x0, w01, second)));
        second = madd(x2, w20, madd(x1, w10, f32x4.mul(x0, w00)));
      }
    } else {
      for (; at < end; at += toPixel) {
        line0 += pixel;
        line1 += pixel;
        line2 += pixel;
        first = madd(v128.load(line0), w01, first);
        first = madd(v128.load(line1), w11, first);
        first = madd(v128.load(line2), w21, first);
        line0 += pixel;
        line1 += pixel;
        line2 += pixel;
        x0 = v128.load(line0);
        x1 = v128.load(line1);
        x2 = v128.load(line2);
        v128.store(at, madd(x2, w22, madd(x1, w12, madd(x0, w02, first))));
        first = madd(x2, w20, madd(x1, w10, f32x4.mul(x0, w00)));
      }
    }
  }
}

/** `filter3x3` for a filter of any size, eight pixels at a time. */
export function filterAny(
  to: usize,
  toLine: usize,
  toPixel: usize,
  lines: i32,
  pixels: i32,
  from: usize,
  fromStep: usize,
  fromLine: usize,
  fromPixel: usize,
  pixel: usize,
  w: usize,
  taps: i32,
  tapsWide: i32,
): void {
  const run = <usize>tapsWide * pixel;
  for (let line = 0; line < lines; line++, from += fromStep, to += toLine) {
    let at = to;
    let source = from;
    let p = 0;
    for (; p + 8 <= pixels; p += 8, source += fromPixel * 8) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let s4 = f32x4.splat(0);
      let s5 = f32x4.splat(0);
      let s6 = f32x4.splat(0);
      let s7 = f32x4.splat(0);
      let weight = w;
      let start = source;
      for (let t = 0; t < taps; t++, start += fromLine) {
        const end = start + run;
        for (let tap = start; tap < end; tap += pixel, weight += VECTOR) {
          const factor = v128.load(weight);
          let x = tap;
          s0 = madd(v128.load(x), factor, s0);
          x += fromPixel;
          s1 = madd(v128.load(x), factor, s1);
          x += fromPixel;
          s2 = madd(v128.load(x), factor, s2);
          x += fromPixel;
          s3 = madd(v128.load(x), factor, s3);
          x += fromPixel;
          s4 = madd(v128.load(x), factor, s4);
          x += fromPixel;
          s5 = madd(v128.load(x), factor, s5);
          x += fromPixel;
          s6 = madd(v128.load(x), factor, s6);
          x += fromPixel;
          s7 = madd(v128.load(x), factor, s7);
        }
      }
      v128.store(at, s0);
      at += toPixel;
      v128.store(at, s1);
      at += toPixel;
      v128.store(at, s2);
      at += toPixel;
      v128.store(at, s3);
      at += toPixel;
      v128.store(at, s4);
      at += toPixel;
      v128.store(at, s5);
      at += toPixel;
      v128.store(at, s6);
      at += toPixel;
      v128.store(at, s7);
      at += toPixel;
    }
    if (p + 4 <= pixels) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let weight = w;
      let start = source;
      for (let t = 0; t < taps; t++, start += fromLine) {
        const end = start + run;
        for (let tap = start; tap < end; tap += pixel, weight += VECTOR) {
          const factor = v128.load(weight);
          s0 = madd(v128.load(tap), factor, s0);
          s1 = madd(v128.load(tap + fromPixel), factor, s1);
          s2 = madd(v128.load(tap + fromPixel * 2), factor, s2);
          s3 = madd(v128.load(tap + fromPixel * 3), factor, s3);
        }
      }
      v128.store(at, s0);
      v128.store(at + toPixel, s1);
      v128.store(at + toPixel * 2, s2);
      v128.store(at + toPixel * 3, s3);
      at += toPixel * 4;
      source += fromPixel * 4;
      p += 4;
    }
    for (; p < pixels; p++, source += fromPixel, at += toPixel) {
      let sum = f32x4.splat(0);
      let weight = w;
      let start = source;
      for (let t = 0; t < taps; t++, start += fromLine) {
        const end = start + run;
        for (let tap = start; tap < end; tap += pixel, weight += VECTOR) {
          sum = madd(v128.load(tap), v128.load(weight), sum);
        }
      }
      v128.store(at, sum);
    }
  }
}

/** `filter3x3` for one channel of a filter of any size. @param w tap by tap, `wStep` bytes apart */
export function filterOne(
  to: usize,
  toLine: usize,
  toPixel: usize,
  lines: i32,
  pixels: i32,
  from: usize,
  fromStep: usize,
  fromLine: usize,
  fromPixel: usize,
  pixel: usize,
  w: usize,
  taps: i32,
  tapsWide: i32,
): void {
  for (let line = 0; line < lines; line++) {
    for (let p = 0; p < pixels; p++) {
      let sum: f32 = 0;
      let weight = w;
      for (let t = 0; t < taps; t++) {
        let x = from + <usize>line * fromStep + <usize>t * fromLine + <usize>p * fromPixel;
        for (let u = 0; u < tapsWide; u++, x += pixel, weight += FLOAT) {
          sum += load<f32>(x) * load<f32>(weight);
        }
      }
      store<f32>(to + <usize>line * toLine + <usize>p * toPixel, sum);
    }
  }
}

/** @inline */
function addTo(at: usize, v: v128): void {
  v128.store(at, f32x4.add(v128.load(at), v));
}

/**
 * `sums[t][u] += Σ over pixels p of from[t][p · stride + u] · dy[p]`, one line, four channels of a
 * 3×3 filter with stride 1 or 2. Each value is loaded once. Not a whole strip: with one more loop
 * around it the sums no longer stay in registers.
 * @param sums the taps, `pixel` bytes apart; `dy` likewise
 */
export function correlate3x3(
  sums: usize,
  dy: usize,
  pixels: i32,
  from: usize,
  fromLine: usize,
  fromPixel: usize,
  pixel: usize,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s22 = f32x4.splat(0);
  let line0 = from;
  let line1 = from + fromLine;
  let line2 = line1 + fromLine;
  const end = dy + <usize>pixels * pixel;
  // Gradients of the outputs whose second and third column the next one is.
  let previous = f32x4.splat(0);
  if (fromPixel === pixel) {
    let last = f32x4.splat(0);
    for (; dy < end; dy += pixel, line0 += pixel, line1 += pixel, line2 += pixel) {
      const g = v128.load(dy);
      const x0 = v128.load(line0);
      s00 = madd(x0, g, s00);
      s01 = madd(x0, previous, s01);
      s02 = madd(x0, last, s02);
      const x1 = v128.load(line1);
      s10 = madd(x1, g, s10);
      s11 = madd(x1, previous, s11);
      s12 = madd(x1, last, s12);
      const x2 = v128.load(line2);
      s20 = madd(x2, g, s20);
      s21 = madd(x2, previous, s21);
      s22 = madd(x2, last, s22);
      last = previous;
      previous = g;
    }
    s01 = madd(v128.load(line0), previous, s01);
    s11 = madd(v128.load(line1), previous, s11);
    s21 = madd(v128.load(line2), previous, s21);
    s02 = madd(v128.load(line0), last, s02);
    s12 = madd(v128.load(line1), last, s12);
    s22 = madd(v128.load(line2), last, s22);
    line0 += pixel;
    line1 += pixel;
    line2 += pixel;
  } else {
    for (; dy < end; dy += pixel, line0 += pixel, line1 += pixel, line2 += pixel) {
      const g = v128.load(dy);
      const x0 = v128.load(line0);
      s00 = madd(x0, g, s00);
      s02 = madd(x0, previous, s02);
      const x1 = v128.load(line1);
      s10 = madd(x1, g, s10);
      s12 = madd(x1, previous, s12);
      const x2 = v128.load(line2);
      s20 = madd(x2, g, s20);
      s22 = madd(x2, previous, s22);
      line0 += pixel;
      line1 += pixel;
      line2 += pixel;
      s01 = madd(v128.load(line0), g, s01);
      s11 = madd(v128.load(line1), g, s11);
      s21 = madd(v128.load(line2), g, s21);
      previous = g;
    }
  }
  s02 = madd(v128.load(line0), previous, s02);
  s12 = madd(v128.load(line1), previous, s12);
  s22 = madd(v128.load(line2), previous, s22);
  addTo(sums, s00);
  addTo(sums + pixel, s01);
  addTo(sums + pixel * 2, s02);
  addTo(sums + pixel * 3, s10);
  addTo(sums + pixel * 4, s11);
  addTo(sums + pixel * 5, s12);
  addTo(sums + pixel * 6, s20);
  addTo(sums + pixel * 7, s21);
  addTo(sums + pixel * 8, s22);
}

/** `correlate3x3` for one line of `tapsWide` taps, five of them at a time. */
export function correlateLine(
  sums: usize,
  dy: usize,
  pixels: i32,
  from: usize,
  fromPixel: usize,
  tapsWide: i32,
  pixel: usize,
): void {
  const end = dy + <usize>pixels * pixel;
  let u = 0;
  for (; u + 5 <= tapsWide; u += 5, from += pixel * 5, sums += pixel * 5) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    for (let g = dy, x = from; g < end; g += pixel, x += fromPixel) {
      const gradient = v128.load(g);
      s0 = madd(v128.load(x), gradient, s0);
      s1 = madd(v128.load(x + pixel), gradient, s1);
      s2 = madd(v128.load(x + pixel * 2), gradient, s2);
      s3 = madd(v128.load(x + pixel * 3), gradient, s3);
      s4 = madd(v128.load(x + pixel * 4), gradient, s4);
    }
    addTo(sums, s0);
    addTo(sums + pixel, s1);
    addTo(sums + pixel * 2, s2);
    addTo(sums + pixel * 3, s3);
    addTo(sums + pixel * 4, s4);
  }
  for (; u < tapsWide; u++, from += pixel, sums += pixel) {
    let sum = f32x4.splat(0);
    for (let g = dy, x = from; g < end; g += pixel, x += fromPixel) {
      sum = madd(v128.load(x), v128.load(g), sum);
    }
    addTo(sums, sum);
  }
}

/** `correlateLine` for one channel. */
export function correlateOne(
  sums: usize,
  dy: usize,
  pixels: i32,
  from: usize,
  fromPixel: usize,
  tapsWide: i32,
  pixel: usize,
): void {
  const end = dy + <usize>pixels * pixel;
  for (let u = 0; u < tapsWide; u++, from += pixel, sums += pixel) {
    let sum: f32 = 0;
    for (let g = dy, x = from; g < end; g += pixel, x += fromPixel) {
      sum += load<f32>(x) * load<f32>(g);
    }
    store<f32>(sums, load<f32>(sums) + sum);
  }
}
