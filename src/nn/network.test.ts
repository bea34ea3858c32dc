import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cdtLoss } from '../engine/kernels.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import { makeQuantizer, sbm } from '../quant/quantizer.ts';
import { minMaxWeights } from '../quant/weights.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import { Rng } from '../util/rng.ts';
import { Network } from './network.ts';
import { initialParameters, parameterName } from './parameters.ts';
import { signedInputs } from './signed-inputs.ts';

/** Every kind of block, residual and not, expansion 1 and more, odd sizes. */
const model: ModelSpec = {
  name: 'all-blocks',
  input: { height: 9, width: 7, channels: 3 },
  classes: 4,
  blocks: [
    { kind: 'conv', out: 5, kernel: 3, stride: 1, relu: true, quantized: false },
    { kind: 'mbconv', out: 5, expand: 1, kernel: 3, stride: 1 },
    { kind: 'mbconv', out: 6, expand: 2, kernel: 5, stride: 2 },
    { kind: 'mbconv', out: 6, expand: 1, kernel: 3, stride: 1, groups: 2 },
    { kind: 'mbconv', out: 6, expand: 1, kernel: 3, stride: 1, alwaysExpands: true },
    { kind: 'basic', out: 6, stride: 1 },
    { kind: 'basic', out: 7, stride: 2 },
    { kind: 'conv', out: 8, kernel: 1, stride: 1, relu: true, quantized: true },
    { kind: 'classifier' },
  ],
};
const bitWidths = [3, 32];
const LOSS = { beta: 0, labelSmoothing: 0, scale: 1, distillOn: 'logits' } as const;

function images(): Tensor {
  const rng = new Rng(5);
  const data = Float32Array.from({ length: 6 * 9 * 7 * 3 }, () => rng.normal());
  return tensor(data, [6, 9, 7, 3]);
}

const labels = (): Tensor => tensor1d([0, 1, 2, 3, 0, 1], 'int32');

