/**
 * @file Lowest and highest values: of a tensor, and of what another kernel is just writing.
 *
 * One dispatch where a single workgroup (or one chunk of rows) is enough, else a second one that
 * combines what the workgroups found. No atomics: the order never changes a minimum, but the
 * buffer would have to be cleared first.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../kernels.ts';
import { makeTensor, matrixOf, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import {
  SCRATCH,
  THREADS,
  blockedProgram,
  blockingOf,
  columnSetup,
  eachRow,
  groupReduction,
  laneReduction,
} from './columns.ts';
import type { Blocking } from './columns.ts';
import { dispatch } from './dispatch.ts';
import { LARGEST } from './wgsl.ts';

type Scope = Exclude<RangeScope, 'none'>;

/** Values per workgroup of a whole tensor's range, and the most workgroups. */
const GROUP_VALUES = 8192;
const MAX_GROUPS = 128;

/** WGSL: `low` and `high` to start from. */
export const RANGE_START = `
  var low = ${LARGEST};
  var high = -${LARGEST};
`;

/** WGSL declarations that `rangeTail` needs, besides `SCRATCH`. */
export function rangeDeclarations(scope: RangeScope, blocking: Blocking): string {
  if (scope === 'none') return '';
  const reduction = (name: string, combined: string): string =>
    scope === 'channel' ? laneReduction(blocking, name, combined) : groupReduction(name, combined);
  return reduction('lowest', 'min(a, b)') + reduction('highest', 'max(a, b)');
}

/**
 * WGSL that ends a column-blocked kernel: combine each thread's `low` and `high` and write them to
 * `ranges`. @see rangesShape
 */
export function rangeTail(scope: RangeScope): string {
  switch (scope) {
    case 'none':
      return '';
    case 'channel':
      return `
        let lowestHere = lowest(low, local);
        let highestHere = highest(high, local);
        if (inside && local.y == 0u) {
          ranges[group.y * u.columns + c] = lowestHere;
          ranges[(u.chunks + group.y) * u.columns + c] = highestHere;
        }`;
    case 'tensor':
      return `
        let lowestHere = lowest(low, lane);
        let highestHere = highest(high, lane);
        if (lane == 0u) {
          let at = group.y * groups.x + group.x;
          ranges[at] = lowestHere;
          ranges[groups.x * groups.y + at] = highestHere;
        }`;
    default:
      return scope satisfies never;
  }
}

/** Shape of the `ranges` that `rangeTail` writes: of one pass the range itself. */
export function rangesShape(scope: Scope, { columns, blocks, chunks }: Blocking): number[] {
  if (scope === 'channel') return chunks === 1 ? [2, columns] : [2, chunks, columns];
  return blocks * chunks === 1 ? [2] : [2, blocks * chunks];
}

/** From what `rangeTail` wrote to the range; `ranges` is disposed unless it is that already. */
export function finishRange(backend: WebGpuBackend, ranges: TensorInfo, scope: Scope): TensorInfo {
  const { shape } = ranges;
  if (shape.length === (scope === 'channel' ? 2 : 1)) return ranges;
  const finished =
    scope === 'channel' ? combineColumns(backend, ranges) : combineAll(backend, ranges);
  backend.disposeData(ranges.dataId);
  return finished;
}

/** @param parts [2, chunks, C] @returns [2, C] */
function combineColumns(backend: WebGpuBackend, parts: TensorInfo): TensorInfo {
  const [, chunks = 1, columns = 1] = parts.shape;
  return columnRange(backend, parts, blockingOf(chunks, columns, chunks), true);
}

/** @param parts [2, count] @returns [2] */
function combineAll(backend: WebGpuBackend, parts: TensorInfo): TensorInfo {
  return tensorRange(backend, parts, sizeOf(parts.shape) / 2, { fromParts: true, groups: 1 });
}

/** One pass over rows. @param fromParts x is lows, then highs */
function columnRange(
  backend: WebGpuBackend,
  x: TensorInfo,
  blocking: Blocking,
  fromParts: boolean,
): TensorInfo {
  const ranges = makeTensor(backend, rangesShape('channel', blocking));
  const { variant, u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'range',
    variant: `channel ${fromParts ? 'parts' : 'values'} ${variant}`,
    reads: { x },
    writes: { ranges },
    uniforms: { u32 },
    ...block,
    declarations: () => SCRATCH + rangeDeclarations('channel', blocking),
    main: () => `
      ${columnSetup(blocking)}
      ${RANGE_START}
      ${eachRow(blocking)} {
        let i = row * u.columns + c;
        low = min(low, x[i]);
        high = max(high, x[i${fromParts ? ' + u.rows * u.columns' : ''}]);
      }
      ${rangeTail('channel')}`,
  });
  return ranges;
}

function tensorRange(
  backend: WebGpuBackend,
  x: TensorInfo,
  size: number,
  { fromParts, groups }: { readonly fromParts: boolean; readonly groups: number },
): TensorInfo {
  const ranges = makeTensor(backend, groups === 1 ? [2] : [2, groups]);
  dispatch(backend, {
    name: 'range',
    variant: `tensor ${fromParts ? 'parts' : 'values'}`,
    reads: { x },
    writes: { ranges },
    uniforms: { u32: { size } },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [groups, 1, 1],
    declarations: () =>
      SCRATCH + groupReduction('lowest', 'min(a, b)') + groupReduction('highest', 'max(a, b)'),
    main: () => `
      ${RANGE_START}
      for (var i = id.x; i < u.size; i += ${THREADS}u * groups.x) {
        low = min(low, x[i]);
        high = max(high, x[i${fromParts ? ' + u.size' : ''}]);
      }
      ${rangeTail('tensor')}`,
  });
  return ranges;
}

export function range(backend: WebGpuBackend, x: TensorInfo, scope: Scope): TensorInfo {
  if (scope === 'channel') {
    const { rows, columns } = matrixOf(x);
    const ranges = columnRange(backend, x, blockingOf(rows, columns), false);
    return finishRange(backend, ranges, scope);
  }
  const size = sizeOf(x.shape);
  const groups = Math.min(MAX_GROUPS, Math.ceil(size / GROUP_VALUES));
  return finishRange(backend, tensorRange(backend, x, size, { fromParts: false, groups }), scope);
}
