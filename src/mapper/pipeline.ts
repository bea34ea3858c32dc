/**
 * @file The paper's "pipeline": which layers form a chunk, and how many columns each chunk gets.
 *
 * The pace is set by the slowest chunk, so the cut minimizes the largest work per column. Work is
 * first the MACs of a layer, later the cycles times columns that its mapping really took.
 */
import { SpecError } from '../util/errors.ts';

/** One stage of a pipeline. */
export interface ChunkCut {
  /** Layers from this index up to the next chunk's. */
  readonly first: number;
  readonly end: number;
  readonly columns: number;
}

/**
 * Cut layers into `chunks` runs and share out `columns` so that the slowest is as fast as can be.
 *
 * Exact, by dynamic programming over (layers done, chunks used, columns used).
 *
 * @param work by layer, in column-cycles
 * @throws SpecError for more chunks than layers or columns
 */
export function cutPipeline(work: readonly number[], chunks: number, columns: number): ChunkCut[] {
  if (chunks > work.length || chunks > columns)
    throw new SpecError(
      `pipeline: expected at most ${String(Math.min(work.length, columns))} chunks for ${String(work.length)} layers on ${String(columns)} columns, got ${String(chunks)}`,
    );
  const sums = [0];
  for (const value of work) sums.push((sums[sums.length - 1] ?? 0) + value);
  const layers = work.length;
  const index = (used: number, done: number, spent: number): number =>
    (used * (layers + 1) + done) * (columns + 1) + spent;
  const pace = new Float64Array((chunks + 1) * (layers + 1) * (columns + 1)).fill(Infinity);
  const from = new Int32Array(pace.length);
  const share = new Int32Array(pace.length);
  for (let spent = 0; spent <= columns; spent++) pace[index(0, 0, spent)] = 0;
  for (let used = 1; used <= chunks; used++)
    for (let end = used; end <= layers; end++)
      for (let spent = used; spent <= columns; spent++)
        for (let first = used - 1; first < end; first++) {
          const own = (sums[end] ?? 0) - (sums[first] ?? 0);
          const slowestWith = (c: number): number =>
            Math.max(pace[index(used - 1, first, spent - c)] as number, own / c);
          const c = bestShare(spent - used + 1, slowestWith, (share) => own / share);
          const slowest = slowestWith(c);
          const at = index(used, end, spent);
          if (slowest >= (pace[at] as number)) continue;
          pace[at] = slowest;
          from[at] = first;
          share[at] = c;
        }
  const cuts: ChunkCut[] = [];
  let end = layers;
  let spent = columns;
  for (let used = chunks; used > 0; used--) {
    const at = index(used, end, spent);
    const [first, c] = [from[at] as number, share[at] as number];
    cuts.unshift({ first, end, columns: c });
    end = first;
    spent -= c;
  }
  return cuts;
}

/**
 * The share of columns, 1 to `most`, with which the slower of a chunk and those before it is fastest.
 *
 * The chunk gets faster with every column, those before it slower: the best is where they cross.
 *
 * @param slowestWith the pace of both; @param ownWith the chunk's alone
 */
function bestShare(
  most: number,
  slowestWith: (share: number) => number,
  ownWith: (share: number) => number,
): number {
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slowestWith(middle) > ownWith(middle)) high = middle;
    else low = middle + 1;
  }
  return low > 1 && slowestWith(low - 1) <= slowestWith(low) ? low - 1 : low;
}
