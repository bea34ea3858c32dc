/** @file Weighted sums of branches and channel shuffles as stock tfjs ops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

export function mix(xs: readonly Tensor[], weights: readonly number[]): Tensor {
  return tf.addN(xs.map((x, i) => tf.mul(x, weights[i] ?? NaN)));
}

export function mixBack(dy: Tensor, xs: readonly Tensor[]): Tensor {
  return tf.stack(xs.map((x) => tf.sum(tf.mul(dy, x))));
}

export function shuffle(x: Tensor, groups: number): Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const split = tf.reshape(x, [x.size / channels, groups, channels / groups]);
  return tf.reshape(tf.transpose(split, [0, 2, 1]), x.shape);
}
