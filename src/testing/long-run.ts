/** @file What a training run holds early and at its end, on the current backend. */
import { backend as currentBackend, memory } from '@tensorflow/tfjs-core';
import { speckRun } from './speck.ts';
import { teamOf } from './team.ts';
import { planStep } from '../train/schedule.ts';

/** After so many steps pools and caches are filled. */
const SETTLED_STEPS = 10;
/** As a recipe has them at most: 4,000 steps, and none of them is an end. */
const MOST_EPOCHS = 1000;
/** Steps between reads of the loss, as a run's log has them. */
const STEPS_PER_READ = 10;

export interface Holding {
  readonly tensors: number;
  readonly dataBuffers: number;
  /** GPU buffers in use; 0 where there is no GPU. */
  readonly gpuBuffers: number;
  readonly bytes: number;
}

interface Held {
  readonly bufferManager?: { getNumUsedBuffers(): number; readonly numBytesAllocated: number };
}

function holding(): Holding {
  const info = memory() as unknown as Readonly<Record<string, number | undefined>>;
  const { bufferManager } = currentBackend() as unknown as Held;
  return {
    tensors: info['numTensors'] ?? NaN,
    dataBuffers: info['numDataBuffers'] ?? NaN,
    gpuBuffers: bufferManager?.getNumUsedBuffers() ?? 0,
    bytes: bufferManager?.numBytesAllocated ?? info['heapBytes'] ?? info['numBytes'] ?? NaN,
  };
}

/** Train `steps` steps of a tiny net. @returns what was held after the first few, and at the end */
export async function longRun(steps: number): Promise<{ early: Holding; late: Holding }> {
  const run = speckRun(MOST_EPOCHS);
  const { team, lead, dispose } = teamOf(run, 1, null);
  const { training, bitWidths } = run.recipe;
  let early: Holding | null = null;
  const pretrained = training.pretrainEpochs * team.stepsPerEpoch;
  for (let i = 0; i < SETTLED_STEPS + steps; i++) {
    await team.step(planStep(training, bitWidths, team.stepsPerEpoch, pretrained + i));
    if ((i + 1) % STEPS_PER_READ === 0) await lead.takeTerms();
    if (i + 1 === SETTLED_STEPS) early = holding();
  }
  await lead.takeTerms();
  const late = holding();
  dispose();
  if (early === null) throw new Error('internal: the run never settled');
  return { early, late };
}
