/**
 * @file Matrix products: a register tile of 4 rows × 8 columns, fed from a packed right side.
 *
 * The left side is never packed. A row of it is read where it lies, as `outer × middle` runs of
 * `inner` neighbouring floats: one run for a matrix, S runs of R·C floats for the pixels under a
 * filter in a padded image (so no im2col copy), S × R runs of C / G floats with groups. The rows'
 * places come from tables of byte offsets, as do the result's.
 *
 * The right side is packed into panels of 8 columns, `[depth][8]` each, padded with zeros.
 * Twelve registers of sixteen are in use; larger tiles spill.
 */
import { FLOAT, VECTOR, fill, floats, madd } from './vec';

/** Columns of a panel. */
export const PANEL: i32 = 8;
/** Bytes of a row of a panel. */
export const PANEL_ROW: usize = 32;

/** Bytes of a packed right side. */
export function packedBytes(depth: i32, columns: i32): usize {
  return <usize>((columns + PANEL - 1) / PANEL) * <usize>depth * PANEL_ROW;
}

/**
 * Pack `[depth, columns]` of a row-major matrix.
 * @param from   first value
 * @param stride floats from row to row
 */
export function pack(to: usize, from: usize, depth: i32, columns: i32, stride: i32): void {
  const rowBytes = floats(stride);
  for (let column = 0; column < columns; column += PANEL) {
    const width = min(PANEL, columns - column);
    let row = from + floats(column);
    for (let i = 0; i < depth; i++, row += rowBytes, to += PANEL_ROW) {
      if (width === PANEL) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      } else {
        for (let j = 0; j < PANEL; j++) {
          const at = floats(j);
          store<f32>(to + at, j < width ? load<f32>(row + at) : 0);
        }
      }
    }
  }
}

/**
 * Pack the transpose of `[columns, depth]` of a row-major matrix into rows `first` … of a packed
 * side of `totalDepth` rows.
 * @param stride floats from row to row of the source
 */
export function packTransposed(
  to: usize,
  first: i32,
  totalDepth: i32,
  from: usize,
  depth: i32,
  columns: i32,
  stride: i32,
): void {
  const rowBytes = floats(stride);
  for (let column = 0; column < columns; column += PANEL) {
    const width = min(PANEL, columns - column);
    const panel = to + (<usize>(column / PANEL) * <usize>totalDepth + <usize>first) * PANEL_ROW;
    const source = from + <usize>column * rowBytes;
    for (let j = 0; j < PANEL; j++) {
      let target = panel + floats(j);
      let at = source + <usize>j * rowBytes;
      for (let i = 0; i < depth; i++, target += PANEL_ROW, at += FLOAT) {
        store<f32>(target, j < width ? load<f32>(at) : 0);
      }
    }
  }
}

/** The first `width` of 8 lanes. */
function storePart(to: usize, left: v128, right: v128, width: i32): void {
  let lanes = left;
  if (width >= 4) {
    v128.store(to, left);
    to += VECTOR;
    width -= 4;
    lanes = right;
  }
  if (width > 0) v128.store_lane<f32>(to, lanes, 0);
  if (width > 1) v128.store_lane<f32>(to, lanes, 1, 4);
  if (width > 2) v128.store_lane<f32>(to, lanes, 2, 8);
}

/** @inline */
function storeRow(to: usize, left: v128, right: v128, width: i32): void {
  if (width === PANEL) {
    v128.store(to, left);
    v128.store(to, right, 16);
  } else {
    storePart(to, left, right, width);
  }
}

