/** @file Learned clips, symmetric grids and DoReFa's map of weights as stock tfjs ops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MIN_STEP } from '../kernels.ts';
import type { ClipEnds, OwnRange } from '../kernels.ts';
import { endsOf, fakeQuantize, range } from './quantization.ts';

function where(condition: Tensor, x: Tensor): Tensor {
  return tf.mul(x, tf.cast(condition, 'float32'));
}

export function clipGradient(
  dy: Tensor,
  x: Tensor,
  range: Tensor,
  { steps, ends }: { readonly steps: number; readonly ends: ClipEnds },
): Tensor {
  const [low, high] = endsOf(range);
  const step = tf.maximum(tf.div(tf.sub(high, low), steps), MIN_STEP);
  const above = tf.greater(x, high);
  const below = tf.less(x, low);
  const place = tf.div(tf.sub(x, low), step);
  const share = tf.div(tf.mul(dy, tf.sub(tf.round(place), place)), steps);
  const inside = tf.sum(where(tf.logicalNot(tf.logicalOr(above, below)), share));
  const dHigh = tf.add(tf.sum(where(above, dy)), inside);
  if (ends === 'upper') return tf.stack([tf.scalar(0), dHigh]);
  const dLow = tf.sub(tf.sum(where(below, dy)), inside);
  const both = tf.sub(dHigh, dLow);
  return tf.stack([tf.neg(both), both]);
}

export function symmetricRange(range: Tensor): Tensor {
  const [low, high] = endsOf(range);
  const bound = tf.maximum(tf.abs(low), tf.abs(high));
  return tf.stack([tf.neg(bound), bound]);
}

function largestOf(range: Tensor): Tensor {
  return tf.max(tf.abs(range));
}

/** On a grid of its own range, per channel. */
export function quantizeOwn(x: Tensor, steps: number, own: OwnRange): Tensor {
  const extremes = range(x, 'channel');
  return fakeQuantize(x, own === 'extremes' ? extremes : symmetricRange(extremes), steps);
}

export function tanhUnit(w: Tensor, range: Tensor): Tensor {
  return tf.div(tf.tanh(w), tf.maximum(tf.tanh(largestOf(range)), MIN_STEP));
}

export function tanhUnitBack(dy: Tensor, w: Tensor, range: Tensor): Tensor {
  const largest = largestOf(range);
  const divisor = tf.maximum(tf.tanh(largest), MIN_STEP);
  const tanh = tf.tanh(w);
  const product = tf.div(tf.sum(tf.mul(dy, tanh)), divisor);
  const isLargest = tf.cast(tf.equal(tf.abs(w), largest), 'float32');
  const shared = tf.div(tf.mul(tf.mul(isLargest, tf.sign(w)), product), tf.sum(isLargest));
  const slope = tf.div(tf.sub(1, tf.square(tanh)), divisor);
  return tf.mul(slope, tf.sub(dy, shared));
}
