/**
 * @file Depthwise convolution and its gradients: one filter per channel, vectors over channels.
 *
 * Lines of the input are quantized into a band just before the first strip of output that needs
 * them, so they are read back from cache.
 *
 * `scratch` must hold the bytes that the function of the same name with `Scratch` tells.
 */
import { FLOAT, SLACK, VECTOR, aligned, fill, floats } from './vec';
import { gridBytes, gridPeriod, writeGrid } from './grid';
import { fillBand } from './band';
import { phaseSize, phaseTap, phaseTaps, phaseTop, phasesSpan, phasesTop } from './phase';
import {
  correlate3x3,
  correlateLine,
  correlateOne,
  filter3x3,
  filterAny,
  filterOne,
  linesOfStrip,
  packTap,
  packedTapsBytes,
} from './strip';

/**
 * All channels of a strip; parameters as `filter3x3`.
 * @param packed filter as `packTap` makes it, then the taps of each channel beyond whole vectors
 */
function filterStrip(
  to: usize,
  toLine: usize,
  toPixel: usize,
  lines: i32,
  pixels: i32,
  from: usize,
  fromStep: usize,
  fromLine: usize,
  fromPixel: usize,
  channels: i32,
  packed: usize,
  taps: i32,
  tapsWide: i32,
): void {
  const pixel = floats(channels);
  const whole = floats(channels & ~3);
  const filterBytes = <usize>(taps * tapsWide) * VECTOR;
  for (let c: usize = 0; c < whole; c += VECTOR, packed += filterBytes) {
    if (taps === 3 && tapsWide === 3 && fromPixel <= pixel * 2) {
      filter3x3(
        to + c,
        toLine,
        toPixel,
        lines,
        pixels,
        from + c,
        fromStep,
        fromLine,
        fromPixel,
        pixel,
        packed,
      );
    } else {
      filterAny(
        to + c,
        toLine,
        toPixel,
        lines,
        pixels,
        from + c,
        fromStep,
        fromLine,
        fromPixel,
        pixel,
        packed,
        taps,
        tapsWide,
      );
    }
  }
  for (let c = whole; c < pixel; c += FLOAT, packed += floats(taps * tapsWide)) {
    filterOne(
      to + c,
      toLine,
      toPixel,
      lines,
      pixels,
      from + c,
      fromStep,
      fromLine,
      fromPixel,
      pixel,
      packed,
      taps,
      tapsWide,
    );
  }
}

/** Pack tap `tap` of `taps`, `[channels]` at `w`, for `filterStrip`. */
function packTapOfAll(to: usize, tap: i32, taps: i32, w: usize, channels: i32): void {
  packTap(to, tap, taps, w, channels);
  let rest = to + packedTapsBytes(taps, channels) + floats(tap);
  for (let c = channels & ~3; c < channels; c++, rest += floats(taps)) {
    store<f32>(rest, load<f32>(w + floats(c)));
  }
}

/** Lines to fill so that those before `needed` are there: fours, which are read side by side. */
function linesToFill(filled: i32, needed: i32, bandLines: i32): i32 {
  return min(bandLines - filled, (needed - filled + 3) & ~3);
}

/** Bytes of scratch of `depthwise` and `depthwiseBackFilter`: grid, filter or sums, image. */
export function depthwiseScratch(
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  ranges: i32,
): usize {
  const columns = (outWidth - 1) * stride + filterWidth;
  const lines = (outHeight - 1) * stride + filterHeight;
  return (
    aligned(gridBytes(ranges)) +
    aligned(floats(filterHeight * filterWidth * channels)) +
    floats(lines * columns * channels) +
    SLACK
  );
}

/**
 * LabDepthwise.
 * @param x [batch, height, width, channels]
 * @param w [filterHeight, filterWidth, channels, 1]
 * @param y [batch, outHeight, outWidth, channels]
 */
