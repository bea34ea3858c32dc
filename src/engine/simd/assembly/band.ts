/**
 * @file Bands: some lines of an image, quantized, with the padding written out as zeros.
 *
 * Convolutions read their input through a band, so that it is quantized once, in cache, and no
 * inner loop knows about borders.
 */
import { floats } from './vec';
import { copySpans } from './grid';

/** A band should stay in the second-level cache. */
const BAND_BYTES: i32 = 128 * 1024;

/** Output lines whose input band fits, given `stride` and `filter` lines, at most `lines`. */
export function linesOfBand(lines: i32, stride: i32, filter: i32, lineBytes: i32): i32 {
  const inputLines = BAND_BYTES / max(1, lineBytes);
  return max(1, min(lines, (inputLines - filter) / stride + 1));
}

/** Bytes that no band of lines of up to `lineBytes` needs more than. */
export function bandBytes(filter: i32, lineBytes: i32): usize {
  return <usize>BAND_BYTES + <usize>(filter + 1) * <usize>lineBytes;
}

/** Clear floats. */
function zeros(to: usize, count: i32): void {
  if (count > 0) memory.fill(to, 0, floats(count));
}

/**
 * Lines `top` … `top + lines` of an image, columns `left` … `left + columns`, zeros where it does not
 * reach.
 * @param image  [height, width, channels]
 * @param period of the grid; 0 copies
 */
export function fillBand(
  to: usize,
  image: usize,
  top: i32,
  lines: i32,
  height: i32,
  width: i32,
  channels: i32,
  left: i32,
  columns: i32,
  grid: usize,
  period: i32,
): void {
  const line = columns * channels;
  const lineBytes = floats(line);
  const firstColumn = max(0, left);
  const lastColumn = min(width, left + columns);
  const above = firstColumn < lastColumn ? min(lines, max(0, -top)) : lines;
  const inside = max(0, min(lines, height - top) - above);
  zeros(to, above * line);
  zeros(to + <usize>(above + inside) * lineBytes, (lines - above - inside) * line);
  if (inside === 0) return;
  const before = (firstColumn - left) * channels;
  const middle = (lastColumn - firstColumn) * channels;
  const after = line - before - middle;
  const first = to + <usize>above * lineBytes;
  for (let i = 0; i < inside; i++) {
    const start = first + <usize>i * lineBytes;
    zeros(start, before);
    zeros(start + floats(before + middle), after);
  }
  copySpans(
    first + floats(before),
    lineBytes,
    image + floats(((top + above) * width + firstColumn) * channels),
    floats(width * channels),
    inside,
    middle,
    grid,
    period,
  );
}
