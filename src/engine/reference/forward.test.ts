import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { LOSS_TERMS } from '../kernels.ts';
import { batchNorm, batchNormInfer } from './batch-norm.ts';
import { conv, depthwise } from './convolution.ts';
import { add, bias, columnSum, globalPool, globalPoolBack, reluBack } from './elementwise.ts';
import { cdtLoss } from './loss.ts';
import type { NdArray } from './nd-array.ts';
import { clipMask, fakeQuantize, range, roundHalfEven } from './quantization.ts';
import { accumulate, blend, sgd } from './updates.ts';

function array(shape: readonly number[], values: readonly number[]): NdArray {
  return { shape, data: Float64Array.from(values) };
}

function values({ data }: NdArray): number[] {
  return [...data];
}

const PLAIN = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };

describe('quantization', () => {
  test('rounds ties to even', () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfEven)).toEqual([
      -2, -2, 0, 0, 2, 2, 2, 3,
    ]);
  });

  test('range per tensor and per channel', () => {
    const x = array([3, 2], [1, -5, 4, 0, -2, 7]);
    expect(values(range(x, 'tensor'))).toEqual([-5, 7]);
    expect(values(range(x, 'channel'))).toEqual([-2, -5, 4, 7]); // lows, then highs
  });

  test('puts values on the grid, ends included', () => {
    // range −1 … 2 in 3 steps: the points are −1, 0, 1, 2
    const x = array([6], [-9, -0.6, 0.4, 0.6, 1.9, 9]);
    expect(values(fakeQuantize(x, array([2], [-1, 2]), 3))).toEqual([-1, -1, 0, 1, 2, 2]);
  });

  test('per channel: each with its own grid', () => {
    const x = array([2, 2], [0.4, 40, 0.6, 60]);
    expect(values(fakeQuantize(x, array([2, 2], [0, 0, 1, 100]), 1))).toEqual([0, 0, 1, 100]);
  });

  test('a constant tensor stays as it is', () => {
    expect(values(fakeQuantize(array([2], [3, 3]), array([2], [3, 3]), 255))).toEqual([3, 3]);
  });

  test('is idempotent, keeps order, moves by half a step at most', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), fc.integer({ min: 1, max: 300 }), (xs, n) => {
        const x = array([xs.length], xs);
        const bounds = range(x, 'tensor');
        const once = fakeQuantize(x, bounds, n);
        const [low = 0, high = 0] = values(bounds);
        const half = (high - low) / n / 2 + 1e-9;
        values(once).forEach((q, i) => expect(Math.abs(q - (xs[i] ?? 0))).toBeLessThan(half));
        values(fakeQuantize(once, bounds, n)).forEach((q, i) =>
          expect(q).toBeCloseTo(once.data[i] ?? 0, 9),
        );
      }),
    );
  });

  test('clipMask passes the gradient inside the range, its ends included', () => {
    const x = array([5], [-2, -1, 0, 1, 2]);
    const dy = array([5], [1, 2, 3, 4, 5]);
    expect(values(clipMask(dy, x, array([2], [-1, 1])))).toEqual([0, 2, 3, 4, 0]);
  });
});

