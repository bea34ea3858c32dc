import { describe, expect, test } from 'vitest';
import { describeDifference } from '../../testing/matchers.ts';
import { kernelCases } from '../../testing/kernel-cases.ts';
import { FINITE_DIFFERENCE } from '../../testing/tolerances.ts';
import { KERNELS } from '../kernels.ts';
import type { KernelName } from '../kernels.ts';
import type { NdArray, Values } from './nd-array.ts';
import { fakeQuantize } from './quantization.ts';
import { REFERENCE_KERNELS } from './reference-kernels.ts';
import type { NamedInputs } from './reference-kernels.ts';

type Inputs = Record<string, NdArray>;

const STEP = 1e-5;
/** Elements of each input that are nudged: all of a small one, a spread of a large one. */
const MAX_PROBES = 20;

function widened(inputs: NamedInputs): Inputs {
  const copies: Inputs = {};
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    copies[name] = { shape, data: data instanceof Int32Array ? data : Float64Array.from(data) };
  }
  return copies;
}

function get(inputs: Inputs, name: string): NdArray {
  const array = inputs[name];
  if (array === undefined) throw new Error(`no input ${name}`);
  return array;
}

function dot(a: Values, b: Values): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Central differences of `loss` to the probed elements of `x`, beside the gradient's. */
function compareGradient(loss: () => number, x: NdArray, gradient: NdArray): string | null {
  expect(gradient.shape).toEqual(x.shape);
  const stride = Math.max(1, Math.floor(x.data.length / MAX_PROBES));
  const expected: number[] = [];
  const actual: number[] = [];
  for (let i = 0; i < x.data.length; i += stride) {
    const held = x.data[i] ?? 0;
    x.data[i] = held + STEP;
    const above = loss();
    x.data[i] = held - STEP;
    const below = loss();
    x.data[i] = held;
    expected.push((above - below) / (2 * STEP));
    actual.push(gradient.data[i] ?? NaN);
  }
  return describeDifference(actual, expected, FINITE_DIFFERENCE);
}

function only(kernel: KernelName, inputs: Inputs, attrs: Readonly<Record<string, unknown>>) {
  const [output] = REFERENCE_KERNELS[kernel](inputs, attrs);
  if (output === undefined) throw new Error(`${kernel} returned nothing`);
  return output;
}

/** Cases of many pixels are there for the tiling of fast backends; their formula is the same. */
const CASES = kernelCases().filter(({ name }) => !name.includes('many pixels'));

function casesOf(kernel: KernelName) {
  return CASES.filter((c) => c.kernel === kernel).map((c) => [c.name, c] as const);
}

describe.each([
  ['conv', KERNELS.conv, KERNELS.convBackInput, KERNELS.convBackFilter],
  ['depthwise', KERNELS.depthwise, KERNELS.depthwiseBackInput, KERNELS.depthwiseBackFilter],
] as const)('%s against central differences', (_kind, forward, backInput, backFilter) => {
  test.each(casesOf(backInput))('%s', (_name, { inputs, attrs }) => {
    const { dy, w } = inputs();
    const all = widened({ dy: dy as NdArray, w: w as NdArray });
    const shape = attrs['inputShape'] as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    // The forward is linear in x: any point will do.
    const x = { shape, data: Float64Array.from({ length: size }, (_, i) => Math.sin(i)) };
    const loss = (): number => {
      const y = only(forward, { x, w: get(all, 'w') }, { ...attrs, steps: 0 });
      return dot(y.data, get(all, 'dy').data);
    };
    expect(compareGradient(loss, x, only(backInput, all, attrs))).toBeNull();
  });

  // With the input on its grid: the filter's gradient is that of the quantized forward.
  test.each(casesOf(backFilter))('%s', (_name, { inputs, attrs }) => {
    const all = widened(inputs());
    const shape = attrs['filterShape'] as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const w = { shape, data: Float64Array.from({ length: size }, (_, i) => Math.cos(i)) };
    const loss = (): number => dot(only(forward, { ...all, w }, attrs).data, get(all, 'dy').data);
    expect(compareGradient(loss, w, only(backFilter, all, attrs))).toBeNull();
  });

  test('the forward is that of the input put on its grid before', () => {
    for (const [, { inputs, attrs }] of casesOf(forward)) {
      const all = widened(inputs());
      const { range } = all;
      if (range === undefined) continue;
      const x = fakeQuantize(get(all, 'x'), range, attrs['steps'] as number);
      const y = only(forward, { x, w: get(all, 'w') }, { ...attrs, steps: 0 });
      expect(only(forward, all, attrs).data).toEqual(y.data);
    }
  });
});

