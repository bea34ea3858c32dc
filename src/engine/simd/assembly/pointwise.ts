/**
 * @file 1×1 convolution with stride 1 and its gradients: plain products of rows, block by block.
 *
 * A block of rows is quantized into scratch and multiplied while it is in cache, so the quantized
 * activation is never written to memory.
 */
import { SLACK, aligned, floats } from './vec';
import { copyRows, gridBytes, gridPeriod, writeGrid } from './grid';
import {
  addOuterProducts,
  clearOuterSums,
  multiply,
  outerSumsSize,
  pack,
  packTransposed,
  packedBytes,
  storeOuterSums,
  writeOffsets,
} from './gemm';

/** Rows of both sides of a block of a 1×1 convolution: a small part of the second-level cache. */
const BLOCK_FLOATS: i32 = 12 * 1024;
const MIN_BLOCK: i32 = 32;
const MAX_BLOCK: i32 = 1024;
function blockRows(rows: i32, rowFloats: i32): i32 {
  return min(rows, max(MIN_BLOCK, min(MAX_BLOCK, (BLOCK_FLOATS / rowFloats) & ~3)));
}

/** Bytes of scratch of the three 1×1 kernels. */
export function pointwiseScratch(rows: i32, depth: i32, columns: i32, ranges: i32): usize {
  const block = blockRows(rows, depth + columns);
  const right = max(packedBytes(depth, columns), floats(outerSumsSize(depth, columns)));
  return (
    aligned(gridBytes(ranges)) +
    aligned(floats(block * 2)) +
    aligned(floats(block * depth) + SLACK) +
    right
  );
}

/** c [rows, columns] = a [rows, depth], quantized unless `period` is 0, times a packed side. */
function multiplyRows(
  a: usize,
  c: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  packed: usize,
  grid: usize,
  period: i32,
  scratch: usize,
): void {
  const block = blockRows(rows, depth + columns);
  const aOffsets = scratch;
  const cOffsets = aOffsets + floats(block);
  const quantized = aligned(cOffsets + floats(block));
  writeOffsets(aOffsets, block, depth);
  writeOffsets(cOffsets, block, columns);
  for (let row = 0; row < rows; row += block) {
    const count = min(block, rows - row);
    let left = a + floats(row * depth);
    if (period !== 0) {
      copyRows(quantized, left, count, depth, grid, period);
      left = quantized;
    }
    const result = c + floats(row * columns);
    multiply(count, left, aOffsets, result, cOffsets, depth, 1, 0, 1, 0, packed, columns);
  }
}

/** LabConv, 1×1 with stride 1. @param x [rows, depth] @param w [depth, columns] */
export function pointwise(
  x: usize,
  w: usize,
  y: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  const period = steps === 0 ? 0 : gridPeriod(ranges);
  const packed = aligned(scratch + gridBytes(ranges));
  if (period !== 0) writeGrid(scratch, range, ranges, steps);
  pack(packed, w, depth, columns, columns);
  const rest = aligned(packed + packedBytes(depth, columns));
  multiplyRows(x, y, rows, depth, columns, packed, scratch, period, rest);
}

/** LabConvBackInput, 1×1 with stride 1. @param dy [rows, columns] @param w [depth, columns] */
export function pointwiseBackInput(
  dy: usize,
  w: usize,
  dx: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  scratch: usize,
): void {
  packTransposed(scratch, 0, columns, w, columns, depth, columns);
  const rest = aligned(scratch + packedBytes(columns, depth));
  multiplyRows(dy, dx, rows, columns, depth, scratch, 0, 0, rest);
}

/** LabConvBackFilter, 1×1 with stride 1. */
export function pointwiseBackFilter(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  range: usize,
  ranges: i32,
  steps: i32,
  scratch: usize,
): void {
  const period = steps === 0 ? 0 : gridPeriod(ranges);
  if (period !== 0) writeGrid(scratch, range, ranges, steps);
  const sums = aligned(scratch + gridBytes(ranges));
  const quantized = aligned(sums + floats(outerSumsSize(depth, columns)));
  const block = blockRows(rows, depth + columns);
  const xRow = floats(depth);
  const dyRow = floats(columns);
  clearOuterSums(sums, depth, columns);
  for (let row = 0; row < rows; row += block) {
    const count = min(block, rows - row);
    let left = x + floats(row * depth);
    if (period !== 0) {
      copyRows(quantized, left, count, depth, scratch, period);
      left = quantized;
    }
    const right = dy + floats(row * columns);
    addOuterProducts(1, count, left, 0, xRow, right, dyRow, depth, columns, sums);
  }
  storeOuterSums(dw, sums, depth, columns, columns);
}
