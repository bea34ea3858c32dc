/** @file Reference of the kernels that write into their first input (meaning: ../kernels.ts). */
import type { SgdAttrs } from '../kernels.ts';
import { at } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';

export function accumulate(sum: NdArray, x: NdArray, scale: number): void {
  for (let i = 0; i < sum.data.length; i++) sum.data[i] = at(sum.data, i) + scale * at(x.data, i);
}

export function clamp(x: NdArray, limit: number): void {
  for (let i = 0; i < x.data.length; i++) {
    const value = at(x.data, i);
    if (value > limit) x.data[i] = limit;
    else if (value < -limit) x.data[i] = -limit;
  }
}

export function blend(running: NdArray, x: NdArray, keep: number): void {
  for (let i = 0; i < running.data.length; i++) {
    running.data[i] = keep * at(running.data, i) + (1 - keep) * at(x.data, i);
  }
}

export function sgd(w: NdArray, v: NdArray, g: NdArray, attrs: SgdAttrs): void {
  const { learningRate, momentum, weightDecay } = attrs;
  for (let i = 0; i < w.data.length; i++) {
    const velocity = momentum * at(v.data, i) + at(g.data, i) + weightDecay * at(w.data, i);
    v.data[i] = velocity;
    w.data[i] = at(w.data, i) - learningRate * velocity;
  }
}