/** Loss at 32 bits, and the gradient of every parameter by name. */
function lossAndGradients(network: Network, bits: number): [number, Map<string, Float32Array>] {
  const x = images();
  const y = labels();
  const { logits, tape } = network.forward(x, bits, 0);
  const { terms, dLogits } = cdtLoss(logits, y, [], LOSS);
  const byId = tape.backward(logits, dLogits);
  const gradients = new Map<string, Float32Array>();
  for (const { name, tensor: parameter } of network.trained(bits)) {
    const gradient = byId.get(parameter.id);
    if (gradient === undefined) throw new Error(`no gradient for ${name}`);
    gradients.set(name, gradient.dataSync<'float32'>().slice());
    gradient.dispose();
  }
  const loss = terms.dataSync()[0] ?? NaN;
  for (const t of [x, y, terms]) t.dispose();
  return [loss, gradients];
}

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('Network', () => {
  it('has the gradient of its own loss: along it, the loss changes by its squared length', () => {
    const arrays = initialParameters(model, bitWidths, 1);
    const network = new Network(model, sbm, arrays);
    const [, gradients] = lossAndGradients(network, 32);
    network.dispose();
    for (const [name, gradient] of gradients) {
      const squared = gradient.reduce((sum, g) => sum + g * g, 0);
      const epsilon = 2e-4 / Math.sqrt(squared); // a step of length 2e-4
      const lossAt = (sign: number): number => {
        const moved = arrays.map((array) =>
          array.name === name
            ? { ...array, data: array.data.map((w, i) => w + sign * epsilon * (gradient[i] ?? 0)) }
            : array,
        );
        const other = new Network(model, sbm, moved);
        const [loss] = lossAndGradients(other, 32);
        other.dispose();
        return loss;
      };
      // Central difference of a float32 forward pass: a few percent, and ReLU's corners.
      const slope = (lossAt(1) - lossAt(-1)) / (2 * epsilon);
      expect(Math.abs(slope - squared), name).toBeLessThan(0.06 * squared + 1e-5);
    }
  });

  it.each([
    ['sbm', sbm],
    ['dorefa', makeQuantizer('dorefa')],
    ['symmetric', makeQuantizer('symmetric')],
    ['sbm with learned clips', makeQuantizer('sbm', { learnsClips: true })],
  ])('gives a gradient to every parameter at 3 bits with %s', (_name, quantizer) => {
    const arrays = initialParameters(model, bitWidths, 1, { quantizer });
    const network = new Network(model, quantizer, arrays);
    const [, gradients] = lossAndGradients(network, 3);
    network.dispose();
    for (const [name, gradient] of gradients) {
      expect(
        gradient.some((g) => g !== 0 && Number.isFinite(g)),
        name,
      ).toBe(true);
    }
  });

  it('quantizes weights alone where activations stay at 32 bits', () => {
    const quantizer = makeQuantizer('sbm', {
      precisions: new Map([
        [3, { weights: 3, activations: 32 }],
        [32, { weights: 32, activations: 32 }],
      ]),
    });
    const arrays = initialParameters(model, bitWidths, 1, { quantizer });
    expect(arrays.some(({ name }) => name.includes('/range'))).toBe(false);
    // The same net at full precision, its weights on their grid beforehand.
    const quantized = modelLayers(model).filter((layer) => layer.quantized);
    const onGrid = arrays.map((array) => {
      const layer = quantized.find(
        ({ name }) => array.name === parameterName(name, 'weight', null),
      );
      if (layer === undefined || layer.kind === 'dense') return array;
      const w = tensor(array.data, [...array.shape]);
      const { kind } = layer;
      const data = tidy(() =>
        minMaxWeights(null, w, kind, 3).quantized.dataSync<'float32'>().slice(),
      );
      w.dispose();
      return { ...array, data };
    });
    const logitsOf = (values: typeof arrays, bits: number): number[] => {
      const network = new Network(model, quantizer, values);
      const x = images();
      const { logits, tape } = network.forward(x, bits, 0);
      const data = [...logits.dataSync()];
      for (const t of [tape, x, network]) t.dispose();
      return data;
    };
    expect(logitsOf(arrays, 3)).toEqual(logitsOf(onGrid, 32));
    expect(logitsOf(arrays, 3)).not.toEqual(logitsOf(arrays, 32));
  });

  it('knows which inputs may be negative', () => {
    expect([...signedInputs(model)]).toEqual([
      'block0.conv', // the image
      'block2.expand', // after block 1's projection
      'block3.expand',
      'block4.expand',
      'block5.conv1', // after block 4's; no shortcut of its own
    ]);
  });

  it('infers with running averages as it trains with the batch, when the two are the same', () => {
    const network = new Network(model, sbm, initialParameters(model, bitWidths, 1));
    const x = images();
    for (const bits of bitWidths) {
      const { logits, tape } = network.forward(x, bits, 0); // keeps nothing: running = batch
      const trained = logits.dataSync().slice();
      tape.dispose();
      const inferred = network.infer(x, bits);
      const values = inferred.dataSync();
      trained.forEach((z, i) => expect(values[i]).toBeCloseTo(z, 3));
      inferred.dispose();
    }
    x.dispose();
    network.dispose();
  });

  it('switches the bit-width without touching the other widths', () => {
    const network = new Network(model, sbm, initialParameters(model, bitWidths, 1));
    const x = images();
    const before = network.infer(x, 32).dataSync().slice();
    network.forward(x, 3, 0).tape.dispose();
    expect(network.infer(x, 32).dataSync()).toEqual(before);
    x.dispose();
    network.dispose();
  });

  it('leaves no tensor behind', () => {
    const before = memory().numTensors;
    const network = new Network(model, sbm, initialParameters(model, bitWidths, 1));
    lossAndGradients(network, 3);
    const x = images();
    network.infer(x, 3).dispose();
    x.dispose();
    network.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
