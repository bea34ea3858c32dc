/**
 * @file Compiling pipelines ahead, so that the first step does not freeze for all of them.
 *
 * The work is run once without any dispatch, which only collects the pipelines it needs; they
 * compile in parallel. Its results hold nothing, and kernels that work in place change nothing.
 */
import { env } from '@tensorflow/tfjs-core';
import { webGpuBackend } from './device.ts';

/** Run `work` without any dispatch: pipelines are collected, values stay as they are. */
export async function withoutDispatching(work: () => void | Promise<void>): Promise<void> {
  env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    await work();
  } finally {
    env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
  }
}

/**
 * Compile every pipeline that `work` uses.
 * @param work       e.g. one training step; must not read a tensor's values, wait for anything but
 *                   microtasks (other work would be skipped meanwhile), and disposes its own
 * @param onProgress pipelines done, of how many
 */
export async function compileAhead(
  work: () => void | Promise<void>,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  const backend = webGpuBackend();
  await withoutDispatching(work);
  const pending = Object.values(backend.pipelineCache).filter((p) => p instanceof Promise);
  let done = 0;
  onProgress(0, pending.length);
  await Promise.all(
    pending.map(async (pipeline) => {
      await pipeline;
      done += 1;
      onProgress(done, pending.length);
    }),
  );
  await backend.checkCompileCompletionAsync();
}
