/** Kernels on shapes that nobody chose, and the exact formula of quantization. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { drawRange, nearGrid, normals } from '../../testing/draws.ts';
import type { KernelCase } from '../../testing/kernel-cases.ts';
import { checkKernelCase } from '../../testing/kernel-check.ts';
import { registerSimdInNode } from '../../testing/simd.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';
import { Rng } from '../../util/rng.ts';
import { KERNELS, convOutputSize } from '../kernels.ts';
import * as kernels from '../kernels.ts';
import type { NdArray } from '../reference/nd-array.ts';
import { batchNorm, batchNormInfer } from '../reference/batch-norm.ts';

beforeAll(async () => {
  registerSimdInNode();
  await tf.setBackend('simd');
});

/** Shapes of a convolution that has at least one output pixel. */
const geometries = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 11 }),
    groups: fc.integer({ min: 1, max: 3 }),
    groupChannels: fc.integer({ min: 1, max: 9 }),
    groupColumns: fc.integer({ min: 1, max: 11 }),
    filterHeight: fc.integer({ min: 1, max: 7 }),
    filterWidth: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padHeight: fc.integer({ min: 0, max: 3 }),
    padWidth: fc.integer({ min: 0, max: 3 }),
    scope: fc.constantFrom('none', 'tensor', 'channel'),
    steps: fc.constantFrom(1, 15, 255, 65535),
    seed: fc.nat(),
  })
  .filter(
    ({ height, width, filterHeight, filterWidth, padHeight, padWidth }) =>
      height + 2 * padHeight >= filterHeight && width + 2 * padWidth >= filterWidth,
  );

async function expectRight(kernelCase: KernelCase): Promise<void> {
  expect(await checkKernelCase(kernelCase, TOLERANCES.simd)).toEqual([]);
}

test.each(['conv', 'depthwise'] as const)(
  '%s and its gradients, any geometry',
  { timeout: 60_000 },
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(geometries, async (g) => {
        const { stride, padHeight, padWidth, filterHeight, filterWidth } = g;
        const groups = kind === 'conv' ? g.groups : 1;
        const channels = groups * g.groupChannels;
        const columns = kind === 'conv' ? groups * g.groupColumns : channels;
        const xShape = [g.batch, g.height, g.width, channels];
        const filterShape =
          kind === 'conv'
            ? [filterHeight, filterWidth, g.groupChannels, columns]
            : [filterHeight, filterWidth, channels, 1];
        const yShape = [
          g.batch,
          convOutputSize(g.height, filterHeight, padHeight, stride),
          convOutputSize(g.width, filterWidth, padWidth, stride),
          columns,
        ];
        const steps = g.scope === 'none' ? 0 : g.steps;
        const rng = new Rng(g.seed);
        const range = g.scope === 'none' ? null : drawRange(rng, g.scope as 'tensor', channels);
        const x = range === null ? normals(rng, xShape) : nearGrid(rng, xShape, range, steps);
        const w = normals(rng, filterShape);
        const dy = normals(rng, yShape);
        const given: Record<string, NdArray> = range === null ? {} : { range };
        const attrs = { stride, padHeight, padWidth, groups, steps };
        const common = { name: kind };
        await expectRight({
          ...common,
          kernel: KERNELS[kind],
          inputs: () => ({ x, w, ...given }),
          attrs,
        });
        await expectRight({
          ...common,
          kernel: KERNELS[`${kind}BackInput`],
          inputs: () => ({ dy, w }),
          attrs: { ...attrs, inputShape: xShape },
        });
        await expectRight({
          ...common,
          kernel: KERNELS[`${kind}BackFilter`],
          inputs: () => ({ x, dy, ...given }),
          attrs: { ...attrs, filterShape },
        });
      }),
      { numRuns: 120, seed: 1 },
    );
  },
);

