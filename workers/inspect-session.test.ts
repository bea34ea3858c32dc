import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { registerReferenceKernels } from '../src/engine/reference/register.ts';
import { runRecord } from '../src/testing/records.ts';
import { speckRun } from '../src/testing/speck.ts';
import { buildNetwork, startingValues } from '../src/train/build.ts';
import { logitsOf, softmax } from '../src/train/evaluate.ts';
import { channelStatistics } from '../src/data/batches.ts';
import { SpecError } from '../src/util/errors.ts';
import { InspectSession } from './inspect-session.ts';
import type { InspectedRun } from './inspect-session.ts';

const { model, recipe, dataset } = speckRun(1);
const { bitWidths, training } = recipe;
const spec = { model, bitWidths, training };
let run: InspectedRun;
const session = new InspectSession((_id, use) => {
  return use(run);
});

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});
beforeEach(() => {
  const network = buildNetwork(spec, startingValues(spec, 4));
  run = { run: { ...runRecord('a'), recipe, model }, step: 1, network, dataset };
});
afterEach(() => {
  run.network.dispose();
  expect(memory().numTensors).toBe(0);
});

it('believes of one’s own image what it believes of the same image in the test set', async () => {
  const bytes = 16 * 16 * 3;
  const own = { kind: 'own', pixels: dataset.test.images.slice(2 * bytes, 3 * bytes) } as const;
  const beliefs = await session.beliefs('a', own);
  expect(beliefs).toEqual(await session.beliefs('a', { kind: 'test', index: 2 }));
  const statistics = channelStatistics(dataset);
  for (const { bits, probabilities } of beliefs) {
    const logits = await logitsOf(run.network, bits, dataset, statistics, Uint32Array.of(2));
    expect(probabilities).toEqual(softmax(logits));
  }
});

it('refuses images of another size, images that are not there, and too many of them', async () => {
  const small = { kind: 'own', pixels: new Uint8Array(12) } as const;
  await expect(session.beliefs('a', small)).rejects.toThrow(
    'microscope: expected an image of 16 × 16 × 3 = 768 values, got 12',
  );
  const beyond = { kind: 'test', index: 20 } as const;
  await expect(session.activations('a', 'block0.conv', beyond)).rejects.toThrow(
    'expected a test image from 0 to 19, got 20',
  );
  const many = Array.from({ length: 201 }, () => 0);
  await expect(async () => session.thumbnails('a', many)).rejects.toThrow(SpecError);
});

it('shows test images as they are stored', async () => {
  const { rgba, labels } = await session.thumbnails('a', [3, 1]);
  expect(labels).toEqual([dataset.test.labels[3], dataset.test.labels[1]]);
  const first = [...dataset.test.images.slice(3 * 768, 3 * 768 + 3)];
  expect([...rgba.slice(0, 4)]).toEqual([...first, 255]);
});

it('asks about the test set once for a checkpoint', async () => {
  const first = await session.answers('a');
  expect(await session.answers('a')).toBe(first);
  run = { ...run, step: 2 };
  expect(await session.answers('a')).not.toBe(first);
});

it('measures noise only where something is rounded, and the highest width rounded to itself', async () => {
  const noise = await session.sqnr('a');
  expect(new Set(noise.map(({ bits }) => bits))).toEqual(new Set([2, 4, 8]));
  const rounded = await session.rounded('a');
  const { byBits } = await session.answers('a');
  expect(rounded.map(({ bits }) => bits)).toEqual(bitWidths);
  expect(rounded.at(-1)?.accuracy).toBe(byBits.at(-1)?.accuracy);
});
