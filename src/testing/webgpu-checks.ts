/** @file What must hold on WebGPU beside each kernel's values. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as kernels from '../engine/kernels.ts';
import { webGpuBackend } from '../engine/webgpu/device.ts';
import { countDispatches } from '../engine/webgpu/dispatch-counter.ts';
import { compileAhead } from '../engine/webgpu/warm-up.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import { rehearse } from '../train/rehearsal.ts';
import { Rng } from '../util/rng.ts';
import { cdtStep, stepDistance } from './cdt-step.ts';
import { normals } from './draws.ts';
import { speckRun } from './speck.ts';
import { speedStepDispatches } from './speed-step.ts';
import { teamOf, train } from './team.ts';

function draw(rng: Rng, ...shape: number[]): Tensor {
  return tf.tensor(normals(rng, shape).data as Float32Array, shape);
}

function expectEqual(what: string, actual: unknown, expected: unknown): string[] {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  return a === e ? [] : [`${what}: expected ${e}, got ${a}`];
}

/** More are slow on any GPU: each takes tens of microseconds. */
const MOST_DISPATCHES = 2000;

const GEOMETRY = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };

/** A pointwise unit forward and back with an update, as a training step has it. */
function step(x: Tensor, w: Tensor, affine: Tensor, velocity: Tensor): void {
  const xRange = kernels.range(x, 'tensor');
  const grid = { steps: 255 };
  const product = kernels.conv(x, w, xRange, GEOMETRY, grid);
  const normed = kernels.batchNorm(product, affine, { epsilon: 1e-5, relu: true, scope: 'tensor' });
  const { dx, dAffine } = kernels.batchNormBack(normed.y, product, normed.stats, affine, {
    epsilon: 1e-5,
    relu: true,
  });
  const dw = kernels.convBackFilter(x, dx, xRange, w.shape, GEOMETRY, grid);
  kernels.sgd(w, velocity, dw, { learningRate: 0.01, momentum: 0.9, weightDecay: 0 });
  const { y, stats, range } = normed;
  for (const t of [xRange, product, y, stats, range, dx, dAffine, dw]) t?.dispose();
}

/** Both phases of a small run, and its looks at test images. @returns every value at its end */
async function trainSpeck(isRehearsed: boolean): Promise<{ values: number[][]; programs: number }> {
  const run = speckRun(2);
  const team = teamOf(run, 1, null);
  if (isRehearsed) await compileAhead(() => rehearse(team.lead, run.recipe, 0));
  const programs = Object.keys(webGpuBackend().pipelineCache).length;
  const { final } = await train(team);
  return { values: final.map(({ data }) => [...data]), programs };
}

