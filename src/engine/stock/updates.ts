/**
 * @file The kernels that work in place, as stock tfjs has them: a new tensor takes over the handle,
 * which is what `Variable.assign` does. Other handles on the old data keep the old data.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SgdAttrs } from '../kernels.ts';

/** Let `target` hold what `make` computes. */
function assign(target: Tensor, make: () => Tensor): void {
  const value = tf.tidy(make);
  const engine = tf.engine();
  tf.keep(target); // not an intermediate of whoever called
  engine.disposeTensor(target);
  target.dataId = value.dataId;
  engine.incRef(target, null as never);
  value.dispose();
}

export function accumulate(sum: Tensor, x: Tensor, scale: number): void {
  assign(sum, () => tf.add(sum, tf.mul(x, scale)));
}

export function clamp(x: Tensor, limit: number): void {
  assign(x, () => tf.clipByValue(x, -limit, limit));
}

export function blend(running: Tensor, x: Tensor, keep: number): void {
  assign(running, () => tf.add(tf.mul(running, keep), tf.mul(x, 1 - keep)));
}

export function sgd(
  w: Tensor,
  v: Tensor,
  g: Tensor,
  { learningRate, momentum, weightDecay }: SgdAttrs,
): void {
  assign(v, () => tf.addN([tf.mul(v, momentum), g, tf.mul(w, weightDecay)]));
  assign(w, () => tf.sub(w, tf.mul(v, learningRate)));
}
