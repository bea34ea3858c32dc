/**
 * @file Reductions over the rows of a matrix [rows, columns], which is what a tensor [..., C] is.
 *
 * A workgroup takes a block of columns and a chunk of rows, with several lanes per column, so that
 * neighbouring threads read neighbouring values. Lanes are combined by a tree in workgroup memory;
 * chunks, where there is more than one, by the dispatch after. Few rows are one chunk, in narrow
 * blocks of many lanes: more workgroups, and shorter loops in each.
 */

/** Threads of a workgroup. */
export const THREADS = 256;

const WIDE = { width: 16, lanes: 16 } as const;
const NARROW = { width: 4, lanes: 64 } as const;

/** A chunk has about so many rows: below, a second dispatch costs more than it saves. */
const CHUNK_ROWS = 512;
const MAX_CHUNKS = 128;

/** How the rows and columns of a matrix are dealt out to workgroups. */
export interface Blocking {
  readonly rows: number;
  readonly columns: number;
  /** Columns of a block. */
  readonly width: number;
  /** Threads per column. */
  readonly lanes: number;
  /** Column blocks. */
  readonly blocks: number;
  /** Row chunks. */
  readonly chunks: number;
  readonly chunkRows: number;
}

/** @param wholeRows up to so many rows are one chunk */
export function blockingOf(rows: number, columns: number, wholeRows = CHUNK_ROWS): Blocking {
  const isWhole = rows <= wholeRows;
  const wanted = isWhole ? 1 : Math.min(MAX_CHUNKS, Math.ceil(rows / CHUNK_ROWS));
  const chunkRows = Math.ceil(rows / wanted);
  const { width, lanes } = isWhole ? NARROW : WIDE;
  return {
    rows,
    columns,
    width,
    lanes,
    blocks: Math.ceil(columns / width),
    chunks: Math.ceil(rows / chunkRows),
    chunkRows,
  };
}

/** The parts of a program that follow from the blocking; `variant` belongs to its variant. */
export function blockedProgram({ rows, columns, chunks, chunkRows, ...block }: Blocking) {
  return {
    variant: `${block.width}×${block.lanes}`,
    u32: { rows, columns, chunks, chunkRows },
    workgroupSize: [block.width, block.lanes, 1] as const,
    workgroups: [block.blocks, chunks, 1] as const,
  };
}

/** WGSL: column `c`, whether it is `inside`, and the rows of this thread: `first` to below `end`. */
export function columnSetup({ width }: Blocking): string {
  return `
    let c = group.x * ${width}u + local.x;
    let inside = c < u.columns;
    let first = group.y * u.chunkRows + local.y;
    let end = select(0u, min((group.y + 1u) * u.chunkRows, u.rows), inside);`;
}

/** WGSL: head of a loop over this thread's rows. */
export function eachRow({ lanes }: Blocking): string {
  return `for (var row = first; row < end; row += ${lanes}u)`;
}

/** WGSL: workgroup memory of the reductions below. */
export const SCRATCH = `var<workgroup> scratch: array<f32, ${THREADS}>;`;

/**
 * WGSL function that combines a value over the lanes of each column; all threads get the result.
 * Must be called in uniform control flow. Needs `SCRATCH`.
 * @param combined WGSL of `a` and `b`
 */
export function laneReduction({ width, lanes }: Blocking, name: string, combined: string): string {
  return `
fn ${name}(value: f32, local: vec3<u32>) -> f32 {
  let at = local.y * ${width}u + local.x;
  scratch[at] = value;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half >>= 1u) {
    if (local.y < half) {
      let a = scratch[at];
      let b = scratch[at + half * ${width}u];
      scratch[at] = ${combined};
    }
    workgroupBarrier();
  }
  let result = scratch[local.x];
  workgroupBarrier();
  return result;
}`;
}

/** WGSL function that combines a value over all threads of a workgroup; likewise. */
export function groupReduction(name: string, combined: string): string {
  return `
fn ${name}(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) {
      let a = scratch[lane];
      let b = scratch[lane + half];
      scratch[lane] = ${combined};
    }
    workgroupBarrier();
  }
  let result = scratch[0];
  workgroupBarrier();
  return result;
}`;
}

/** WGSL function `sumLanes`. */
export function sumLanes(blocking: Blocking): string {
  return laneReduction(blocking, 'sumLanes', 'a + b');
}
