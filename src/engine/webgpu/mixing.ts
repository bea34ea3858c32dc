/** @file Weighted sums of branches and channel shuffles. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { extent, makeTensor, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, THREADS, groupReduction } from './columns.ts';
import { dispatch } from './dispatch.ts';
import { dispatchElements } from './elementwise.ts';

/** Branches of one dispatch: every device binds 8 storage buffers. */
const BRANCHES_AT_ONCE = 6;

/** Values per workgroup of a sum over a tensor, and the most workgroups. */
const GROUP_VALUES = 8192;
const MAX_GROUPS = 128;

function named(branches: readonly TensorInfo[]): Record<string, TensorInfo> {
  return Object.fromEntries(branches.map((x, i) => [`x${i}`, x]));
}

/** Indices of branches, in chunks that one dispatch can bind. */
function chunksOf<T>(items: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / BRANCHES_AT_ONCE) }, (_, i) =>
    items.slice(i * BRANCHES_AT_ONCE, (i + 1) * BRANCHES_AT_ONCE),
  );
}

export function mix(
  backend: WebGpuBackend,
  branches: readonly TensorInfo[],
  weights: readonly number[],
): TensorInfo {
  const y = makeTensor(backend, branches[0]?.shape ?? []);
  chunksOf(branches).forEach((chunk, index) => {
    const terms = chunk.map((_, i) => `u.w${i} * x${i}[i]`).join(' + ');
    dispatchElements(backend, {
      name: 'mix',
      variant: `${chunk.length}${index > 0 ? ' more' : ''}`,
      reads: named(chunk),
      writes: { y },
      size: sizeOf(y.shape),
      varying: Object.fromEntries(
        chunk.map((_, i) => [`w${i}`, weights[index * BRANCHES_AT_ONCE + i] ?? NaN]),
      ),
      element: `y[i] = ${index > 0 ? 'y[i] + ' : ''}${terms};`,
    });
  });
  return y;
}

export function mixBack(
  backend: WebGpuBackend,
  dy: TensorInfo,
  branches: readonly TensorInfo[],
): TensorInfo {
  const size = sizeOf(dy.shape);
  const groups = Math.min(MAX_GROUPS, Math.ceil(size / GROUP_VALUES));
  const parts = makeTensor(backend, [branches.length, groups]);
  chunksOf(branches).forEach((chunk, index) => {
    const each = (line: (i: number) => string): string => chunk.map((_, i) => line(i)).join('\n');
    dispatch(backend, {
      name: 'mixBackParts',
      variant: String(chunk.length),
      reads: { dy, ...named(chunk) },
      writes: { parts },
      uniforms: { u32: { size, first: index * BRANCHES_AT_ONCE } },
      workgroupSize: [THREADS, 1, 1],
      workgroups: [groups, 1, 1],
      declarations: () => SCRATCH + groupReduction('sumGroup', 'a + b'),
      main: () => `
        ${each((i) => `var sum${i} = 0.0;`)}
        for (var i = group.x * ${THREADS}u + lane; i < u.size; i += ${THREADS}u * groups.x) {
          ${each((i) => `sum${i} += dy[i] * x${i}[i];`)}
        }
        ${each((i) => `let all${i} = sumGroup(sum${i}, lane);`)}
        if (lane == 0u) {
          ${each((i) => `parts[(u.first + ${i}u) * groups.x + group.x] = all${i};`)}
        }`,
    });
  });
  const sums = makeTensor(backend, [branches.length]);
  dispatchElements(backend, {
    name: 'mixBack',
    reads: { parts },
    writes: { sums },
    size: branches.length,
    u32: { groups },
    element: `
      var sum = 0.0;
      for (var g = 0u; g < u.groups; g++) { sum += parts[i * u.groups + g]; }
      sums[i] = sum;`,
  });
  backend.disposeData(parts.dataId);
  return sums;
}

export function shuffle(backend: WebGpuBackend, x: TensorInfo, groups: number): TensorInfo {
  const channels = extent(x, -1);
  const y = makeTensor(backend, x.shape);
  dispatchElements(backend, {
    name: 'shuffle',
    reads: { x },
    writes: { y },
    size: sizeOf(x.shape),
    u32: { channels, groups },
    element: `
      let c = i % u.channels;
      y[i] = x[i - c + (c % u.groups) * (u.channels / u.groups) + c / u.groups];`,
  });
  return y;
}
