/** @file Gradient of a convolution to its filter: outer products of input bands and output gradient. */
import { SLACK, aligned, floats } from './vec';
import { gridBytes, gridPeriod, writeGrid } from './grid';
import { fillBand, linesOfBand } from './band';
import { addOuterProducts, clearOuterSums, outerSumsSize, storeOuterSums } from './gemm';

/** Bytes of scratch of `convBackFilter`. */
export function convBackFilterScratch(
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
  const sums =
    groups === 1
      ? filterHeight * outerSumsSize(filterWidth * channels, columns)
      : filterHeight * filterWidth * groups * outerSumsSize(channels / groups, columns / groups);
  return (
    aligned(gridBytes(ranges)) +
    aligned(floats(sums)) +
    floats(((lines - 1) * stride + filterHeight) * line) +
    SLACK
  );
}

/** LabConvBackFilter. Parameters as `conv`. */
export function convBackFilter(
  x: usize,
  dy: usize,
  dw: usize,
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
  // Parts of the filter whose inputs are neighbours: a line of taps, or one tap of one group.
  const whole = groups === 1;
  const partColumns = columns / groups;
  const partHeight = whole ? filterWidth * channels : channels / groups;
  const partsOfLine = whole ? 1 : filterWidth;
  const parts = filterHeight * partsOfLine * groups;
  const partSums = floats(outerSumsSize(partHeight, partColumns));
  const sums = aligned(scratch + gridBytes(ranges));
  clearOuterSums(sums, parts * ((partHeight + 3) & ~3), partColumns);

  const bandColumns = (outWidth - 1) * stride + filterWidth;
  const line = bandColumns * channels;
  const lines = linesOfBand(outHeight, stride, filterHeight, line << 2);
  const band = aligned(sums + <usize>parts * partSums);
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
      const gradient = dy + floats((n * outHeight + q) * outWidth * columns);
      let at = sums;
      for (let s = 0; s < filterHeight; s++) {
        for (let r = 0; r < partsOfLine; r++) {
          for (let g = 0; g < groups; g++, at += partSums) {
            addOuterProducts(
              count,
              outWidth,
              band + floats(s * line + r * channels + g * (channels / groups)),
              floats(stride * line),
              floats(stride * channels),
              gradient + floats(g * partColumns),
              floats(columns),
              partHeight,
              partColumns,
              at,
            );
          }
        }
      }
    }
  }
  let at = sums;
  for (let part = 0; part < filterHeight * partsOfLine; part++) {
    for (let g = 0; g < groups; g++, at += partSums) {
      const to = dw + floats(part * partHeight * columns + g * partColumns);
      storeOuterSums(to, at, partHeight, partColumns, columns);
    }
  }
}
