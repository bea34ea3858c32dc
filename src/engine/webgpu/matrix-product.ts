/**
 * @file Tiled matrix product whose operands are read through functions, so that a convolution and
 * both of its gradients are products without any intermediate matrix.
 *
 * A workgroup makes a tile of the result, 4 × 4 values a thread, from tiles of both operands in
 * workgroup memory, 16 deep. Neighbouring threads read neighbouring values: which index of an
 * operand is the contiguous one in memory is said by the caller. The depth may be split over
 * workgroups; each split then writes a result of its own, for the caller to sum.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';
import { dispatch, spread } from './dispatch.ts';
import { FLAT_GROUP } from './wgsl.ts';

/** Values a thread makes along each side. */
const PER_THREAD = 4;
const TILE_DEPTH = 16;
/** Fewer workgroups than this leave a GPU idle: take smaller tiles. */
const FEW_WORKGROUPS = 128;

export interface Product {
  readonly name: string;
  readonly variant: string;
  readonly reads: Readonly<Record<string, TensorInfo>>;
  readonly writes: Readonly<Record<string, TensorInfo>>;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Independent products, e.g. groups of a convolution; `batch` in WGSL. */
  readonly batches: number;
  /** Parts of the depth that different workgroups take; `split` in WGSL. */
  readonly splits: number;
  readonly u32: Readonly<Record<string, number>>;
  readonly leftContiguous: 'row' | 'depth';
  readonly rightContiguous: 'column' | 'depth';
  /**
   * WGSL functions, called for indices inside the matrices only:
   * `rowOf(row: u32) -> vec4<i32>` and `depthOf(k: u32) -> vec4<i32>` prepare an index once,
   * `left(row: vec4<i32>, k: vec4<i32>) -> f32`, `right(k: vec4<i32>, column: u32) -> f32`,
   * `store(row: u32, column: u32, value: f32)`. `batch` and `split` are private u32 variables.
   */
  readonly functions: string;
}

interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** Tile with little padding, wide where it can be: a wide tile reads the left operand less often. */
export function tileOf(rows: number, columns: number, batches: number): Tile {
  const widths = [
    { width: 64, cost: 1 },
    { width: 32, cost: 1.1 },
    { width: 16, cost: 1.35 },
  ].map(({ width, cost }) => ({ width, cost: cost * Math.ceil(columns / width) * width }));
  const best = widths.reduce((a, b) => (b.cost < a.cost ? b : a));
  const workgroups = Math.ceil(rows / 64) * Math.ceil(columns / best.width) * batches;
  return { rows: workgroups < FEW_WORKGROUPS ? 32 : 64, columns: best.width };
}