export const webGpuChecks: Readonly<Record<string, () => Promise<string[]>>> = {
  'a value read before an update in place is not kept': async () => {
    const sum = tf.tensor([1, 2]);
    const x = tf.tensor([10, 20]);
    kernels.accumulate(sum, x, 1);
    const first = [...(await sum.data())];
    kernels.accumulate(sum, x, 1);
    const second = [...(await sum.data())];
    tf.dispose([sum, x]);
    return expectEqual(
      'sums',
      [first, second],
      [
        [11, 22],
        [21, 42],
      ],
    );
  },

  'kernels keep their order with stock ones': async () => {
    const x = tf.tensor([1, 2, 3]);
    const doubled = tf.mul(x, 2);
    kernels.accumulate(doubled, x, 1);
    const result = tf.mul(doubled, 10);
    kernels.accumulate(doubled, x, 100);
    const values = [[...(await result.data())], [...(await doubled.data())]];
    tf.dispose([x, doubled, result]);
    return expectEqual('values', values, [
      [30, 60, 90],
      [103, 206, 309],
    ]);
  },

  'a step leaves no tensor and no buffer behind': async () => {
    const rng = new Rng(41);
    const x = draw(rng, 2, 40, 40, 6);
    const w = draw(rng, 1, 1, 6, 9);
    const affine = draw(rng, 2, 9);
    const velocity = tf.zerosLike(w);
    const { bufferManager } = webGpuBackend() as unknown as {
      bufferManager: { getNumUsedBuffers(): number; numBytesAllocated: number };
    };
    const measure = async () => {
      await w.data(); // submits, so that disposed buffers are given back
      return [
        tf.memory().numTensors,
        tf.memory().numDataBuffers,
        bufferManager.getNumUsedBuffers(),
        bufferManager.numBytesAllocated,
      ];
    };
    for (let i = 0; i < 20; i++) step(x, w, affine, velocity);
    const early = await measure();
    for (let i = 0; i < 60; i++) {
      step(x, w, affine, velocity);
      if (i % 20 === 19) await measure();
    }
    const late = await measure();
    tf.dispose([x, w, affine, velocity]);
    return expectEqual('tensors, data, buffers, bytes', late, early);
  },

  'dispatches are counted, ours and stock ones': async () => {
    const x = tf.tensor([1, 2, 3]);
    const { own, stock, byProgram } = await countDispatches(() => {
      const y = kernels.reluBack(x, x);
      const z = tf.exp(y);
      tf.dispose([y, z]);
    });
    x.dispose();
    return expectEqual('count', [own, stock, [...byProgram]], [1, 1, [['reluBack', 1]]]);
  },

  'pipelines are compiled ahead without changing a tensor': async () => {
    const w = tf.tensor([1, 2, 3]);
    const v = tf.tensor([0, 0, 0]);
    const g = tf.tensor([1, 1, 1]);
    const seen: [number, number][] = [];
    const attrs = { learningRate: 1, momentum: 0, weightDecay: 0 };
    const backend = webGpuBackend();
    for (const key of Object.keys(backend.pipelineCache)) {
      if (key.startsWith('sgd')) Reflect.deleteProperty(backend.pipelineCache, key);
    }
    await compileAhead(
      () => {
        kernels.sgd(w, v, g, attrs);
      },
      (done, total) => seen.push([done, total]),
    );
    const before = [...(await w.data())];
    kernels.sgd(w, v, g, attrs);
    const after = [...(await w.data())];
    tf.dispose([w, v, g]);
    return [
      ...expectEqual(
        'weights',
        [before, after],
        [
          [1, 2, 3],
          [0, 1, 2],
        ],
      ),
      ...expectEqual('progress', seen, [
        [0, 1],
        [1, 1],
      ]),
    ];
  },

  'after a rehearsal a run compiles nothing, and takes the way it would have taken': async () => {
    const before = tf.memory().numTensors;
    const cold = await trainSpeck(false);
    const { pipelineCache } = webGpuBackend();
    const used = Object.keys(pipelineCache);
    for (const key of used) Reflect.deleteProperty(pipelineCache, key);
    const warm = await trainSpeck(true);
    return [
      ...expectEqual('values', warm.values, cold.values),
      ...(warm.programs > 20 ? [] : [`expected many programs, got ${warm.programs}`]),
      ...expectEqual('programs at the end', Object.keys(pipelineCache).length, warm.programs),
      ...expectEqual('tensors left', tf.memory().numTensors - before, 0),
    ];
  },

  // Why a shallow net: ../nn/agreement.test.ts.
  'a CDT step of a shallow net is that of the reference': async () => {
    const bits = [32, 8, 4];
    registerReferenceKernels();
    await tf.setBackend('cpu');
    const expected = await cdtStep('tiny', bits, 4);
    await tf.setBackend('webgpu');
    const { terms, gradients } = stepDistance(await cdtStep('tiny', bits, 4), expected);
    return [
      ...(terms < 1e-4 ? [] : [`terms differ by ${terms}`]),
      ...(gradients < 1e-3 ? [] : [`gradients differ by ${gradients}`]),
    ];
  },

  'a range of more values than one workgroup takes, with the ends at the ends': async () => {
    const count = 300_001;
    const values = new Float32Array(count).fill(1);
    values[0] = -7;
    values[count - 1] = 9;
    const x = tf.tensor1d(values);
    const range = kernels.range(x, 'tensor');
    const found = [...(await range.data())];
    tf.dispose([x, range]);
    return expectEqual('range', found, [-7, 9]);
  },

  // Last: it leaves pipelines behind that are still being compiled.
  'a step of the speed net takes few dispatches': async () => {
    const { own, stock } = await speedStepDispatches();
    process.stderr.write(`${own + stock} dispatches a step of the speed net\n`);
    return own > 0 && own + stock <= MOST_DISPATCHES ? [] : [`got ${own} and ${stock} of tfjs`];
  },
};
