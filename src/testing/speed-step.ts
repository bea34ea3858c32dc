/** @file A step of cascade distillation on the speed net, as the train bench has it, for counting. */
import { generateProcedural } from '../data/procedural.ts';
import { countDispatches } from '../engine/webgpu/dispatch-counter.ts';
import type { DispatchCount } from '../engine/webgpu/dispatch-counter.ts';
import { withoutDispatching } from '../engine/webgpu/warm-up.ts';
import { namedModel } from '../spec/models.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import { Replica } from '../train/replica.ts';
import { planStep } from '../train/schedule.ts';
import { runStep } from '../train/step.ts';

const BATCH = 64;
const BIT_WIDTHS = [4, 8, 12, 16, 32];
const BATCHES = 2;

const TRAINING: TrainingSpec = {
  method: 'cdt',
  quantizer: 'sbm',
  beta: 1,
  distillOn: 'logits',
  epochs: 10,
  batchSize: BATCH,
  learningRate: 0.05,
  finalLearningRate: 0.05,
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  pretrainEpochs: 0,
  augmentation: { flip: false, padCrop: 0 },
};

/** Dispatches of a whole step on WebGPU, without making them: a software GPU takes minutes. */
export async function speedStepDispatches(): Promise<DispatchCount> {
  const model = namedModel('speed-net');
  const dataset = generateProcedural({
    seed: 1,
    trainCount: BATCH * BATCHES,
    testCount: model.classes,
    width: model.input.width,
    height: model.input.height,
    classCount: model.classes,
  });
  const replica = new Replica({
    model,
    training: TRAINING,
    bitWidths: BIT_WIDTHS,
    ownBits: BIT_WIDTHS,
    seed: 1,
    dataset,
    arrays: null,
  });
  const step = (i: number): Promise<void> =>
    runStep(replica, planStep(TRAINING, BIT_WIDTHS, BATCHES, i), null);
  const counts: DispatchCount[] = [];
  await withoutDispatching(async () => {
    await step(0); // the first also sets up sums of the loss
    counts.push(await countDispatches(() => step(1)));
  });
  replica.dispose();
  const [count] = counts;
  if (count === undefined) throw new Error('internal: nothing was counted');
  return count;
}