export function depthwise(
  x: usize,
  w: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  padHeight: i32,
  padWidth: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  const period = steps === 0 ? 0 : gridPeriod(ranges);
  if (period !== 0) writeGrid(scratch, range, ranges, steps);
  const taps = filterHeight * filterWidth;
  const packed = aligned(scratch + gridBytes(ranges));
  for (let tap = 0; tap < taps; tap++) {
    packTapOfAll(packed, tap, taps, w + floats(tap * channels), channels);
  }
  const band = aligned(packed + floats(taps * channels));
  const columns = (outWidth - 1) * stride + filterWidth;
  const bandLines = (outHeight - 1) * stride + filterHeight;
  const line = floats(columns * channels);
  const strip = linesOfStrip(outHeight, stride, filterHeight, <i32>line);
  for (let n = 0; n < batch; n++) {
    const image = x + floats(n * height * width * channels);
    let filled = 0;
    for (let q = 0; q < outHeight; q += strip) {
      const lines = min(strip, outHeight - q);
      if (filled < (q + lines - 1) * stride + filterHeight) {
        const count = linesToFill(filled, (q + lines - 1) * stride + filterHeight, bandLines);
        fillBand(
          band + <usize>filled * line,
          image,
          filled - padHeight,
          count,
          height,
          width,
          channels,
          -padWidth,
          columns,
          scratch,
          period,
        );
        filled += count;
      }
      filterStrip(
        y + floats((n * outHeight + q) * outWidth * channels),
        floats(outWidth * channels),
        floats(channels),
        lines,
        outWidth,
        band + <usize>(q * stride) * line,
        <usize>stride * line,
        line,
        floats(stride * channels),
        channels,
        packed,
        filterHeight,
        filterWidth,
      );
    }
  }
}

/** Bytes of scratch of `depthwiseBackInput`: a filter of every phase and the gradient's image. */
export function depthwiseBackInputScratch(
  height: i32,
  width: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  stride: i32,
  padHeight: i32,
  padWidth: i32,
): usize {
  const lines = phasesSpan(height, filterHeight, padHeight, stride);
  const columns = phasesSpan(width, filterWidth, padWidth, stride);
  return (
    aligned(floats(filterHeight * filterWidth * channels)) +
    floats(lines * columns * channels) +
    SLACK
  );
}

/** LabDepthwiseBackInput. Parameters as `depthwise`. */
export function depthwiseBackInput(
  dy: usize,
  w: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  padHeight: i32,
  padWidth: i32,
  scratch: usize,
): void {
  // The filters of all phases, one after the other; together they are the filter once.
  let packed = scratch;
  for (let i = 0; i < stride; i++) {
    const taps = phaseTaps(filterHeight, i, padHeight, stride);
    for (let j = 0; j < stride; j++) {
      const tapsWide = phaseTaps(filterWidth, j, padWidth, stride);
      for (let t = 0; t < taps; t++) {
        const s = phaseTap(t, filterHeight, i, padHeight, stride);
        for (let u = 0; u < tapsWide; u++) {
          const r = phaseTap(u, filterWidth, j, padWidth, stride);
          const from = w + floats((s * filterWidth + r) * channels);
          packTapOfAll(packed, t * tapsWide + u, taps * tapsWide, from, channels);
        }
      }
      packed += floats(taps * tapsWide * channels);
    }
  }

  const band = aligned(scratch + floats(filterHeight * filterWidth * channels));
  const top = phasesTop(filterHeight, padHeight, stride);
  const left = phasesTop(filterWidth, padWidth, stride);
  const bandLines = phasesSpan(height, filterHeight, padHeight, stride);
  const columns = phasesSpan(width, filterWidth, padWidth, stride);
  const pixel = floats(channels);
  const line = <usize>columns * pixel;
  for (let n = 0; n < batch; n++) {
    const image = dy + floats(n * outHeight * outWidth * channels);
    fillBand(band, image, top, bandLines, outHeight, outWidth, channels, left, columns, 0, 0);
    packed = scratch;
    for (let i = 0; i < stride; i++) {
      const taps = phaseTaps(filterHeight, i, padHeight, stride);
      const phaseLines = phaseSize(height, i, stride);
      const strip = linesOfStrip(phaseLines, 1, taps, <i32>line);
      const firstLine = phaseTop(filterHeight, i, padHeight, stride) - top;
      for (let j = 0; j < stride; j++) {
        const tapsWide = phaseTaps(filterWidth, j, padWidth, stride);
        const firstColumn = phaseTop(filterWidth, j, padWidth, stride) - left;
        for (let q = 0; q < phaseLines; q += strip) {
          const to = (n * height + q * stride + i) * width + j;
          filterStrip(
            dx + <usize>to * pixel,
            <usize>(stride * width) * pixel,
            <usize>stride * pixel,
            min(strip, phaseLines - q),
            phaseSize(width, j, stride),
            band + <usize>(firstLine + q) * line + <usize>firstColumn * pixel,
            line,
            line,
            pixel,
            channels,
            packed,
            taps,
            tapsWide,
          );
        }
        packed += floats(taps * tapsWide * channels);
      }
    }
  }
}