/** One panel of columns for all rows. @param width columns of it that are stored */
function multiplyPanel(
  rows: i32,
  a: usize,
  aOffsets: usize,
  c: usize,
  cOffsets: usize,
  inner: i32,
  middle: i32,
  middleJump: usize,
  outer: i32,
  outerJump: usize,
  panel: usize,
  width: i32,
): void {
  const run = floats(inner);
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const at = (<usize>row) << 2;
    const a0 = a + <usize>load<u32>(aOffsets + at);
    const a1 = a + <usize>load<u32>(aOffsets + at, 4);
    const a2 = a + <usize>load<u32>(aOffsets + at, 8);
    const a3 = a + <usize>load<u32>(aOffsets + at, 12);
    let s00 = f32x4.splat(0);
    let s01 = f32x4.splat(0);
    let s10 = f32x4.splat(0);
    let s11 = f32x4.splat(0);
    let s20 = f32x4.splat(0);
    let s21 = f32x4.splat(0);
    let s30 = f32x4.splat(0);
    let s31 = f32x4.splat(0);
    let b = panel;
    for (let o = 0; o < outer; o++) {
      for (let m = 0; m < middle; m++) {
        const jump = <usize>o * outerJump + <usize>m * middleJump;
        let p0 = a0 + jump;
        let p1 = a1 + jump;
        let p2 = a2 + jump;
        let p3 = a3 + jump;
        const end = p0 + run;
        for (; p0 < end; p0 += FLOAT, p1 += FLOAT, p2 += FLOAT, p3 += FLOAT, b += PANEL_ROW) {
          const left = v128.load(b);
          const right = v128.load(b, 16);
          const x0 = v128.load_splat<f32>(p0);
          s00 = madd(x0, left, s00);
          s01 = madd(x0, right, s01);
          const x1 = v128.load_splat<f32>(p1);
          s10 = madd(x1, left, s10);
          s11 = madd(x1, right, s11);
          const x2 = v128.load_splat<f32>(p2);
          s20 = madd(x2, left, s20);
          s21 = madd(x2, right, s21);
          const x3 = v128.load_splat<f32>(p3);
          s30 = madd(x3, left, s30);
          s31 = madd(x3, right, s31);
        }
      }
    }
    storeRow(c + <usize>load<u32>(cOffsets + at), s00, s01, width);
    storeRow(c + <usize>load<u32>(cOffsets + at, 4), s10, s11, width);
    storeRow(c + <usize>load<u32>(cOffsets + at, 8), s20, s21, width);
    storeRow(c + <usize>load<u32>(cOffsets + at, 12), s30, s31, width);
  }
  for (; row < rows; row++) {
    const at = (<usize>row) << 2;
    const a0 = a + <usize>load<u32>(aOffsets + at);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let b = panel;
    for (let o = 0; o < outer; o++) {
      for (let m = 0; m < middle; m++) {
        let p0 = a0 + <usize>o * outerJump + <usize>m * middleJump;
        const end = p0 + run;
        for (; p0 < end; p0 += FLOAT, b += PANEL_ROW) {
          const x0 = v128.load_splat<f32>(p0);
          s0 = madd(x0, v128.load(b), s0);
          s1 = madd(x0, v128.load(b, 16), s1);
        }
      }
    }
    storeRow(c + <usize>load<u32>(cOffsets + at), s0, s1, width);
  }
}

/**
 * `c[row, :] = a[row, :] · b`, all columns.
 * @param aOffsets u32 byte offset from `a` for each row; `cOffsets` from `c`
 * @param packed   right side, depth outer · middle · inner
 */
export function multiply(
  rows: i32,
  a: usize,
  aOffsets: usize,
  c: usize,
  cOffsets: usize,
  inner: i32,
  middle: i32,
  middleJump: usize,
  outer: i32,
  outerJump: usize,
  packed: usize,
  columns: i32,
): void {
  const panelBytes = <usize>(outer * middle * inner) * PANEL_ROW;
  for (let column = 0; column < columns; column += PANEL) {
    multiplyPanel(
      rows,
      a,
      aOffsets,
      c + floats(column),
      cOffsets,
      inner,
      middle,
      middleJump,
      outer,
      outerJump,
      packed,
      min(PANEL, columns - column),
    );
    packed += panelBytes;
  }
}

/** @inline */
function addTo(at: usize, v: v128): void {
  v128.store(at, f32x4.add(v128.load(at), v));
}

/** Floats of `sums` in `addOuterProducts`. */
export function outerSumsSize(height: i32, columns: i32): i32 {
  return ((height + 3) & ~3) * ((columns + PANEL - 1) & ~(PANEL - 1));
}

/**
 * `sums[i, j] += Σ over pixels of a[pixel, i] · b[pixel, j]`: the product of a transposed left side
 * and a right side, both read row by row where they lie.
 *
 * Each call adds one partial sum, so that long sums are summed in two levels.
 * Reads up to 3 floats past a row of `a` and 7 past a row of `b`; they reach padding of `sums` only.
 *
 * @param lines   lines of pixels; `length` pixels each
 * @param aLine   bytes from line to line of `a`, `aPixel` from pixel to pixel
 * @param bPixel  bytes from pixel to pixel of `b`, whose lines follow each other
 * @param height  rows of the result
 * @param sums    tiles of [4][8] floats, all of a panel of columns before those of the next
 */
