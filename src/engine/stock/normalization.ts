/** @file Batch norm, residual sum and their gradients as stock tfjs ops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../kernels.ts';
import { range, rowAxes } from './quantization.ts';

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** The two rows of a [2, C] tensor, each [C]. */
function rowsOf(pair: Tensor): readonly [Tensor, Tensor] {
  const [first, second] = tf.unstack(pair);
  if (first === undefined || second === undefined) throw new Error('internal: expected [2, C]');
  return [first, second];
}

function normalized(
  x: Tensor,
  [mean, variance]: readonly [Tensor, Tensor],
  affine: Tensor,
  { epsilon, relu }: BatchNormAttrs,
): Tensor {
  const [gamma, beta] = rowsOf(affine);
  type Vector = tf.Tensor1D;
  const y = tf.batchNorm(
    x,
    mean as Vector,
    variance as Vector,
    beta as Vector,
    gamma as Vector,
    epsilon,
  );
  return relu ? tf.relu(y) : y;
}

export function batchNorm(
  x: Tensor,
  affine: Tensor,
  attrs: BatchNormAttrs & { readonly scope: RangeScope },
): Tensor[] {
  const { mean, variance } = tf.moments(x, rowAxes(x));
  const y = normalized(x, [mean, variance], affine, attrs);
  const stats = tf.stack([mean, variance]);
  return attrs.scope === 'none' ? [y, stats] : [y, stats, range(y, attrs.scope)];
}

export function batchNormInfer(
  x: Tensor,
  moments: Tensor,
  affine: Tensor,
  attrs: BatchNormAttrs,
): Tensor {
  return normalized(x, rowsOf(moments), affine, attrs);
}

export function batchNormBack(
  inputs: {
    readonly dy: Tensor;
    readonly x: Tensor;
    readonly stats: Tensor;
    readonly affine: Tensor;
  },
  { epsilon, relu }: BatchNormAttrs,
): Tensor[] {
  const { x } = inputs;
  const [mean, variance] = rowsOf(inputs.stats);
  const [gamma, beta] = rowsOf(inputs.affine);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const xHat = tf.mul(tf.sub(x, mean), inverse);
  const y = tf.add(tf.mul(xHat, gamma), beta);
  const dy = relu ? tf.mul(inputs.dy, tf.step(y)) : inputs.dy;
  const dGamma = tf.sum(tf.mul(dy, xHat), rowAxes(x));
  const dBeta = tf.sum(dy, rowAxes(x));
  const rows = x.size / (x.shape.at(-1) ?? 1);
  const throughStats = tf.div(tf.add(tf.mul(xHat, dGamma), dBeta), rows);
  const dx = tf.mul(tf.sub(dy, throughStats), tf.mul(gamma, inverse));
  return [dx, tf.stack([dGamma, dBeta])];
}

export function add(
  a: Tensor,
  b: Tensor,
  { relu, scope }: { readonly relu: boolean; readonly scope: RangeScope },
): Tensor[] {
  const sum = tf.add(a, b);
  const y = relu ? tf.relu(sum) : sum;
  return scope === 'none' ? [y] : [y, range(y, scope)];
}