describe('batch norm against central differences', () => {
  test.each(casesOf(KERNELS.batchNormBack))('%s', (_name, { inputs, attrs }) => {
    const all = widened(inputs());
    const forwardAttrs = { ...attrs, scope: 'none' };
    const [, stats] = REFERENCE_KERNELS[KERNELS.batchNorm](all, forwardAttrs);
    const x = get(all, 'x');
    const affine = get(all, 'affine');
    const [dx, dAffine] = REFERENCE_KERNELS[KERNELS.batchNormBack](
      { ...all, stats: stats as NdArray },
      attrs,
    );
    const loss = (): number =>
      dot(only(KERNELS.batchNorm, { x, affine }, forwardAttrs).data, get(all, 'dy').data);
    expect(compareGradient(loss, affine, dAffine as NdArray)).toBeNull();
    expect(compareGradient(loss, x, dx as NdArray)).toBeNull();
  });
});

describe('loss against central differences', () => {
  test.each(casesOf(KERNELS.cdtLoss))('%s', (_name, { inputs, attrs }) => {
    const all = widened(inputs());
    const [, dLogits] = REFERENCE_KERNELS[KERNELS.cdtLoss](all, attrs);
    const loss = (): number => {
      const [crossEntropy = 0, distillation = 0] = only(KERNELS.cdtLoss, all, attrs).data;
      return (attrs['scale'] as number) * (crossEntropy + (attrs['beta'] as number) * distillation);
    };
    expect(compareGradient(loss, get(all, 'logits'), dLogits as NdArray)).toBeNull();
  });
});

test.each(casesOf(KERNELS.globalPoolBack))('%s against central differences', (_n, c) => {
  const { dy } = widened(c.inputs());
  const gradient = only(KERNELS.globalPoolBack, { dy: dy as NdArray }, c.attrs);
  const x = { shape: gradient.shape, data: new Float64Array(gradient.data.length) };
  const loss = (): number => dot(only(KERNELS.globalPool, { x }, {}).data, (dy as NdArray).data);
  expect(compareGradient(loss, x, gradient)).toBeNull();
});

describe('the map of weights against central differences', () => {
  test.each(casesOf(KERNELS.tanhUnitBack).filter(([name]) => !name.includes('ties')))(
    '%s',
    (_name, { inputs }) => {
      const all = widened(inputs());
      const w = get(all, 'w');
      const range = (): NdArray => {
        const data = Float64Array.of(Math.min(...w.data), Math.max(...w.data));
        return { shape: [2], data };
      };
      const gradient = only(KERNELS.tanhUnitBack, { ...all, w, range: range() }, {});
      const loss = (): number => {
        const y = only(KERNELS.tanhUnit, { w, range: range() }, {});
        return dot(y.data, get(all, 'dy').data);
      };
      expect(compareGradient(loss, w, gradient)).toBeNull();
    },
  );

  test('is shared evenly where several weights are the largest', () => {
    const [entry] = casesOf(KERNELS.tanhUnitBack).filter(([name]) => name.includes('ties'));
    const { w, dy, range } = widened(entry?.[1].inputs() ?? {}) as Record<string, NdArray>;
    if (w === undefined || dy === undefined || range === undefined) throw new Error('no case');
    // Moving all largest together moves no y of theirs: y = ±1 stays, so Σ over them of ±dw is
    // −Σ dy·y over the others, times d(tanh)/m.
    const gradient = only(KERNELS.tanhUnitBack, { w, dy, range }, {}).data;
    const t = Math.tanh(0.5);
    const inward = (gradient[0] ?? 0) - (gradient[1] ?? 0) + (gradient[3] ?? 0);
    const expected = ((-(1 - t * t) / t) * (3 * Math.tanh(0.25))) / t;
    expect(inward).toBeCloseTo(expected, 12);
  });
});

describe('the gradient of a learned clip, against central differences', () => {
  // Straight-through: the offset that rounding adds, in steps, is held where it is.
  test.each(casesOf(KERNELS.clipGradient))('%s', (_name, { inputs, attrs }) => {
    const all = widened(inputs());
    const x = get(all, 'x').data;
    const dy = get(all, 'dy').data;
    const range = get(all, 'range');
    const steps = attrs['steps'] as number;
    const [low = 0, high = 0] = range.data;
    const held = get({ y: fakeQuantize(get(all, 'x'), range, steps) }, 'y').data;
    const step = (high - low) / steps;
    const offsets = Array.from(x, (value, i) => ((held[i] ?? 0) - value) / step);
    const lossAt = (lo: number, hi: number): number => {
      const distance = (hi - lo) / steps;
      let sum = 0;
      for (const [i, value] of x.entries()) {
        const y = value > high ? hi : value < low ? lo : value + (offsets[i] ?? 0) * distance;
        sum += y * (dy[i] ?? 0);
      }
      return sum;
    };
    const slope =
      attrs['ends'] === 'symmetric'
        ? (lossAt(low - STEP, high + STEP) - lossAt(low + STEP, high - STEP)) / (2 * STEP)
        : (lossAt(low, high + STEP) - lossAt(low, high - STEP)) / (2 * STEP);
    const expected = [attrs['ends'] === 'symmetric' ? -slope : 0, slope];
    const actual = only(KERNELS.clipGradient, all, attrs);
    expect(describeDifference(actual.data, expected, FINITE_DIFFERENCE)).toBeNull();
  });
});
