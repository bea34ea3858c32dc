/** The typed functions of ../kernels.ts, on tfjs's cpu backend, against the plain ones and tfjs. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { leaked } from '../../testing/leak.ts';
import { normals } from '../../testing/draws.ts';
import { describeDifference } from '../../testing/matchers.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';
import { Rng } from '../../util/rng.ts';
import * as kernels from '../kernels.ts';
import { registerReferenceKernels } from './register.ts';

const rng = new Rng(31);

function draw(...shape: number[]): Tensor {
  return tf.tensor(normals(rng, shape).data as Float32Array, shape);
}

function draw4(...shape: number[]): Tensor4D {
  return draw(...shape) as Tensor4D;
}

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(describeDifference(actual.dataSync(), expected.dataSync(), TOLERANCES.stock)).toBeNull();
}

beforeAll(async () => {
  registerReferenceKernels();
  await tf.setBackend('cpu');
});

/** A kernel of tfjs itself, on an input padded by hand and with the padding cut off after. */
function tfjsKernel(name: string, inputs: Record<string, Tensor>, attrs: object): Tensor {
  return tf.engine().runKernel(name, inputs, attrs as never) as Tensor;
}

function padded(x: Tensor4D, pad: number): Tensor4D {
  return tf.pad4d(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
}

function cropped(x: Tensor, pad: number): Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  return tf.slice(x, [0, pad, pad, 0], [batch, height - 2 * pad, width - 2 * pad, channels]);
}

const CONVOLUTIONS = [
  { stride: 1, pad: 1 },
  { stride: 2, pad: 1 },
  { stride: 1, pad: 0 },
] as const;

test.each(CONVOLUTIONS)('convolution is that of tfjs: %o', ({ stride, pad }) => {
  const x = draw4(2, 7, 6, 3);
  const w = draw4(3, 3, 3, 5);
  const geometry = { stride, padHeight: pad, padWidth: pad, groups: 1 };
  const wide = padded(x, pad);
  const y = kernels.conv(x, w, null, geometry, { steps: 0 });
  expectClose(y, tf.conv2d(wide, w, stride, 'valid'));
  const dy = draw4(...y.shape);
  const attrs = { strides: stride, pad: 'valid', dataFormat: 'NHWC' };
  const dWide = tfjsKernel(
    'Conv2DBackpropInput',
    { dy, filter: w },
    { ...attrs, inputShape: wide.shape },
  );
  expectClose(kernels.convBackInput(dy, w, x.shape, geometry), cropped(dWide, pad));
  const dw = tfjsKernel(
    'Conv2DBackpropFilter',
    { x: wide, dy },
    { ...attrs, filterShape: w.shape },
  );
  expectClose(kernels.convBackFilter(x, dy, null, w.shape, geometry, { steps: 0 }), dw);
});

test.each(CONVOLUTIONS)('depthwise is that of tfjs: %o', ({ stride, pad }) => {
  const x = draw4(2, 7, 6, 3);
  const w = draw4(3, 3, 3, 1);
  const geometry = { stride, padHeight: pad, padWidth: pad, groups: 1 };
  const wide = padded(x, pad);
  const y = kernels.depthwise(x, w, null, geometry, { steps: 0 });
  expectClose(y, tf.depthwiseConv2d(wide, w, stride, 'valid'));
  const dy = draw4(...y.shape);
  const attrs = { strides: stride, pad: 'valid', dimRoundingMode: undefined, dilations: 1 };
  const dWide = tfjsKernel(
    'DepthwiseConv2dNativeBackpropInput',
    { dy, filter: w },
    { ...attrs, inputShape: wide.shape },
  );
  expectClose(kernels.depthwiseBackInput(dy, w, x.shape, geometry), cropped(dWide, pad));
  const dw = tfjsKernel(
    'DepthwiseConv2dNativeBackpropFilter',
    { x: wide, dy },
    { ...attrs, filterShape: w.shape },
  );
  expectClose(kernels.depthwiseBackFilter(x, dy, null, w.shape, geometry, { steps: 0 }), dw);
});

