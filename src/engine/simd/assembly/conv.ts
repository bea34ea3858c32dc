/**
 * @file Convolution for any filter, stride, padding and number of groups: bands of quantized input
 * times the packed filter.
 *
 * `scratch` must hold the bytes that the function of the same name with `Scratch` tells.
 */
import { SLACK, aligned, floats } from './vec';
import { gridBytes, gridPeriod, writeGrid } from './grid';
import { fillBand, linesOfBand } from './band';
import { multiply, pack, packedBytes, writeOffsets } from './gemm';

/** Bytes of a packed filter, all groups. */
export function packedFilterBytes(taps: i32, channels: i32, columns: i32, groups: i32): usize {
  return <usize>groups * packedBytes((taps * channels) / groups, columns / groups);
}

/** Bytes of scratch of `conv`. */
export function convScratch(
  channels: i32,
  columns: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  groups: i32,
  ranges: i32,
): usize {
  const line = ((outWidth - 1) * stride + filterWidth) * channels;
  const lines = linesOfBand(outHeight, stride, filterHeight, line << 2);
  return (
    aligned(gridBytes(ranges)) +
    aligned(packedFilterBytes(filterHeight * filterWidth, channels, columns, groups)) +
    aligned(floats(lines * outWidth * 2)) +
    floats(((lines - 1) * stride + filterHeight) * line) +
    SLACK
  );
}

/**
 * LabConv.
 * @param x [batch, height, width, channels]
 * @param w [filterHeight, filterWidth, channels / groups, columns]
 * @param y [batch, outHeight, outWidth, columns]
 */
export function conv(
  x: usize,
  w: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  columns: i32,
  filterHeight: i32,
  filterWidth: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  padHeight: i32,
  padWidth: i32,
  groups: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  const period = steps === 0 ? 0 : gridPeriod(ranges);
  if (period !== 0) writeGrid(scratch, range, ranges, steps);
  const groupChannels = channels / groups;
  const groupColumns = columns / groups;
  const depth = filterHeight * filterWidth * groupChannels;

  const packed = aligned(scratch + gridBytes(ranges));
  const groupPacked = packedBytes(depth, groupColumns);
  for (let g = 0; g < groups; g++) {
    const from = w + floats(g * groupColumns);
    pack(packed + <usize>g * groupPacked, from, depth, groupColumns, columns);
  }

  const bandColumns = (outWidth - 1) * stride + filterWidth;
  const line = bandColumns * channels;
  const lines = linesOfBand(outHeight, stride, filterHeight, line << 2);
  const aOffsets = aligned(packed + <usize>groups * groupPacked);
  const cOffsets = aOffsets + floats(lines * outWidth);
  const band = aligned(cOffsets + floats(lines * outWidth));
  writeOffsets(cOffsets, lines * outWidth, columns);
  for (let q = 0; q < lines; q++) {
    for (let p = 0; p < outWidth; p++) {
      const offset = <u32>(q * stride * line + p * stride * channels);
      store<u32>(aOffsets + floats(q * outWidth + p), offset << 2);
    }
  }

  const whole = groups === 1;
  const inner = whole ? filterWidth * channels : groupChannels;
  const middle = whole ? 1 : filterWidth;
  for (let n = 0; n < batch; n++) {
    const image = x + floats(n * height * width * channels);
    for (let q = 0; q < outHeight; q += lines) {
      const count = min(lines, outHeight - q);
      const top = q * stride - padHeight;
      const bandLines = (count - 1) * stride + filterHeight;
      fillBand(
        band,
        image,
        top,
        bandLines,
        height,
        width,
        channels,
        -padWidth,
        bandColumns,
        scratch,
        period,
      );
      const result = y + floats((n * outHeight + q) * outWidth * columns);
      for (let g = 0; g < groups; g++) {
        multiply(
          count * outWidth,
          band + floats(g * groupChannels),
          aOffsets,
          result + floats(g * groupColumns),
          cOffsets,
          inner,
          middle,
          floats(channels),
          filterHeight,
          floats(line),
          packed + <usize>g * groupPacked,
          groupColumns,
        );
      }
    }
  }
}