test('batch norm and its gradient, any number of rows and channels', async () => {
  await fc.assert(
    fc.asyncProperty(
      // The gradient of a handful of rows all but cancels, so its last digits are anyone's.
      fc.integer({ min: 9, max: 700 }),
      fc.integer({ min: 1, max: 21 }),
      fc.boolean(),
      fc.constantFrom('none', 'tensor', 'channel'),
      fc.nat(),
      async (rows, channels, relu, scope, seed) => {
        const rng = new Rng(seed);
        const x = normals(rng, [rows, channels], 3, 2);
        const affine = normals(rng, [2, channels]);
        const dy = normals(rng, [rows, channels]);
        const attrs = { epsilon: 1e-3, relu };
        await expectRight({
          name: 'forward',
          kernel: KERNELS.batchNorm,
          inputs: () => ({ x, affine }),
          attrs: { ...attrs, scope },
        });
        const { stats } = batchNorm(x, affine, { ...attrs, scope: 'none' });
        const y = batchNormInfer(x, stats, affine, { ...attrs, relu: false });
        for (let i = 0; i < x.data.length; i++) {
          if (Math.abs(y.data[i] ?? 0) < 1e-2) dy.data[i] = 0; // the mask may differ there
        }
        await expectRight({
          name: 'backward',
          kernel: KERNELS.batchNormBack,
          inputs: () => ({ dy, x, stats, affine }),
          attrs,
        });
      },
    ),
    { numRuns: 80, seed: 1 },
  );
});

test('statistics keep their digits far from zero', () => {
  const rng = new Rng(3);
  const x = normals(rng, [5000, 3], 1000, 0.01);
  const affine = tf.tensor2d([1, 1, 1, 0, 0, 0], [2, 3]);
  const { stats } = kernels.batchNorm(tf.tensor(x.data as Float32Array, [5000, 3]), affine, {
    epsilon: 1e-5,
    relu: false,
    scope: 'none',
  });
  const values = stats.dataSync();
  for (let c = 0; c < 3; c++) {
    const column = Array.from({ length: 5000 }, (_, i) => x.data[i * 3 + c] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / 5000;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5000;
    expect(values[c]).toBeCloseTo(mean, 3);
    expect(Math.abs((values[3 + c] ?? 0) / variance - 1)).toBeLessThan(1e-4);
  }
});

/** The contract's formula, each operation rounded to float32. */
function onGrid(value: number, lo: number, hi: number, steps: number): number {
  const step = Math.max(Math.fround(Math.fround(hi - lo) / steps), Math.fround(kernels.MIN_STEP));
  const clamped = Math.min(Math.max(value, lo), hi);
  const scaled = Math.fround(Math.fround(clamped - lo) / Math.fround(step));
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  return Math.fround(Math.fround((isUp ? floor + 1 : floor) * Math.fround(step)) + lo);
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });

test('quantization is the formula to the bit, the same on every path', () => {
  fc.assert(
    fc.property(
      fc.array(float, { minLength: 1, maxLength: 60 }),
      float,
      fc.float({ min: 0, max: 100, noNaN: true }),
      fc.constantFrom(1, 3, 15, 255, 4095, 65535),
      (values, lo, extent, steps) => {
        const hi = Math.fround(lo + extent);
        const data = Float32Array.from(values);
        // Ties, and the ends.
        data[0] = Math.fround(lo + Math.fround(hi - lo) / steps / 2);
        const expected = Array.from(data, (value) => onGrid(value, lo, hi, steps));
        const range = tf.tensor1d([lo, hi]);
        const x = tf.tensor4d(data, [1, 1, data.length, 1]);
        const one = tf.ones([1, 1, 1, 1]);
        const geometry = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };
        const grid = { steps };
        const plain = kernels.fakeQuantize(x, range, steps);
        const point = kernels.conv(x, one, range, geometry, grid);
        const depthwise = kernels.depthwise(x, one, range, geometry, grid);
        expect(Array.from(plain.dataSync(), normalZero)).toEqual(expected.map(normalZero));
        expect(Array.from(point.dataSync(), normalZero)).toEqual(expected.map(normalZero));
        expect(Array.from(depthwise.dataSync(), normalZero)).toEqual(expected.map(normalZero));
        for (const t of [range, x, one, plain, point, depthwise]) t.dispose();
      },
    ),
    { seed: 1 },
  );
});

/** −0 as 0. */
function normalZero(value: number): number {
  return value + 0;
}

test('per-channel quantization is that of each channel alone', () => {
  const rng = new Rng(9);
  for (const channels of [2, 3, 4, 7, 16]) {
    const rows = 37;
    const x = normals(rng, [rows, channels]);
    const range = drawRange(rng, 'channel', channels);
    const y = kernels
      .fakeQuantize(
        tf.tensor(x.data as Float32Array, [rows, channels]),
        tf.tensor(range.data as Float32Array, [2, channels]),
        15,
      )
      .dataSync();
    const expected = Array.from(x.data, (value, i) =>
      onGrid(value, range.data[i % channels] ?? 0, range.data[channels + (i % channels)] ?? 0, 15),
    );
    expect(Array.from(y, normalZero)).toEqual(expected.map(normalZero));
  }
});
