/** @file Kernel cases of weighted sums of branches and channel shuffles. */
import { KERNELS } from '../engine/kernels.ts';
import type { NdArray } from '../engine/reference/nd-array.ts';
import { Rng } from '../util/rng.ts';
import { normals } from './draws.ts';
import type { KernelCase } from './kernel-cases.ts';

function branches(shape: readonly number[], count: number): Record<string, NdArray> {
  const rng = new Rng(36).fork(shape.join());
  return Object.fromEntries(
    // A mean well off 0, so that an inner product is not all cancellation.
    Array.from({ length: count }, (_, i) => [`x${i}`, normals(rng, shape, 0.5)]),
  );
}

export function mixingCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const [shape, count] of [
    [[1], 1],
    [[7], 2],
    [[3, 5, 5, 6], 9],
    [[2, 33, 33, 10], 7],
  ] as const) {
    const name = `of ${count} branches [${shape.join()}]`;
    cases.push(
      {
        name: `mix ${name}`,
        kernel: KERNELS.mix,
        inputs: () => branches(shape, count),
        attrs: { weights: Array.from({ length: count }, (_, i) => 0.3 * i - 0.4) },
      },
      {
        name: `mixBack ${name}`,
        kernel: KERNELS.mixBack,
        inputs: () => ({ dy: normals(new Rng(37), shape, 0.5), ...branches(shape, count) }),
        attrs: { count },
      },
    );
  }
  for (const [shape, groups] of [
    [[3, 4], 1],
    [[2, 3, 3, 12], 2],
    [[2, 3, 3, 12], 6],
    [[4, 9, 5, 70], 2],
    [[2, 30], 3],
  ] as const) {
    cases.push({
      name: `shuffle of [${shape.join()}] in ${groups} groups`,
      kernel: KERNELS.shuffle,
      inputs: () => ({ x: normals(new Rng(38), shape) }),
      attrs: { groups },
    });
  }
  return cases;
}
