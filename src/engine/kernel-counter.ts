/** @file Counting kernel calls of tfjs, for the bench. */
import { engine } from '@tensorflow/tfjs-core';

/** Names of the lab's own kernels begin so. */
const OWN_PREFIX = 'Lab';

export interface KernelCount {
  /** Calls of the lab's kernels. */
  readonly own: number;
  /** Calls of kernels that come with tfjs, those inside of a composition too. */
  readonly stock: number;
  readonly byName: ReadonlyMap<string, number>;
}

/** Run `work` and count the kernels it calls on the current backend. */
export async function countKernels(work: () => unknown): Promise<KernelCount> {
  const target = engine() as unknown as { runKernel: (...args: unknown[]) => unknown };
  const original = target.runKernel;
  const byName = new Map<string, number>();
  target.runKernel = function (this: unknown, ...args: unknown[]): unknown {
    const name = String(args[0]);
    byName.set(name, (byName.get(name) ?? 0) + 1);
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    target.runKernel = original;
  }
  const total = (isOwn: boolean): number =>
    [...byName].reduce(
      (sum, [name, calls]) => (name.startsWith(OWN_PREFIX) === isOwn ? sum + calls : sum),
      0,
    );
  return { own: total(true), stock: total(false), byName };
}