export function addOuterProducts(
  lines: i32,
  length: i32,
  a: usize,
  aLine: usize,
  aPixel: usize,
  b: usize,
  bPixel: usize,
  height: i32,
  columns: i32,
  sums: usize,
): void {
  for (let column = 0; column < columns; column += PANEL) {
    for (let i = 0; i < height; i += 4, sums += 4 * PANEL_ROW) {
      let s00 = f32x4.splat(0);
      let s01 = f32x4.splat(0);
      let s10 = f32x4.splat(0);
      let s11 = f32x4.splat(0);
      let s20 = f32x4.splat(0);
      let s21 = f32x4.splat(0);
      let s30 = f32x4.splat(0);
      let s31 = f32x4.splat(0);
      let pb = b + floats(column);
      let line = a + floats(i);
      for (let l = 0; l < lines; l++, line += aLine) {
        const end = line + <usize>length * aPixel;
        for (let pa = line; pa < end; pa += aPixel, pb += bPixel) {
          const left = v128.load(pb);
          const right = v128.load(pb, 16);
          const x0 = v128.load_splat<f32>(pa);
          s00 = madd(x0, left, s00);
          s01 = madd(x0, right, s01);
          const x1 = v128.load_splat<f32>(pa, 4);
          s10 = madd(x1, left, s10);
          s11 = madd(x1, right, s11);
          const x2 = v128.load_splat<f32>(pa, 8);
          s20 = madd(x2, left, s20);
          s21 = madd(x2, right, s21);
          const x3 = v128.load_splat<f32>(pa, 12);
          s30 = madd(x3, left, s30);
          s31 = madd(x3, right, s31);
        }
      }
      addTo(sums, s00);
      addTo(sums + 16, s01);
      addTo(sums + 32, s10);
      addTo(sums + 48, s11);
      addTo(sums + 64, s20);
      addTo(sums + 80, s21);
      addTo(sums + 96, s30);
      addTo(sums + 112, s31);
    }
  }
}

/** Write the tiles of `addOuterProducts` as `[height, columns]` rows, `stride` floats apart. */
export function storeOuterSums(
  to: usize,
  sums: usize,
  height: i32,
  columns: i32,
  stride: i32,
): void {
  for (let column = 0; column < columns; column += PANEL) {
    const width = min(PANEL, columns - column);
    for (let i = 0; i < ((height + 3) & ~3); i++, sums += PANEL_ROW) {
      if (i >= height) continue;
      const at = to + floats(i * stride + column);
      storeRow(at, v128.load(sums), v128.load(sums, 16), width);
    }
  }
}

/** Byte offsets of `count` rows that lie `stride` floats apart. */
export function writeOffsets(to: usize, count: i32, stride: i32): void {
  for (let i = 0; i < count; i++) store<u32>(to + ((<usize>i) << 2), (<u32>(i * stride)) << 2);
}

/**
 * Plain product for benchmarks: c [rows, columns] = a [rows, depth] · b [depth, columns].
 * @param scratch offsets of the rows twice, then the packed right side
 */
export function matmul(
  a: usize,
  b: usize,
  c: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  scratch: usize,
): void {
  const aOffsets = scratch;
  const cOffsets = aOffsets + ((<usize>rows) << 2);
  const packed = (cOffsets + ((<usize>rows) << 2) + 63) & ~63;
  writeOffsets(aOffsets, rows, depth);
  writeOffsets(cOffsets, rows, columns);
  pack(packed, b, depth, columns, columns);
  const block = max(4, (4096 / depth) & ~3);
  for (let row = 0; row < rows; row += block) {
    const at = (<usize>row) << 2;
    const count = min(block, rows - row);
    multiply(count, a, aOffsets + at, c, cOffsets + at, depth, 1, 0, 1, 0, packed, columns);
  }
}

/** Set sums to zero before the first `addOuterProducts`. */
export function clearOuterSums(sums: usize, height: i32, columns: i32): void {
  fill(sums, 0, outerSumsSize(height, columns));
}
