/** @file How fast a training step is here: the trainer's own path on random images, timed. */
import { generateProcedural } from '../src/data/procedural.ts';
import { startBackend } from '../src/engine/backend.ts';
import type { MeasureSpec, TrainMeasure } from '../src/rpc/train-api.ts';
import { planStep } from '../src/train/schedule.ts';
import { timedSteps } from './timed-steps.ts';
import { buildTeam } from './train-team.ts';

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
    spec.workers,
  );
  try {
    let step = 0;
    const one = async (): Promise<void> => {
      await team.step(planStep(training, bitWidths, BATCHES, step++));
      await team.takeTerms(); // read back: on a GPU the step is over only then
    };
    const timed = await timedSteps(one, steps, backend.name);
    return { backend: { ...backend, workers: team.size }, ...timed };
  } finally {
    dispose();
  }
}
