import { memory, setBackend, tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelStatistics, fillBatch } from '../../data/batches.ts';
import { registerReferenceKernels } from '../../engine/reference/register.ts';
import type { Network } from '../../nn/network.ts';
import type { QuantizerName, TrainingSpec } from '../../spec/recipe.ts';
import { registerSimdInNode } from '../../testing/simd.ts';
import { speckRun } from '../../testing/speck.ts';
import { buildNetwork, quantizerOf, startingValues } from '../build.ts';
import { evaluate, logitsOf } from '../evaluate.ts';
import { activationMaps } from './activation-maps.ts';
import { roundedValues } from './rounding.ts';
import { termOf, testAnswers } from './test-answers.ts';
import { layerWeights } from './weight-grid.ts';

const { model, recipe, dataset } = speckRun(1);
const { bitWidths } = recipe;
const statistics = channelStatistics(dataset);
const LAYER = 'block1.expand';

const trainingWith = (change: Partial<TrainingSpec>): TrainingSpec => ({
  ...recipe.training,
  ...change,
});

function networkWith(training: TrainingSpec): Network {
  const spec = { model, bitWidths, training };
  // batch norm that does something: the starting one is the identity, the same at every width
  const values = startingValues(spec, 4).map(({ name, shape, data }) => ({
    name,
    shape,
    data: /affine|moments/.test(name) ? data.map((v, i) => v + 0.1 + 0.05 * (i % 3)) : data,
  }));
  return buildNetwork(spec, values);
}

function imageOf(index: number): Tensor {
  const { width, height, channels } = dataset;
  const values = new Float32Array(width * height * channels);
  fillBatch(dataset, dataset.test, Uint32Array.of(index), values, { statistics });
  return tensor4d(values, [1, height, width, channels]);
}

beforeAll(() => {
  registerReferenceKernels();
  registerSimdInNode();
});

let tensors = 0;
beforeEach(async () => {
  await setBackend('cpu');
  tensors = memory().numTensors;
});
afterEach(() => expect(memory().numTensors).toBe(tensors));

describe('weights', () => {
  it.each<QuantizerName>(['sbm', 'dorefa', 'symmetric'])(
    'are all counted, and on the grid where %s rounds them',
    async (quantizer) => {
      const training = trainingWith({ quantizer });
      const network = networkWith(training);
      for (const channel of [null, 3]) {
        const found = await layerWeights(
          network,
          quantizerOf(training, bitWidths),
          bitWidths,
          LAYER,
          channel,
        );
        const expected = channel === null ? 4 * 8 : 4; // 1 × 1 × 4 inputs, 8 outputs
        expect(found.count).toBe(expected);
        for (const { bits, trained, levels, levelCounts } of found.byBits) {
          expect(trained.counts.reduce((a, b) => a + b, 0)).toBe(expected);
          if (bits === 32) continue;
          expect(levels).toHaveLength(quantizer === 'symmetric' ? 2 ** bits - 1 : 2 ** bits);
          expect(levelCounts.reduce((a, b) => a + b, 0)).toBe(expected);
        }
      }
      network.dispose();
    },
  );

  it('of one channel are those that rounding by hand gives', async () => {
    const network = networkWith(recipe.training);
    const w = network.parameters.get(`${LAYER}/weight`)?.tensor.dataSync() ?? [];
    const own = [...w].filter((_, i) => i % 8 === 5);
    const low = Math.min(...own);
    const high = Math.max(...own);
    const found = await layerWeights(
      network,
      quantizerOf(recipe.training, bitWidths),
      bitWidths,
      LAYER,
      5,
    );
    const at2 = found.byBits[0];
    // sbm at 2 bits: four points from the lowest to the highest weight of the channel
    const points = [0, 1, 2, 3].map((i) => low + ((high - low) * i) / 3);
    expect(at2?.levels).toEqual(points);
    const nearest = own.map((v) =>
      points.reduce(
        (best, p, i) => (Math.abs(p - v) < Math.abs((points[best] ?? 0) - v) ? i : best),
        0,
      ),
    );
    expect(at2?.levelCounts).toEqual(
      [0, 1, 2, 3].map((i) => nearest.filter((n) => n === i).length),
    );
    const noise = own.reduce((s, v, i) => s + (v - (points[nearest[i] ?? 0] ?? 0)) ** 2, 0);
    const power = own.reduce((s, v) => s + v * v, 0);
    expect(at2?.sqnrDb).toBeCloseTo(10 * Math.log10(power / noise), 3);
    network.dispose();
  });

  it('refuses a layer and a channel that are not there', async () => {
    const network = networkWith(recipe.training);
    const quantizer = quantizerOf(recipe.training, bitWidths);
    await expect(layerWeights(network, quantizer, bitWidths, 'nothing', null)).rejects.toThrow(
      /expected a layer of speck/,
    );
    await expect(layerWeights(network, quantizer, bitWidths, LAYER, 8)).rejects.toThrow(
      /channel from 0 to 7, got 8/,
    );
    network.dispose();
  });
});