describe('convolution', () => {
  // 1 2 3
  // 4 5 6
  // 7 8 9
  const image = array([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

  test('is a correlation: the filter is not flipped', () => {
    const w = array([2, 2, 1, 1], [1, 10, 100, 1000]);
    // 1 + 20 + 400 + 5000, …
    expect(values(conv(image, w, null, PLAIN, { steps: 0 }))).toEqual([5421, 6532, 8754, 9865]);
  });

  test('pads with zeros on all sides and strides from the padded corner', () => {
    const w = array([3, 3, 1, 1], Array<number>(9).fill(1));
    const geometry = { ...PLAIN, stride: 2, padHeight: 1, padWidth: 1 };
    // sums of the 2×2 corners
    expect(values(conv(image, w, null, geometry, { steps: 0 }))).toEqual([12, 16, 24, 28]);
  });

  test('pads after quantization: padding is 0 even where the grid has no 0', () => {
    const ones = array([1, 1, 1, 1], [1]);
    const w = array([1, 3, 1, 1], [1, 1, 1]);
    const geometry = { ...PLAIN, padWidth: 1 };
    const grid = array([2], [0.5, 1]);
    expect(values(conv(ones, w, grid, geometry, { steps: 1 }))).toEqual([1]);
  });

  test('a filter higher than wide', () => {
    const w = array([3, 1, 1, 1], [1, 0, -1]);
    const result = conv(image, w, null, PLAIN, { steps: 0 });
    expect(result.shape).toEqual([1, 1, 3, 1]);
    expect(values(result)).toEqual([-6, -6, -6]);
  });

  test('groups see their own channels only', () => {
    const x = array([1, 1, 1, 4], [1, 2, 3, 4]);
    const w = array([1, 1, 2, 2], [1, 1, 10, 10]); // out 0 from channels 0, 1; out 1 from 2, 3
    const result = conv(x, w, null, { ...PLAIN, groups: 2 }, { steps: 0 });
    expect(values(result)).toEqual([21, 43]);
  });

  test('depthwise: one filter per channel', () => {
    const x = array([1, 1, 2, 2], [1, 2, 3, 4]);
    const w = array([1, 2, 2, 1], [1, 10, 100, 1000]);
    expect(values(depthwise(x, w, null, PLAIN, { steps: 0 }))).toEqual([301, 4020]);
  });
});

describe('batch norm', () => {
  const x = array([4, 1], [1, 3, 5, 7]); // mean 4, biased variance 5
  const affine = array([2, 1], [2, 1]);

  test('normalizes with the statistics of the batch', () => {
    const { y, stats, range } = batchNorm(x, affine, { epsilon: 0, relu: false, scope: 'channel' });
    const unit = 1 / Math.sqrt(5);
    expect(values(stats)).toEqual([4, 5]);
    [-6, -2, 2, 6].forEach((d, i) => expect(y.data[i]).toBeCloseTo(d * unit + 1, 12));
    expect(range?.shape).toEqual([2, 1]);
    expect(range?.data[1]).toBeCloseTo(6 * unit + 1, 12);
  });

  test('rectifies before it reports the range', () => {
    const { y, range } = batchNorm(x, affine, { epsilon: 0, relu: true, scope: 'tensor' });
    expect(y.data[0]).toBe(0);
    expect(range?.data[0]).toBe(0);
  });

  test('with given moments', () => {
    const y = batchNormInfer(x, array([2, 1], [1, 3]), affine, { epsilon: 1, relu: false });
    expect(values(y)).toEqual([1, 3, 5, 7]);
  });

  test('NaN goes through the ReLU', () => {
    const y = batchNormInfer(array([1, 1], [NaN]), array([2, 1], [1, 3]), affine, {
      epsilon: 1,
      relu: true,
    });
    expect(y.data[0]).toBeNaN();
  });
});

test('add, its ReLU and range', () => {
  const { y, range } = add(array([3], [1, -2, 3]), array([3], [1, 1, 1]), {
    relu: true,
    scope: 'tensor',
  });
  expect(values(y)).toEqual([2, 0, 4]);
  expect(range && values(range)).toEqual([0, 4]);
  expect(values(reluBack(array([3], [5, 6, 7]), y))).toEqual([5, 0, 7]);
});

test('pooling, bias and column sums', () => {
  const x = array([1, 1, 2, 2], [1, 10, 3, 30]);
  expect(values(globalPool(x))).toEqual([2, 20]);
  expect(values(globalPoolBack(array([1, 2], [2, 4]), 1, 2))).toEqual([1, 2, 1, 2]);
  const rows = array([2, 2], [1, 2, 3, 4]);
  expect(values(bias(rows, array([2], [10, 20])))).toEqual([11, 22, 13, 24]);
  expect(values(columnSum(rows))).toEqual([4, 6]);
});

describe('loss', () => {
  const attrs = { beta: 1, labelSmoothing: 0, scale: 1, distillOn: 'logits' } as const;
  const label = (k: number): NdArray => ({ shape: [1], data: Int32Array.of(k) });

  test('of equal logits is the logarithm of the classes', () => {
    const { terms, dLogits } = cdtLoss(array([1, 4], [7, 7, 7, 7]), label(2), [], attrs);
    expect(terms.data[0]).toBeCloseTo(Math.log(4), 12);
    expect(terms.data[2]).toBe(0); // the first of the tied is class 0
    expect(values(dLogits)).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  test('smoothing pulls towards all classes', () => {
    const { dLogits } = cdtLoss(array([1, 2], [0, 0]), label(0), [], {
      ...attrs,
      labelSmoothing: 0.5,
    });
    expect(values(dLogits)).toEqual([-0.25, 0.25]); // 1/2 − (1/2 + 1/4)
  });

  test('distillation is the mean over batch and classes, of each teacher and summed', () => {
    const logits = array([1, 2], [1, 2]);
    const teachers = [array([1, 2], [0, 2]), array([1, 2], [1, 5])];
    const { terms } = cdtLoss(logits, label(1), teachers, attrs);
    expect(terms.data[1]).toBeCloseTo(1 / 2 + 9 / 2, 12);
    expect(values(terms).slice(LOSS_TERMS)).toEqual([1 / 2, 9 / 2]);
  });

  test('soft labels: divergence from each teacher, none from itself', () => {
    const soft = { ...attrs, distillOn: 'soft-labels' } as const;
    const logits = array([1, 2], [0, 0]);
    const teacher = array([1, 2], [Math.log(3), 0]); // probabilities 3/4 and 1/4
    const { terms, dLogits } = cdtLoss(logits, label(0), [teacher, logits], soft);
    expect(terms.data[1]).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 12);
    expect(terms.data[LOSS_TERMS + 1]).toBeCloseTo(0, 12);
    // Cross-entropy pulls by 1/2 − 1 and 1/2, the teacher by 1/2 − 3/4 and 1/2 − 1/4.
    expect(dLogits.data[0]).toBeCloseTo(-0.75, 12);
    expect(dLogits.data[1]).toBeCloseTo(0.75, 12);
  });

  test('scale changes the gradient only', () => {
    const logits = array([1, 2], [1, 2]);
    const whole = cdtLoss(logits, label(0), [], attrs);
    const half = cdtLoss(logits, label(0), [], { ...attrs, scale: 0.5 });
    expect(values(half.terms)).toEqual(values(whole.terms));
    expect(half.dLogits.data[0]).toBeCloseTo(0.5 * (whole.dLogits.data[0] ?? 0), 12);
  });
});

describe('updates in place', () => {
  test('accumulate', () => {
    const sum = array([2], [1, 2]);
    accumulate(sum, array([2], [10, 20]), 0.5);
    expect(values(sum)).toEqual([6, 12]);
  });

  test('blend', () => {
    const running = array([1], [4]);
    blend(running, array([1], [8]), 0.75);
    expect(values(running)).toEqual([5]);
  });

  test('sgd with momentum and weight decay', () => {
    const w = array([1], [2]);
    const v = array([1], [1]);
    sgd(w, v, array([1], [3]), { learningRate: 0.5, momentum: 0.5, weightDecay: 0.25 });
    expect(values(v)).toEqual([4]); // 0.5 · 1 + 3 + 0.25 · 2
    expect(values(w)).toEqual([0]); // 2 − 0.5 · 4
  });
});
