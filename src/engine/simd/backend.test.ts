import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { leaked } from '../../testing/leak.ts';
import { registerSimdInNode } from '../../testing/simd.ts';
import { Rng } from '../../util/rng.ts';
import * as kernels from '../kernels.ts';
import * as ops from '../ops.ts';
import { Tape } from '../tape.ts';
import type { SimdBackend } from './backend.ts';

let backend: SimdBackend;

beforeAll(async () => {
  backend = registerSimdInNode();
  await tf.setBackend('simd');
});

test('registering again gives the same backend', () => {
  expect(registerSimdInNode()).toBe(backend);
});

test('tensors keep their values, of each type', async () => {
  const floats = tf.tensor([1.5, -2, 3e-20], [3]);
  const integers = tf.tensor([[1, -2]], [1, 2], 'int32');
  const truths = tf.tensor([true, false, true], [3], 'bool');
  expect(Array.from(floats.dataSync())).toEqual([1.5, -2, Math.fround(3e-20)]);
  expect(integers.arraySync()).toEqual([[1, -2]]);
  expect(Array.from(await truths.data())).toEqual([1, 0, 1]);
  expect(Array.from(tf.zeros([3]).dataSync())).toEqual([0, 0, 0]);
  expect(Array.from(tf.fill([2], 0.5).dataSync())).toEqual([0.5, 0.5]);
});

test('what was read does not change when memory is written again', () => {
  const first = tf.tensor1d([1, 2, 3]);
  const read = first.dataSync();
  first.dispose();
  tf.tensor1d([4, 5, 6]).dispose();
  expect(Array.from(read)).toEqual([1, 2, 3]);
});

test('clones and reshapes share memory, which goes with the last of them', async () => {
  const leak = await leaked(() => {
    const before = backend.memory().bytesInUse;
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const taken = backend.memory().bytesInUse;
    const y = x.clone();
    const z = tf.reshape(x, [3, -1]);
    expect(backend.memory().bytesInUse).toBe(taken);
    x.dispose();
    y.dispose();
    expect(z.arraySync()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    z.dispose();
    expect(backend.memory().bytesInUse).toBe(before);
  });
  expect(leak).toEqual({ tensors: 0, buffers: 0 });
});

test('casts truncate to integers and compare with zero', () => {
  const x = tf.tensor1d([-1.7, 0, 2.9]);
  expect(Array.from(tf.cast(x, 'int32').dataSync())).toEqual([-1, 0, 2]);
  expect(Array.from(tf.cast(x, 'bool').dataSync())).toEqual([1, 0, 1]);
  expect(Array.from(tf.cast(tf.cast(x, 'int32'), 'float32').dataSync())).toEqual([-1, 0, 2]);
});

test('takes over tensors made on another backend', async () => {
  await tf.setBackend('cpu');
  const x = tf.tensor2d([1, -2, 3, -4], [2, 2]);
  await tf.setBackend('simd');
  expect(Array.from(kernels.range(x, 'channel').dataSync())).toEqual([1, -4, 3, -2]);
  expect(Array.from(x.dataSync())).toEqual([1, -2, 3, -4]);
});

test('refuses text', () => {
  expect(() => tf.tensor(['a'])).toThrow('simd backend: expected float32, int32 or bool');
});

test('not a number stays not a number', () => {
  const x = tf.tensor2d([NaN, 1, 2, 3], [2, 2]);
  const affine = tf.tensor2d([1, 1, 0, 0], [2, 2]);
  const options = { epsilon: 1e-5, relu: true, scope: 'none' } as const;
  const { y } = kernels.batchNorm(x, affine, options);
  const values = y.dataSync();
  expect(values[0]).toBeNaN();
  expect(values[1]).toBe(0);
  const range = tf.tensor1d([0, 1]);
  expect(kernels.fakeQuantize(x, range, 3).dataSync()[0]).toBeNaN();
  expect(kernels.add(x, x, { relu: true, scope: 'none' }).y.dataSync()[0]).toBeNaN();
});

/** Forward and backward of a few layers; all that is made is disposed. @returns the gradients */
function step(x: tf.Tensor, weights: readonly tf.Tensor[], bits: number): Float32Array[] {
  const [filter, depthwiseFilter, pointFilter, affine] = weights as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const tape = new Tape();
  weights.forEach((weight) => tape.watch(weight));
  const geometry = { padHeight: 1, padWidth: 1, groups: 1 };
  const normOptions = { epsilon: 1e-5, relu: true };
  const a = ops.convolve(tape, 'conv', ops.ungridded(x), filter, { ...geometry, stride: 1 });
  const b = ops.batchNorm(tape, a, affine, { ...normOptions, scope: 'channel' });
  const grid = { steps: 2 ** bits - 1, clip: false };
  const wide = { tensor: b.y, range: b.range, ...grid };
  const c = ops.convolve(tape, 'depthwise', wide, depthwiseFilter, { ...geometry, stride: 2 });
  const d = ops.batchNorm(tape, c, affine, { ...normOptions, scope: 'tensor' });
  const point = { padHeight: 0, padWidth: 0, groups: 1, stride: 1 };
  const e = ops.convolve(
    tape,
    'conv',
    { tensor: d.y, range: d.range, ...grid },
    pointFilter,
    point,
  );
  const pooled = ops.globalPool(tape, e);
  const gradients = tape.backward(pooled, tf.tensor(pooled.dataSync(), pooled.shape));
  return weights.map(({ id }) => {
    const gradient = gradients.get(id);
    if (gradient === undefined) throw new Error('a weight has no gradient');
    const values = gradient.dataSync() as Float32Array;
    gradient.dispose();
    return values;
  });
}

test('2,000 steps: equal to the bit, no leak, memory flat after the first', () => {
  const rng = new Rng(5);
  const draw = (...shape: number[]): tf.Tensor => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    return tf.tensor(
      Float32Array.from({ length }, () => rng.normal()),
      shape,
    );
  };
  const x = draw(3, 9, 7, 3);
  const weights = [draw(3, 3, 3, 10), draw(3, 3, 10, 1), draw(1, 1, 10, 6), draw(2, 10)];
  const first = [2, 8].map((bits) => step(x, weights, bits));
  const before = tf.memory();
  const memory = backend.memory();
  for (let i = 0; i < 1000; i++) {
    for (const [j, bits] of [2, 8].entries()) {
      const gradients = step(x, weights, bits);
      if (i % 100 === 0) expect(gradients).toEqual(first[j]);
    }
  }
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expect(backend.memory()).toEqual(memory);
});
