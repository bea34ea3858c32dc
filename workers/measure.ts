/** @file How fast a training step is here: the trainer's own path on random images, timed. */
import { memory } from '@tensorflow/tfjs-core';
import { generateProcedural } from '../src/data/procedural.ts';
import { startBackend } from '../src/engine/backend.ts';
import { countKernels } from '../src/engine/kernel-counter.ts';
import type { MeasureSpec, TrainMeasure } from '../src/rpc/train-api.ts';
import { planStep } from '../src/train/schedule.ts';
import { buildTeam } from './train-team.ts';

const WARM_UP_STEPS = 2;
const BATCHES = 2;

export async function measureTraining(spec: MeasureSpec): Promise<TrainMeasure> {
  const backend = await startBackend(spec.backend);
  const { model, training, bitWidths, steps } = spec;
  const dataset = generateProcedural({
    seed: 1,
    trainCount: training.batchSize * BATCHES,
    testCount: model.classes,
    width: model.input.width,
    height: model.input.height,
    classCount: model.classes,
  });
  const { team, dispose } = await buildTeam(
    { model, training, bitWidths, seed: 1, dataset },
    null,
    backend.name,
    `instantnet-lab:measure:${crypto.randomUUID()}`,
    () => undefined,
    spec.workers,
  );
  try {
    let step = 0;
    const one = async (): Promise<void> => {
      await team.step(planStep(training, bitWidths, BATCHES, step++));
      await team.takeTerms(); // read back: on a GPU the step is over only then
    };
    for (let i = 0; i < WARM_UP_STEPS; i++) await one();
    const msPerStep: number[] = [];
    for (let i = 0; i < steps; i++) {
      const begin = performance.now();
      await one();
      msPerStep.push(performance.now() - begin);
    }
    const kernels = await countKernels(one);
    let dispatchesPerStep: number | null = null;
    if (backend.name === 'webgpu') {
      const { countDispatches } = await import('../src/engine/webgpu/dispatch-counter.ts');
      const { own, stock } = await countDispatches(one);
      dispatchesPerStep = own + stock;
    }
    return {
      backend: { ...backend, workers: team.size },
      msPerStep,
      kernelCallsPerStep: kernels.own + kernels.stock,
      dispatchesPerStep,
      peakMemoryMb: memoryMb(),
    };
  } finally {
    dispose();
  }
}

/** Bytes that the backend says it holds, in MB. */
function memoryMb(): number {
  const info = memory() as unknown as Readonly<Record<string, unknown>>;
  const bytes = info['heapBytes'] ?? info['numBytesInGPU'] ?? info['numBytes'];
  return Number(bytes) / 2 ** 20;
}