function times(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

/** WGSL that prepares the indices which a thread keeps over all depths. */
function prepareLeft({ leftContiguous }: Product, tile: Tile, threads: number): string {
  if (leftContiguous === 'row') {
    return `
      let leftRow = lane % ${tile.rows}u;
      let leftInside = firstRow + leftRow < u.rows;
      let leftIndex = rowOf(min(firstRow + leftRow, u.rows - 1u));`;
  }
  const perThread = (tile.rows * TILE_DEPTH) / threads;
  return `
    var leftIndex: array<vec4<i32>, ${perThread}>;
    for (var i = 0u; i < ${perThread}u; i++) {
      let row = firstRow + lane / ${TILE_DEPTH}u + i * ${threads / TILE_DEPTH}u;
      leftIndex[i] = rowOf(min(row, u.rows - 1u));
    }`;
}

/**
 * WGSL that fills the left tile: at [k][row], rows padded against bank conflicts.
 *
 * Loops, not unrolled code: compilers unroll what is worth it, and a software adapter would take
 * seconds to compile the rest.
 */
function loadLeft({ leftContiguous }: Product, tile: Tile, threads: number): string {
  const stride = tile.rows + 1;
  const perThread = (tile.rows * TILE_DEPTH) / threads;
  if (leftContiguous === 'row') {
    return `
      for (var i = 0u; i < ${perThread}u; i++) {
        let k = lane / ${tile.rows}u + i * ${threads / tile.rows}u;
        var value = 0.0;
        if (leftInside && start + k < end) { value = left(leftIndex, depthOf(start + k)); }
        leftTile[k * ${stride}u + leftRow] = value;
      }`;
  }
  return `
    let leftDepth = lane % ${TILE_DEPTH}u;
    let leftDepthIndex = depthOf(min(start + leftDepth, u.depth - 1u));
    for (var i = 0u; i < ${perThread}u; i++) {
      let row = lane / ${TILE_DEPTH}u + i * ${threads / TILE_DEPTH}u;
      var value = 0.0;
      if (start + leftDepth < end && firstRow + row < u.rows) {
        value = left(leftIndex[i], leftDepthIndex);
      }
      leftTile[leftDepth * ${stride}u + row] = value;
    }`;
}

/** WGSL that fills the right tile: at [k][column]. */
function loadRight({ rightContiguous }: Product, tile: Tile, threads: number): string {
  const stride = tile.columns + 1;
  const perThread = (tile.columns * TILE_DEPTH) / threads;
  if (rightContiguous === 'column') {
    return `
      let rightColumn = lane % ${tile.columns}u;
      for (var i = 0u; i < ${perThread}u; i++) {
        let k = lane / ${tile.columns}u + i * ${threads / tile.columns}u;
        var value = 0.0;
        if (start + k < end && firstColumn + rightColumn < u.columns) {
          value = right(depthOf(start + k), firstColumn + rightColumn);
        }
        rightTile[k * ${stride}u + rightColumn] = value;
      }`;
  }
  return `
    let rightDepth = lane % ${TILE_DEPTH}u;
    let rightDepthIndex = depthOf(min(start + rightDepth, u.depth - 1u));
    for (var i = 0u; i < ${perThread}u; i++) {
      let column = lane / ${TILE_DEPTH}u + i * ${threads / TILE_DEPTH}u;
      var value = 0.0;
      if (start + rightDepth < end && firstColumn + column < u.columns) {
        value = right(rightDepthIndex, firstColumn + column);
      }
      rightTile[rightDepth * ${stride}u + column] = value;
    }`;
}

function declarationsOf(product: Product, tile: Tile): string {
  return `
    var<private> batch: u32;
    var<private> split: u32;
    var<workgroup> leftTile: array<f32, ${TILE_DEPTH * (tile.rows + 1)}>;
    var<workgroup> rightTile: array<f32, ${TILE_DEPTH * (tile.columns + 1)}>;
    ${product.functions}`;
}

function mainOf(product: Product, tile: Tile): string {
  const across = tile.columns / PER_THREAD;
  const down = tile.rows / PER_THREAD;
  const threads = across * down;
  return `
    ${FLAT_GROUP}
    let columnTile = group.z % u.columnTiles;
    let part = group.z / u.columnTiles % u.splits;
    split = part;
    batch = group.z / u.columnTiles / u.splits;
    let firstRow = flatGroup * ${tile.rows}u;
    let firstColumn = columnTile * ${tile.columns}u;
    // Not the private variable: a barrier needs bounds that are plainly the same for all threads.
    let begin = part * u.splitDepth;
    let end = min(begin + u.splitDepth, u.depth);
    let tx = lane % ${across}u;
    let ty = lane / ${across}u;
    ${prepareLeft(product, tile, threads)}
    ${times(PER_THREAD, (i) => `var sum${i} = vec4<f32>();`)}
    for (var start = begin; start < end; start += ${TILE_DEPTH}u) {
      ${loadLeft(product, tile, threads)}
      ${loadRight(product, tile, threads)}
      workgroupBarrier();
      for (var k = 0u; k < ${TILE_DEPTH}u; k++) {
        let at = k * ${tile.columns + 1}u + tx;
        let across = vec4<f32>(${Array.from(
          { length: PER_THREAD },
          (_, j) => `rightTile[at + ${j * across}u]`,
        ).join(', ')});
        ${times(
          PER_THREAD,
          (i) => `sum${i} += leftTile[k * ${tile.rows + 1}u + ty + ${i * down}u] * across;`,
        )}
      }
      workgroupBarrier();
    }
    ${times(PER_THREAD, (i) =>
      times(
        PER_THREAD,
        (j) => `{
          let row = firstRow + ty + ${i * down}u;
          let column = firstColumn + tx + ${j * across}u;
          if (row < u.rows && column < u.columns) { store(row, column, sum${i}[${j}]); }
        }`,
      ),
    )}`;
}

/** Run the product. */
export function dispatchProduct(backend: WebGpuBackend, product: Product): void {
  const { name, variant, reads, writes, rows, columns, depth, batches, splits, u32 } = product;
  const tile = tileOf(rows, columns, batches * splits);
  const columnTiles = Math.ceil(columns / tile.columns);
  const splitDepth = Math.ceil(depth / splits / TILE_DEPTH) * TILE_DEPTH;
  const [x, y] = spread(Math.ceil(rows / tile.rows));
  dispatch(backend, {
    name,
    variant: `${variant} ${tile.rows}×${tile.columns}`,
    reads,
    writes,
    uniforms: { u32: { rows, columns, depth, columnTiles, splits, splitDepth, ...u32 } },
    workgroupSize: [(tile.rows * tile.columns) / PER_THREAD ** 2, 1, 1],
    workgroups: [x, y, columnTiles * splits * batches],
    declarations: () => declarationsOf(product, tile),
    main: () => mainOf(product, tile),
  });
}
