/**
 * @file Gradient of a convolution to its input: for each phase of the stride (phase.ts) a convolution
 * with stride 1 of the output's gradient.
 */
import { aligned, floats } from './vec';
import { bandBytes, fillBand, linesOfBand } from './band';
import { multiply, packTransposed, packedBytes } from './gemm';
import { packedFilterBytes } from './conv';
import { phaseSize, phaseTap, phaseTaps, phaseTop } from './phase';

/** Bytes of scratch of `convBackInput`: the most that a phase can need. */
export function convBackInputScratch(
  height: i32,
  width: i32,
  channels: i32,
  columns: i32,
  filterHeight: i32,
  filterWidth: i32,
  stride: i32,
  groups: i32,
): usize {
  const taps = (filterHeight + stride - 1) / stride;
  const tapsWide = (filterWidth + stride - 1) / stride;
  const phaseHeight = (height + stride - 1) / stride;
  const phaseWidth = (width + stride - 1) / stride;
  const line = (phaseWidth + tapsWide) * columns;
  return (
    aligned(packedFilterBytes(taps * tapsWide, columns, channels, groups)) +
    aligned(floats(phaseHeight * phaseWidth * 2)) +
    bandBytes(taps, line << 2)
  );
}

/** LabConvBackInput. Parameters as `conv`. */
export function convBackInput(
  dy: usize,
  w: usize,
  dx: usize,
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
  scratch: usize,
): void {
  const groupChannels = channels / groups;
  const groupColumns = columns / groups;
  const whole = groups === 1;
  for (let phase = 0; phase < stride * stride; phase++) {
    const i = phase / stride;
    const j = phase % stride;
    const phaseHeight = phaseSize(height, i, stride);
    const phaseWidth = phaseSize(width, j, stride);
    if (phaseHeight === 0 || phaseWidth === 0) continue;
    const taps = phaseTaps(filterHeight, i, padHeight, stride);
    const tapsWide = phaseTaps(filterWidth, j, padWidth, stride);
    const top = phaseTop(filterHeight, i, padHeight, stride);
    const left = phaseTop(filterWidth, j, padWidth, stride);

    const depth = taps * tapsWide * groupColumns;
    const groupPacked = packedBytes(depth, groupChannels);
    for (let g = 0; g < groups; g++) {
      for (let t = 0; t < taps; t++) {
        const s = phaseTap(t, filterHeight, i, padHeight, stride);
        for (let u = 0; u < tapsWide; u++) {
          const r = phaseTap(u, filterWidth, j, padWidth, stride);
          packTransposed(
            scratch + <usize>g * groupPacked,
            (t * tapsWide + u) * groupColumns,
            depth,
            w + floats((s * filterWidth + r) * groupChannels * columns + g * groupColumns),
            groupColumns,
            groupChannels,
            columns,
          );
        }
      }
    }

    const bandColumns = max(1, phaseWidth + tapsWide - 1);
    const line = bandColumns * columns;
    const lines = linesOfBand(phaseHeight, 1, taps, line << 2);
    const aOffsets = aligned(scratch + <usize>groups * groupPacked);
    const cOffsets = aOffsets + floats(lines * phaseWidth);
    const band = aligned(cOffsets + floats(lines * phaseWidth));
    for (let i = 0; i < lines; i++) {
      for (let j = 0; j < phaseWidth; j++) {
        const at = floats(i * phaseWidth + j);
        store<u32>(aOffsets + at, (<u32>(i * line + j * columns)) << 2);
        store<u32>(cOffsets + at, (<u32>((i * width + j) * stride * channels)) << 2);
      }
    }
    for (let n = 0; n < batch; n++) {
      const image = dy + floats(n * outHeight * outWidth * columns);
      for (let q = 0; q < phaseHeight; q += lines) {
        const count = min(lines, phaseHeight - q);
        fillBand(
          band,
          image,
          top + q,
          count + taps - 1,
          outHeight,
          outWidth,
          columns,
          left,
          bandColumns,
          0,
          0,
        );
        const pixel = (n * height + q * stride + i) * width + j;
        for (let g = 0; g < groups; g++) {
          multiply(
            count * phaseWidth,
            band + floats(g * groupColumns),
            aOffsets,
            dx + floats(pixel * channels + g * groupChannels),
            cOffsets,
            whole ? tapsWide * columns : groupColumns,
            whole ? 1 : tapsWide,
            floats(columns),
            taps,
            floats(line),
            scratch + <usize>g * groupPacked,
            groupChannels,
          );
        }
      }
    }
  }
}
