/** @file Counting dispatches, our kernels' and stock ones', for the bench. */
import type { WebGpuBackend } from './backend.ts';
import { webGpuBackend } from './device.ts';
import { onDispatch } from './dispatch.ts';

export interface DispatchCount {
  /** By the lab's own kernels. */
  readonly own: number;
  /** By kernels that come with tfjs. */
  readonly stock: number;
  /** Of our own: by program. */
  readonly byProgram: ReadonlyMap<string, number>;
}

/** Run `work` on the current backend and count its dispatches, or those it would make. */
export async function countDispatches(work: () => unknown): Promise<DispatchCount> {
  const backend: { runWebGPUProgram: WebGpuBackend['runWebGPUProgram'] } = webGpuBackend();
  const original = backend.runWebGPUProgram;
  const byProgram = new Map<string, number>();
  let own = 0;
  let stock = 0;
  const stopListening = onDispatch((name) => {
    own += 1;
    byProgram.set(name, (byProgram.get(name) ?? 0) + 1);
  });
  backend.runWebGPUProgram = function (this: unknown, ...args: never[]): unknown {
    stock += 1;
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    backend.runWebGPUProgram = original;
    stopListening();
  }
  return { own, stock, byProgram };
}
