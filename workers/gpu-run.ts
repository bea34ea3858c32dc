/** @file What a run on a GPU needs besides: its programs compiled ahead, and a way out when it is lost. */
import { onGpuLost, prepareBackend } from '../src/engine/backend.ts';
import type { StageProgress } from '../src/rpc/progress.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import type { BackendName } from '../src/spec/run.ts';
import { rehearse } from '../src/train/rehearsal.ts';
import type { RunningTeam } from './train-team.ts';

/** Stage reports a second at most. */
const REPORT_MS = 100;

/** The news of a loss may come after the reads that it made fail. */
const LOSS_NEWS_MS = 500;

const WITHOUT_GPU: Readonly<Record<BackendName, string>> = {
  webgpu: 'WebGPU',
  simd: 'WebAssembly SIMD',
  cpu: 'plain JavaScript',
};

/** The GPU is gone, and all that was on it. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError';
}

/**
 * Compile what the run's steps need, so that none of them stalls; nothing on other backends.
 * @param firstStep where the run starts or goes on
 */
export async function compileForRun(
  { lead, team }: RunningTeam,
  recipe: Recipe,
  firstStep: number,
  report: (progress: StageProgress) => void,
): Promise<void> {
  if (team.size > 1) return; // helpers have no GPU
  let reportedAt = -Infinity;
  await prepareBackend(
    () => rehearse(lead, recipe, firstStep),
    (done, total) => {
      const now = performance.now();
      if (done < total && now - reportedAt < REPORT_MS) return;
      reportedAt = now;
      report({ stage: 'compiling GPU programs', done, total });
    },
  );
}

/** What the reader is told when the work goes on elsewhere. */
export function lossSentence(
  error: GpuLostError,
  step: number,
  backend: BackendName,
  work = 'training',
): string {
  const reason = error.message.replace(/\.$/, '');
  return `The GPU was lost (${reason}): ${work} goes on from step ${step} with ${WITHOUT_GPU[backend]}.`;
}

/**
 * Rejects with a GpuLostError when the GPU goes away meanwhile: what waits for it might wait for
 * ever.
 */
export async function untilGpuLost<T>(work: () => Promise<T>): Promise<T> {
  let lose: (error: GpuLostError) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => (lose = reject));
  const stopListening = await onGpuLost((message) => lose(new GpuLostError(message)));
  try {
    return await Promise.race([work(), lost]);
  } catch (error) {
    const noNews = new Promise<void>((resolve) => setTimeout(resolve, LOSS_NEWS_MS));
    await Promise.race([lost, noNews]);
    throw error;
  } finally {
    stopListening();
  }
}
