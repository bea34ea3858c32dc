import { memory, setBackend, tensor4d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { channelStatistics, fillBatch } from '../data/batches.ts';
import { generateProcedural } from '../data/procedural.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { Network } from '../nn/network.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { TrainingSpec } from '../spec/recipe.ts';
import { recipe } from '../testing/records.ts';
import { buildNetwork, startingValues } from './build.ts';
import { layerSqnr } from './sqnr.ts';

const model: ModelSpec = {
  name: 'mote',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  blocks: [
    { kind: 'conv', out: 6, kernel: 3, stride: 4, relu: true, quantized: false },
    { kind: 'mbconv', out: 6, expand: 2, kernel: 3, stride: 1 },
    { kind: 'classifier' },
  ],
};
const bitWidths = [2, 4, 8, 32];
const dataset = generateProcedural({
  seed: 1,
  trainCount: 20,
  testCount: 12,
  width: 16,
  height: 16,
});
const statistics = channelStatistics(dataset);

function networkWith(training: Partial<TrainingSpec>): Network {
  const spec = { model, bitWidths, training: { ...recipe.training, ...training } };
  return buildNetwork(spec, startingValues(spec, 4));
}

const dbOf = async (network: Network, bits: number) =>
  new Map(
    (await layerSqnr(network, bits, dataset, statistics)).map((entry) => [entry.layer, entry]),
  );

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

it('is that of the weights rounded by hand', async () => {
  const network = networkWith({});
  const db = await dbOf(network, 4);
  const w = network.parameters.get('block1.expand/weight')?.tensor; // [1, 1, 6, 12]
  const values = [...(w?.dataSync() ?? [])];
  let signal = 0;
  let noise = 0;
  for (let k = 0; k < 12; k++) {
    const filter = values.filter((_, i) => i % 12 === k);
    const low = Math.min(...filter);
    const step = (Math.max(...filter) - low) / 15;
    for (const value of filter) {
      signal += value ** 2;
      noise += (Math.round((value - low) / step) * step + low - value) ** 2;
    }
  }
  expect(db.get('block1.expand')?.weightsDb).toBeCloseTo(10 * Math.log10(signal / noise), 3);
  network.dispose();
});

it('is that of the inputs as the layer reads them, clipping included', async () => {
  const network = networkWith({ quantizer: 'dorefa' });
  const db = await dbOf(network, 2);
  // At the start batch norm is the identity in inference (mean 0, variance 1): by the first
  // quantized layer the stem's rectified products, clipped to [0, 1] and put on thirds.
  const seen: number[] = [];
  const images = new Float32Array(12 * 16 * 16 * 3);
  fillBatch(dataset, dataset.test, Uint32Array.from(images.subarray(0, 12).keys()), images, {
    statistics,
  });
  const x = tensor4d(images, [12, 16, 16, 3]);
  const logits = network.infer(x, 2, ({ layer, operand, signal }) => {
    if (layer === 'block1.expand' && operand === 'inputs') seen.push(...signal.dataSync());
  });
  for (const t of [x, logits]) t.dispose();
  const power = seen.reduce((sum, x) => sum + x * x, 0);
  const noise = seen.reduce((sum, x) => sum + (Math.round(Math.min(x, 1) * 3) / 3 - x) ** 2, 0);
  expect(Math.max(...seen)).toBeGreaterThan(1);
  expect(db.get('block1.expand')?.inputsDb).toBeCloseTo(10 * Math.log10(power / noise), 3);
  network.dispose();
});

it('grows by about 6 dB a bit, and is not there at full precision', async () => {
  const network = networkWith({});
  const at4 = await dbOf(network, 4);
  const at8 = await dbOf(network, 8);
  for (const [layer, { weightsDb }] of at8) {
    const gained = (weightsDb ?? NaN) - (at4.get(layer)?.weightsDb ?? NaN);
    expect(gained, layer).toBeGreaterThan(20);
    expect(gained, layer).toBeLessThan(28);
  }
  expect([...at8.keys()]).toEqual(['block1.expand', 'block1.depthwise', 'block1.project']);
  expect(await layerSqnr(network, 32, dataset, statistics)).toEqual([]);
  network.dispose();
});

it('says which operand is not quantized', async () => {
  const network = networkWith({ precision: { activations: [32, 32, 32, 32] } });
  const entry = (await dbOf(network, 2)).get('block1.project');
  expect(entry?.inputsDb).toBeNull();
  expect(entry?.weightsDb).toBeGreaterThan(0);
  network.dispose();
});

it('leaves no tensor behind', async () => {
  const before = memory().numTensors;
  const network = networkWith({ method: 'adabits' });
  await layerSqnr(network, 2, dataset, statistics);
  network.dispose();
  expect(memory().numTensors).toBe(before);
});