describe('activation maps', () => {
  it('of the stem are the convolution, batch norm and ReLU in float64', async () => {
    const network = networkWith(recipe.training);
    const x = imageOf(2);
    const image = x.dataSync();
    const of = (role: string): ArrayLike<number> =>
      network.parameters.get(`block0.conv/${role}`)?.tensor.dataSync() ?? [];
    const [w, affine, moments] = [of('weight'), of('affine@8'), of('moments@8')];
    const maps = await activationMaps(network, bitWidths, x, 'block0.conv');
    const values = maps.byBits.find(({ bits }) => bits === 8)?.values ?? [];
    let at = 0;
    for (let k = 0; k < 4; k++)
      for (let row = 0; row < 8; row++)
        for (let column = 0; column < 8; column++) {
          let sum = 0;
          for (let s = 0; s < 3; s++)
            for (let r = 0; r < 3; r++)
              for (let c = 0; c < 3; c++) {
                const y = row * 2 + s - 1;
                const z = column * 2 + r - 1;
                if (y < 0 || y > 15 || z < 0 || z > 15) continue;
                sum += (image[(y * 16 + z) * 3 + c] ?? 0) * (w[((s * 3 + r) * 3 + c) * 4 + k] ?? 0);
              }
          const scale = (affine[k] ?? 0) / Math.sqrt((moments[4 + k] ?? 0) + 1e-5);
          const y = Math.max(0, (sum - (moments[k] ?? 0)) * scale + (affine[4 + k] ?? 0));
          expect(values[at++]).toBeCloseTo(y, 4);
        }
    x.dispose();
    network.dispose();
  });

  it('are the same from the page’s kernels as from the reference', async () => {
    const mapsOn = async (backend: string) => {
      await setBackend(backend);
      const network = networkWith(recipe.training);
      const x = imageOf(1);
      const maps = await activationMaps(network, bitWidths, x, 'block2.conv2');
      x.dispose();
      network.dispose();
      return maps;
    };
    const reference = await mapsOn('cpu');
    const simd = await mapsOn('simd');
    await setBackend('cpu');
    expect([simd.height, simd.width, simd.channels]).toEqual([4, 4, 6]);
    simd.byBits.forEach(({ bits, values }, i) => {
      const expected = reference.byBits[i]?.values ?? [];
      expect(values).toHaveLength(6 * 4 * 4);
      values.forEach((v, at) => expect(v, `${bits} bits`).toBeCloseTo(expected[at] ?? NaN, 4));
    });
    expect(simd.byBits.at(-1)?.relativeError).toBe(0);
    expect(simd.byBits[0]?.relativeError).toBeGreaterThan(simd.byBits[2]?.relativeError ?? 1);
  });

  it('refuses the classifier', async () => {
    const network = networkWith(recipe.training);
    const x = imageOf(0);
    await expect(activationMaps(network, bitWidths, x, 'block3.dense')).rejects.toThrow(
      /expected a convolution/,
    );
    x.dispose();
    network.dispose();
  });
});

