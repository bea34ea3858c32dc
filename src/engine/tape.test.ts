import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { add } from './ops.ts';
import { registerReferenceKernels } from './reference/register.ts';
import { Tape } from './tape.ts';

const PLAIN = { relu: false, scope: 'none' } as const;

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('Tape', () => {
  it('sums the gradients of a tensor that is used more than once', () => {
    const tape = new Tape();
    const w = tensor1d([1, 2]);
    tape.watch(w);
    const twice = add(tape, w, w, PLAIN).y; // 2w
    const y = add(tape, twice, w, PLAIN).y; // 3w
    const gradients = tape.backward(y, tensor1d([1, 10]));
    expect([...(gradients.get(w.id) as Tensor).dataSync()]).toEqual([3, 30]);
    gradients.get(w.id)?.dispose();
    w.dispose();
  });

  it('does not write into the gradient that was given, nor into shared ones', () => {
    const tape = new Tape();
    const a = tensor1d([1]);
    const b = tensor1d([2]);
    for (const t of [a, b]) tape.watch(t);
    const sum = add(tape, a, b, PLAIN).y;
    const y = add(tape, sum, a, PLAIN).y; // 2a + b
    const gradients = tape.backward(y, tensor1d([1]));
    expect(gradients.get(a.id)?.dataSync()[0]).toBe(2);
    expect(gradients.get(b.id)?.dataSync()[0]).toBe(1);
    for (const t of [a, b, ...gradients.values()]) t.dispose();
  });

  it('leaves out what needs no gradient, and gives everything back', () => {
    const before = memory().numTensors;
    const tape = new Tape();
    const constant = tensor1d([1]);
    const w = tensor1d([1]);
    tape.watch(w);
    const side = add(tape, constant, constant, PLAIN).y;
    expect(tape.needsGradient(side)).toBe(false);
    const y = add(tape, side, w, PLAIN).y;
    const gradients = tape.backward(y, tensor1d([5]));
    expect([...gradients.keys()]).toEqual([w.id]);
    for (const t of [constant, w, ...gradients.values()]) t.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('can be thrown away half-way', () => {
    const before = memory().numTensors;
    const tape = new Tape();
    const w = tensor1d([1]);
    tape.watch(w);
    add(tape, w, w, { relu: true, scope: 'tensor' });
    tape.dispose();
    tape.dispose();
    w.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