/** One line of output's part in the gradient of all taps and channels; parameters as `filter3x3`. */
function correlateLines(
  sums: usize,
  dy: usize,
  pixels: i32,
  from: usize,
  fromLine: usize,
  fromPixel: usize,
  channels: i32,
  taps: i32,
  tapsWide: i32,
): void {
  const pixel = floats(channels);
  const whole = floats(channels & ~3);
  let c: usize = 0;
  if (taps === 3 && tapsWide === 3 && fromPixel <= pixel * 2) {
    for (; c < whole; c += VECTOR) {
      correlate3x3(sums + c, dy + c, pixels, from + c, fromLine, fromPixel, pixel);
    }
  }
  for (; c < pixel; c += c < whole ? VECTOR : FLOAT) {
    let to = sums + c;
    let source = from + c;
    for (let t = 0; t < taps; t++, source += fromLine, to += <usize>tapsWide * pixel) {
      if (c < whole) correlateLine(to, dy + c, pixels, source, fromPixel, tapsWide, pixel);
      else correlateOne(to, dy + c, pixels, source, fromPixel, tapsWide, pixel);
    }
  }
}

/** LabDepthwiseBackFilter. Parameters as `depthwise`. */
export function depthwiseBackFilter(
  x: usize,
  dy: usize,
  dw: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  padHeight: i32,
  padWidth: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  const period = steps === 0 ? 0 : gridPeriod(ranges);
  if (period !== 0) writeGrid(scratch, range, ranges, steps);
  const size = filterHeight * filterWidth * channels;
  const sums = aligned(scratch + gridBytes(ranges));
  const band = aligned(sums + floats(size));
  const columns = (outWidth - 1) * stride + filterWidth;
  const bandLines = (outHeight - 1) * stride + filterHeight;
  const line = floats(columns * channels);
  fill(dw, 0, size);
  for (let n = 0; n < batch; n++) {
    const image = x + floats(n * height * width * channels);
    let filled = 0;
    fill(sums, 0, size);
    for (let q = 0; q < outHeight; q++) {
      if (filled < q * stride + filterHeight) {
        const count = linesToFill(filled, q * stride + filterHeight, bandLines);
        fillBand(
          band + <usize>filled * line,
          image,
          filled - padHeight,
          count,
          height,
          width,
          channels,
          -padWidth,
          columns,
          scratch,
          period,
        );
        filled += count;
      }
      correlateLines(
        sums,
        dy + floats((n * outHeight + q) * outWidth * channels),
        outWidth,
        band + <usize>(q * stride) * line,
        line,
        floats(stride * channels),
        channels,
        filterHeight,
        filterWidth,
      );
    }
    for (let i = 0; i < size; i++) {
      store<f32>(dw + floats(i), load<f32>(dw + floats(i)) + load<f32>(sums + floats(i)));
    }
  }
}
