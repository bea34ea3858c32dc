/** @file Steps timed one by one, then counted: what every measurement of training has in common. */
import { memory } from '@tensorflow/tfjs-core';
import { countKernels } from '../src/engine/kernel-counter.ts';

const WARM_UP_STEPS = 2;

export interface TimedSteps {
  readonly msPerStep: number[];
  readonly kernelCallsPerStep: number;
  /** WebGPU's; null on the other backends. */
  readonly dispatchesPerStep: number | null;
  /** What the backend says it holds, in MB. */
  readonly peakMemoryMb: number;
}

/**
 * @param one     a step that resolves when its results are read back: on a GPU it is over only then
 * @param steps   timed, after two that warm up
 * @param backend name of the one in use
 */
export async function timedSteps(
  one: () => Promise<void>,
  steps: number,
  backend: string,
): Promise<TimedSteps> {
  for (let i = 0; i < WARM_UP_STEPS; i++) await one();
  const msPerStep: number[] = [];
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    await one();
    msPerStep.push(performance.now() - begin);
  }
  const kernels = await countKernels(one);
  let dispatchesPerStep: number | null = null;
  if (backend === 'webgpu') {
    const { countDispatches } = await import('../src/engine/webgpu/dispatch-counter.ts');
    const { own, stock } = await countDispatches(one);
    dispatchesPerStep = own + stock;
  }
  const info = memory() as unknown as Readonly<Record<string, unknown>>;
  const bytes = info['heapBytes'] ?? info['numBytesInGPU'] ?? info['numBytes'];
  return {
    msPerStep,
    kernelCallsPerStep: kernels.own + kernels.stock,
    dispatchesPerStep,
    peakMemoryMb: Number(bytes) / 2 ** 20,
  };
}
