/** @file One step of the speed net as stock tfjs would compute it: its own ops, composed. */
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { generateProcedural } from '../src/data/procedural.ts';
import { countKernels } from '../src/engine/kernel-counter.ts';
import { registerStockKernels } from '../src/engine/stock/register.ts';
import { namedModel } from '../src/spec/models.ts';
import { Replica } from '../src/train/replica.ts';
import { planStep } from '../src/train/schedule.ts';
import { runStep } from '../src/train/step.ts';
import type { TrainingSpec } from '../src/spec/recipe.ts';
import type { Row } from './row.ts';

/**
 * @param seconds a step that would take longer is measured on fewer images, and its time scaled; the
 *                row says so
 */
export async function measureStock(
  backend: 'cpu' | 'wasm',
  training: TrainingSpec,
  bitWidths: readonly number[],
  seconds: number,
): Promise<Row> {
  registerStockKernels(backend);
  if (!(await setBackend(backend))) return { skipped: `tfjs could not start ${backend} here` };
  const step = async (batchSize: number): Promise<{ ms: number; calls: number }> => {
    const spec = { ...training, batchSize };
    const dataset = generateProcedural({ seed: 1, trainCount: batchSize, testCount: 10 });
    const replica = new Replica({
      model: namedModel('speed-net'),
      training: spec,
      bitWidths,
      ownBits: bitWidths,
      seed: 1,
      dataset,
      arrays: null,
    });
    const begin = performance.now();
    const { own, stock } = await countKernels(() =>
      runStep(replica, planStep(spec, bitWidths, 1, 0), null),
    );
    await replica.takeTerms();
    const ms = performance.now() - begin;
    replica.dispose();
    return { ms, calls: own + stock };
  };
  const small = await step(4);
  const full = training.batchSize;
  const isScaled = (small.ms * full) / 4 > seconds * 1000;
  const { ms, calls } = isScaled ? small : await step(full);
  const msPerStep = isScaled ? (ms * full) / 4 : ms;
  return {
    imagesPerSecond: Number(((full * 1000) / msPerStep).toFixed(2)),
    msPerStep: Number(msPerStep.toFixed(0)),
    kernelCallsPerStep: calls,
    detail: isScaled
      ? `a step of 4 images took ${ms.toFixed(0)} ms; times ${full / 4}`
      : 'one step',
  };
}