describe('answers', () => {
  it('and terms are those counted one image at a time in float64', async () => {
    const network = networkWith(recipe.training);
    const found = await testAnswers(network, bitWidths, dataset, statistics, 'soft-labels');
    const logits = new Map<number, number[][]>();
    for (const bits of bitWidths) {
      const rows: number[][] = [];
      for (let i = 0; i < dataset.test.count; i++)
        rows.push([...(await logitsOf(network, bits, dataset, statistics, Uint32Array.of(i)))]);
      logits.set(bits, rows);
    }
    for (const { bits, predicted, confusion, accuracy } of found.byBits) {
      const winners = (logits.get(bits) ?? []).map((row) => row.indexOf(Math.max(...row)));
      expect([...predicted]).toEqual(winners);
      for (let label = 0; label < 10; label++)
        for (let said = 0; said < 10; said++) {
          const naive = winners.filter((w, i) => w === said && dataset.test.labels[i] === label);
          expect(confusion[label]?.[said]).toBe(naive.length);
        }
      expect(accuracy).toBe((await evaluate(network, bits, dataset, statistics)).accuracy);
    }
    const softmax = (row: readonly number[]): number[] => {
      const powers = row.map((z) => Math.exp(z));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((p) => p / total);
    };
    expect(found.terms).toHaveLength(6);
    for (const { student, teacher, term } of found.terms) {
      const naive = (logits.get(student) ?? []).map((row, i) => {
        const p = softmax(row);
        const t = softmax(logits.get(teacher)?.[i] ?? []);
        return t.reduce((s, q, k) => s + q * Math.log(q / (p[k] ?? 0)), 0);
      });
      expect(term).toBeCloseTo(naive.reduce((a, b) => a + b, 0) / naive.length, 6);
    }
    network.dispose();
  });

  it('compare as the method distils', () => {
    expect(termOf('logits', [1, 2], [3, 5])).toBe((4 + 9) / 2);
    // softmax of [0, ln 3] is [1/4, 3/4]
    expect(termOf('probabilities', [0, 0], [0, Math.log(3)])).toBeCloseTo(1 / 16, 12);
    expect(termOf('soft-labels', [0, 0], [0, Math.log(3)])).toBeCloseTo(
      0.25 * Math.log(0.5) + 0.75 * Math.log(1.5),
      12,
    );
  });
});

describe('post-training rounding', () => {
  it.each<[string, Partial<TrainingSpec>]>([
    ['sbm', {}],
    ['symmetric', { quantizer: 'symmetric' }],
    ['shared ranges', { ranges: 'shared' }],
    ['separate weights', { method: 'independent' }],
    ['learned clips', { method: 'adabits' }],
    ['fixed ranges', { quantizer: 'dorefa' }],
  ])('keeps the highest width as it is, and gives it to all others: %s', async (_name, change) => {
    const training = trainingWith(change);
    const network = networkWith(training);
    const quantizer = quantizerOf(training, bitWidths);
    const values = await roundedValues(network, quantizer, bitWidths, dataset, statistics);
    const byName = new Map(values.map(({ name, data }) => [name, data]));
    for (const { name, layer, role, bits } of network.parameters.values()) {
      if (role === 'range' || role === 'clip') continue;
      const top = bits === null ? name : `${layer}/${role}@32`;
      expect([...(byName.get(name) ?? [])], name).toEqual([
        ...(network.parameters.get(top)?.tensor.dataSync() ?? [NaN]),
      ]);
    }
    const rounded = buildNetwork({ model, bitWidths, training }, values);
    const logitsAt = (of: Network, bits: number) =>
      logitsOf(of, bits, dataset, statistics, Uint32Array.of(0, 1, 2));
    expect(await logitsAt(rounded, 32)).toEqual(await logitsAt(network, 32));
    // what is rounded finely is nearly what it was; coarsely it is not
    const exact = await logitsAt(rounded, 32);
    const far = async (bits: number): Promise<number> =>
      (await logitsAt(rounded, bits)).reduce((s, z, i) => s + (z - (exact[i] ?? 0)) ** 2, 0);
    if (training.quantizer !== 'dorefa') expect(await far(8)).toBeLessThan(await far(2));
    rounded.dispose();
    network.dispose();
  });

  it('calibrates a range to the least and largest input that the layer sees', async () => {
    const network = networkWith(recipe.training);
    const quantizer = quantizerOf(recipe.training, bitWidths);
    const values = await roundedValues(network, quantizer, bitWidths, dataset, statistics);
    let low = Infinity;
    let high = -Infinity;
    const indices = Uint32Array.from({ length: dataset.train.count }, (_, i) => i);
    const { width, height, channels } = dataset;
    const images = new Float32Array(indices.length * width * height * channels);
    fillBatch(dataset, dataset.train, indices, images, { statistics });
    const x = tensor4d(images, [indices.length, height, width, channels]);
    network
      .infer(x, 32, null, ({ name }, _input, output) => {
        if (name !== 'block0.conv') return;
        for (const v of output.dataSync()) [low, high] = [Math.min(low, v), Math.max(high, v)];
      })
      .dispose();
    x.dispose();
    const range = values.find(({ name }) => name === `${LAYER}/range@2`)?.data;
    expect([...(range ?? [])]).toEqual([low, high]);
    network.dispose();
  });
});
