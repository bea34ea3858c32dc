/**
 * @file Going once through all that a run does on its backend, for `prepareBackend`: it finds what
 * must be compiled, and nothing that it computes is kept.
 */
import { zeros } from '@tensorflow/tfjs-core';
import { totalEpochs } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import { EVALUATION_BATCH } from './evaluate.ts';
import type { Replica } from './replica.ts';
import { planStep } from './schedule.ts';
import type { StepPlan } from './schedule.ts';
import { runStep } from './step.ts';

/** One step of each kind that the run still has: phases train different bit-widths. */
function differentSteps(recipe: Recipe, stepsPerEpoch: number, firstStep: number): StepPlan[] {
  const { training, bitWidths } = recipe;
  const byKind = new Map<string, StepPlan>();
  const see = (step: number): void => {
    const plan = planStep(training, bitWidths, stepsPerEpoch, step);
    const kind = `${plan.bits.join()} ${plan.startsFrom}`;
    if (!byKind.has(kind)) byKind.set(kind, plan);
  };
  see(firstStep);
  // phases begin with an epoch
  const nextEpoch = Math.floor(firstStep / stepsPerEpoch) + 1;
  for (let epoch = nextEpoch; epoch < totalEpochs(recipe); epoch++) see(epoch * stepsPerEpoch);
  return [...byKind.values()];
}

/**
 * Steps of every kind, and the test images at every bit-width. Waits for nothing but microtasks.
 * @param replica   trains all bit-widths alone
 * @param firstStep where the run starts or goes on
 */
export async function rehearse(replica: Replica, recipe: Recipe, firstStep: number): Promise<void> {
  const { stepsPerEpoch } = replica.plan;
  for (const plan of differentSteps(recipe, stepsPerEpoch, firstStep)) {
    await runStep(replica, plan, null);
  }
  replica.forget();
  const { height, width, channels, test } = replica.spec.dataset;
  const sizes = new Set([Math.min(test.count, EVALUATION_BATCH), test.count % EVALUATION_BATCH]);
  for (const size of sizes) {
    if (size === 0) continue;
    const x = zeros([size, height, width, channels]);
    for (const bits of recipe.bitWidths) replica.network.infer(x, bits).dispose();
    x.dispose();
  }
}
