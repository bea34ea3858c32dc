/** @file Counting tensors that a function leaves behind. */
import { memory } from '@tensorflow/tfjs-core';

export interface Leak {
  readonly tensors: number;
  readonly buffers: number;
}

/**
 * Run `fn`, which disposes all that it is given.
 * @returns how many tensors and data buffers are there that were not before; both 0 without a leak
 */
export async function leaked(fn: () => unknown): Promise<Leak> {
  const before = memory();
  await fn();
  const after = memory();
  return {
    tensors: after.numTensors - before.numTensors,
    buffers: after.numDataBuffers - before.numDataBuffers,
  };
}