test('batch norm is that of tfjs', () => {
  const x = draw(6, 5);
  const affine = draw(2, 5);
  const { mean, variance } = tf.moments(x, 0);
  const [gamma, beta] = tf.unstack(affine);
  const expected = tf.batchNorm(x, mean, variance, beta, gamma, 1e-3);
  const { y, stats, range } = kernels.batchNorm(x, affine, {
    epsilon: 1e-3,
    relu: true,
    scope: 'channel',
  });
  expectClose(y, tf.relu(expected));
  expectClose(stats, tf.stack([mean, variance]));
  expectClose(range as Tensor, tf.stack([tf.min(y, 0), tf.max(y, 0)]));
});

test('cross-entropy is that of tfjs', () => {
  const logits = draw(6, 5) as tf.Tensor2D;
  const labels = tf.tensor1d([0, 4, 2, 1, 3, 0], 'int32');
  const { terms, dLogits } = kernels.cdtLoss(logits, labels, [], {
    beta: 1,
    labelSmoothing: 0.1,
    scale: 2,
    distillOn: 'logits',
  });
  const oneHot = tf.cast(tf.oneHot(labels, 5), 'float32') as tf.Tensor2D;
  const expected = tf.losses.softmaxCrossEntropy(oneHot, logits, 1, 0.1);
  expect(terms.dataSync()[0]).toBeCloseTo(expected.dataSync()[0] ?? NaN, 5);
  const target = tf.add(tf.mul(oneHot, 0.9), 0.1 / 5);
  expectClose(dLogits, tf.mul(tf.sub(tf.softmax(logits), target), 2 / 6));
});

test('every typed function hands its kernel the inputs and attributes it reads', async () => {
  const geometry = { stride: 1, padHeight: 1, padWidth: 1, groups: 1 };
  const grid = { steps: 255 };
  const leak = await leaked(() => {
    tf.tidy(() => {
      const x = draw(2, 4, 4, 3);
      const w = draw(3, 3, 3, 2);
      const range = kernels.range(x, 'channel');
      expect(range.shape).toEqual([2, 3]);
      const q = kernels.fakeQuantize(x, range, 255);
      expect(kernels.clipMask(q, x, range).shape).toEqual(x.shape);
      const y = kernels.conv(x, w, range, geometry, grid);
      expectClose(y, kernels.conv(q, w, null, geometry, { steps: 0 }));
      expectClose(
        kernels.convBackFilter(x, y, range, w.shape, geometry, grid),
        kernels.convBackFilter(q, y, null, w.shape, geometry, { steps: 0 }),
      );
      const moments = tf.stack([tf.zeros([3]), tf.ones([3])]);
      const normed = kernels.batchNormInfer(x, moments, moments, { epsilon: 0, relu: false });
      expectClose(normed, tf.onesLike(x)); // γ = 0, β = 1
      const { dx, dAffine } = kernels.batchNormBack(x, x, moments, moments, {
        epsilon: 0.1,
        relu: false,
      });
      expect([dx.shape, dAffine.shape]).toEqual([x.shape, [2, 3]]);
      const sum = kernels.add(x, x, { relu: false, scope: 'none' });
      expectClose(sum.y, tf.mul(x, 2));
      expect(sum.range).toBeNull();
      expectClose(kernels.reluBack(x, tf.onesLike(x)), x);
      const pooled = kernels.globalPool(x);
      expectClose(
        kernels.globalPoolBack(pooled, 4, 4),
        tf.tile(tf.div(tf.reshape(pooled, [2, 1, 1, 3]), 16), [1, 4, 4, 1]),
      );
      expectClose(
        kernels.columnSum(kernels.bias(pooled, tf.tensor1d([1, 2, 3]))),
        tf.add(tf.sum(pooled, 0), tf.tensor1d([2, 4, 6])),
      );
      const running = tf.zeros([2]);
      kernels.accumulate(running, tf.ones([2]), 3);
      kernels.blend(running, tf.ones([2]), 0.5);
      expectClose(running, tf.fill([2], 2));
      const velocity = tf.zeros([2]);
      kernels.sgd(running, velocity, tf.ones([2]), {
        learningRate: 1,
        momentum: 0,
        weightDecay: 0,
      });
      expectClose(running, velocity);
    });
  });
  expect(leak).toEqual({ tensors: 0, buffers: 0 });
});
