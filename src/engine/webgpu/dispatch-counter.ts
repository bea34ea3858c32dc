/** @file Counting dispatches, our kernels' and stock ones', for the bench. */
import type { WebGpuBackend } from './backend.ts';
import { webGpuBackend } from './device.ts';
import { dispatchCount } from './dispatch.ts';

export interface DispatchCount {
  /** By the lab's own kernels. */
  readonly own: number;
  /** By kernels that come with tfjs. */
  readonly stock: number;
}

/** Run `work` on the current backend and count its dispatches. */
export async function countDispatches(work: () => unknown): Promise<DispatchCount> {
  const backend: { runWebGPUProgram: WebGpuBackend['runWebGPUProgram'] } = webGpuBackend();
  const original = backend.runWebGPUProgram;
  const before = dispatchCount();
  let stock = 0;
  backend.runWebGPUProgram = function (this: unknown, ...args: never[]): unknown {
    stock += 1;
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    backend.runWebGPUProgram = original;
  }
  return { own: dispatchCount() - before, stock };
}
