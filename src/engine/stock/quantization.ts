/** @file Range, fake-quantize and clip as stock tfjs ops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MIN_STEP } from '../kernels.ts';
import type { RangeScope } from '../kernels.ts';

/** All dimensions but the last. */
export function rowAxes(x: Tensor): number[] {
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}

export function range(x: Tensor, scope: Exclude<RangeScope, 'none'>): Tensor {
  if (scope === 'tensor') return tf.stack([tf.min(x), tf.max(x)]);
  // Without rows to go over, every value is its own range.
  if (x.rank === 1) return tf.stack([x, x]);
  return tf.stack([tf.min(x, rowAxes(x)), tf.max(x, rowAxes(x))]);
}

/** Lowest and highest, to be broadcast over the rows. @param range [2] or [2, C] */
export function endsOf(range: Tensor): readonly [Tensor, Tensor] {
  const [low, high] = tf.unstack(range);
  if (low === undefined || high === undefined) throw new Error('internal: a range has two rows');
  return [low, high];
}

export function fakeQuantize(x: Tensor, range: Tensor, steps: number): Tensor {
  const [low, high] = endsOf(range);
  const step = tf.maximum(tf.div(tf.sub(high, low), steps), MIN_STEP);
  const clamped = tf.minimum(tf.maximum(x, low), high);
  const points = tf.round(tf.div(tf.sub(clamped, low), step));
  return tf.add(tf.mul(points, step), low);
}

export function clipMask(dy: Tensor, x: Tensor, range: Tensor): Tensor {
  const [low, high] = endsOf(range);
  const inside = tf.logicalAnd(tf.greaterEqual(x, low), tf.lessEqual(x, high));
  return tf.mul(dy, tf.cast(inside, 'float32'));
}

/** The input of a convolution: on its grid, or itself where `steps` is 0. */
export function gridded(x: Tensor, range: Tensor | undefined, steps: number): Tensor {
  return steps === 0 || range === undefined ? x : fakeQuantize(x, range, steps);
}
