/**
 * One step of cascade distillation, `simd` against the reference in float64 sums.
 *
 * Without rounding they agree to float32. With it they cannot, in a deep net: a value that lies
 * within the last bit of a rounding tie goes up on one backend and down on the other, which moves
 * activations by as much as the quantization itself does, and a ReLU's mask wherever the value was
 * near 0. The loss then differs by a share of the quantization noise, the gradient by the square
 * root of the share of masks that flipped. So a shallow net, where no value happens to lie so near,
 * is held to the tight bound, and the deep one by its loss.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { ModelName } from '../spec/models.ts';
import { cdtStep, stepDistance } from '../testing/cdt-step.ts';
import { registerSimdInNode } from '../testing/simd.ts';

async function distance(model: ModelName, bits: readonly number[], batch: number) {
  await setBackend('cpu');
  const expected = await cdtStep(model, bits, batch);
  await setBackend('simd');
  return stepDistance(await cdtStep(model, bits, batch), expected);
}

describe('a CDT step on simd', () => {
  beforeAll(() => {
    registerReferenceKernels();
    registerSimdInNode();
  });

  test('is that of the reference at 32 bits, on the speed net', async () => {
    const { terms, gradients } = await distance('speed-net', [32], 2);
    expect(terms).toBeLessThan(1e-5);
    expect(gradients).toBeLessThan(1e-5);
  });

  test('is that of the reference at 32, 8, 4 and 2 bits, on a shallow net', async () => {
    const { terms, gradients } = await distance('tiny', [32, 8, 4, 2], 4);
    expect(terms).toBeLessThan(1e-4);
    expect(gradients).toBeLessThan(1e-3);
  });

  test('has the loss of the reference at 8 and 4 bits, on a deep net', async () => {
    const { terms } = await distance('quick', [32, 8, 4], 2);
    expect(terms).toBeLessThan(2e-2);
  });
});
