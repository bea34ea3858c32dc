import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../engine/ops.ts';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import { Tape } from '../engine/tape.ts';
import { Rng } from '../util/rng.ts';
import { learnedActivations, symmetricActivations, unitActivations } from './activations.ts';
import { normalClip } from './normal-clip.ts';
import { makeQuantizer, sbm } from './quantizer.ts';
import { dorefaWeights, minMaxWeights, symmetricWeights } from './weights.ts';
import type { ConvKind, WeightQuantizer } from './weights.ts';

const BITS = [2, 3, 4, 8];

/** [S, R, C, K], or [S, R, C, 1] for depthwise. */
function drawWeights(kind: ConvKind): { data: Float32Array; shape: number[]; outputs: number } {
  const shape = kind === 'conv' ? [3, 3, 4, 5] : [3, 3, 6, 1];
  const rng = new Rng(8).fork(kind);
  const length = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length }, () => rng.normal(0.05, 0.4));
  return { data, shape, outputs: kind === 'conv' ? 5 : 6 };
}

function quantize(weights: WeightQuantizer, kind: ConvKind, bits: number): Float32Array {
  const { data, shape } = drawWeights(kind);
  const tape = new Tape();
  const w = tensor(data, shape);
  const values = weights(tape, w, kind, bits).quantized.dataSync<'float32'>().slice();
  tape.dispose();
  w.dispose();
  return values;
}

/** Weights of one output channel, with their places: the last dimension, C where K is 1. */
function channelsOf(kind: ConvKind): { values: number[]; places: number[] }[] {
  const { data, outputs } = drawWeights(kind);
  return Array.from({ length: outputs }, (_, k) => {
    const places = [...data.keys()].filter((i) => i % outputs === k);
    return { places, values: places.map((i) => data[i] ?? NaN) };
  });
}

/** @param place what is rounded: so near a tie, float32 may go either way */
function expectNear(actual: number, step: number, place: number, offset = 0): void {
  if (Math.abs(place - Math.floor(place) - 0.5) < 1e-4) return;
  expect(Math.abs(actual - (Math.round(place) * step + offset))).toBeLessThan(1e-5 * step);
}

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe.each(['conv', 'depthwise'] as const)('weights of a %s', (kind) => {
  it.each(BITS)('sbm at %i bits is affine between the extremes of each output', (bits) => {
    const quantized = quantize(minMaxWeights, kind, bits);
    for (const { values, places } of channelsOf(kind)) {
      const low = Math.min(...values);
      const scale = (Math.max(...values) - low) / (2 ** bits - 1);
      values.forEach((value, i) => {
        // quantize.py of InstantNet: ((x − zero_point) / scale).round() · scale + zero_point
        expectNear(quantized[places[i] ?? 0] ?? NaN, scale, (value - low) / scale, low);
      });
    }
  });

  it.each(BITS)("symmetric at %i bits is the paper's round(clamp(x, c) / s) · s", (bits) => {
    const quantized = quantize(symmetricWeights, kind, bits);
    for (const { values, places } of channelsOf(kind)) {
      const c = Math.max(...values.map(Math.abs));
      const s = c / (2 ** (bits - 1) - 1); // Mixed Precision NAS, section III
      const levels = new Set<number>();
      values.forEach((value, i) => {
        const actual = quantized[places[i] ?? 0] ?? NaN;
        expectNear(actual, s, value / s);
        levels.add(Math.round(actual / s));
      });
      expect(levels.size).toBeLessThanOrEqual(2 ** bits - 1);
    }
  });

  it.each(BITS)('dorefa at %i bits is 2 · quantize(tanh(w) / (2 · max) + 1/2) − 1', (bits) => {
    const { data } = drawWeights(kind);
    const quantized = quantize(dorefaWeights, kind, bits);
    const steps = 2 ** bits - 1;
    const largest = Math.max(...data.map((w) => Math.abs(Math.tanh(w))));
    data.forEach((w, i) => {
      const unit = Math.tanh(w) / (2 * largest) + 0.5;
      // DoReFa-Net, Eqs. 5 and 9: 2 · round(steps · unit) / steps − 1
      expectNear(quantized[i] ?? NaN, 2 / steps, steps * unit, -1);
    });
    expect(Math.max(...quantized.map(Math.abs))).toBeCloseTo(1, 6);
  });

  it('dorefa passes the gradient through tanh and its largest value, rounding left out', () => {
    const { data, shape } = drawWeights(kind);
    const rng = new Rng(9);
    const dy = Float32Array.from(data, () => rng.normal(0.5));
    const tape = new Tape();
    const w = tensor(data, shape);
    tape.watch(w);
    const { quantized } = dorefaWeights(tape, w, kind, 2);
    const gradient = tape.backward(quantized, tensor(dy, shape)).get(w.id);
    const values = gradient?.dataSync() ?? [];
    // Central differences in float64 of Σ dy · tanh(w) / max |tanh(w)|.
    const loss = (weights: Float64Array): number => {
      const tanh = weights.map(Math.tanh);
      const largest = Math.max(...tanh.map(Math.abs));
      return tanh.reduce((sum, t, i) => sum + (dy[i] ?? 0) * (t / largest), 0);
    };
    const step = 1e-6;
    data.forEach((_, i) => {
      const moved = (by: number): number => {
        const weights = Float64Array.from(data);
        weights[i] = (weights[i] ?? 0) + by;
        return loss(weights);
      };
      expect(values[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
    });
    gradient?.dispose();
    w.dispose();
  });
});

describe('activations', () => {
  const IDENTITY = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };

  /** Values through a 1×1 convolution by 1: what the layer sees, and gradients of Σ. */
  function read(gridded: (x: Tensor) => ops.Gridded, values: readonly number[]) {
    const tape = new Tape();
    const x = tensor(values, [1, 1, values.length, 1]);
    const w = tensor([1], [1, 1, 1, 1]);
    const input = gridded(x);
    tape.watch(x);
    if (input.range !== null && input.learns !== undefined) tape.watch(input.range);
    const y = ops.convolve(tape, 'conv', input, w, IDENTITY);
    const seen = [...y.dataSync()];
    const ones = tensor(new Array<number>(values.length).fill(1), y.shape);
    const gradients = tape.backward(y, ones);
    const of = (t: Tensor | null): number[] => [
      ...((t === null ? undefined : gradients.get(t.id))?.dataSync() ?? []),
    ];
    const result = { seen, dx: of(x), dRange: of(input.range) };
    for (const t of [x, w, input.range, ...gradients.values()]) t?.dispose();
    return result;
  }

  it('dorefa clips to [0, 1], and the gradient with it', () => {
    const { seen, dx } = read(
      (x) => unitActivations.gridded(x, tensor1d([0, 1]), 2, false),
      [-0.5, 0.1, 0.3, 0.9, 1.5],
    );
    [0, 0, 1 / 3, 1, 1].forEach((y, i) => expect(seen[i]).toBeCloseTo(y, 6));
    expect(dx).toEqual([0, 1, 1, 1, 0]);
  });

  it('a learned clip has the gradient of α · quantize(clamp(x / α)), rounding left out', () => {
    const values = [0.2, 0.9, 1.4, 2.5, 7];
    const alpha = 2;
    const { seen, dx, dRange } = read(
      (x) => learnedActivations.gridded(x, tensor1d([0, alpha]), 2, false),
      values,
    );
    const levels = [0, 2 / 3, 4 / 3, 2, 2];
    levels.forEach((y, i) => expect(seen[i]).toBeCloseTo(y, 6));
    expect(dx).toEqual([1, 1, 1, 0, 0]);
    // Inside: q(x / α) − x / α; above: 1.
    const expected = 0 - 0.1 + (1 / 3 - 0.45) + (2 / 3 - 0.7) + 1 + 1;
    expect(dRange[0]).toBe(0);
    expect(dRange[1]).toBeCloseTo(expected, 5);
  });

  it('symmetric puts 0 and −x where they belong', () => {
    const tape = new Tape();
    const batch = tensor1d([-0.5, 2]);
    const range = symmetricActivations.rangeOf(tape, batch);
    expect([...range.dataSync()]).toEqual([-2, 2]);
    const values = [-2, -0.7, 0, 0.7, 2];
    const { seen } = read((x) => symmetricActivations.gridded(x, range.clone(), 2, true), values);
    [-2, 0, 0, 0, 2].forEach((y, i) => expect(seen[i]).toBeCloseTo(y, 6)); // three levels
    tape.dispose();
    batch.dispose();
  });

  it('learned clips start where Max (1960, Table II) has the best uniform quantizer', () => {
    // Output spacing for N = 4, 8, 16, 32 levels; the ends are (N − 1) / 2 spacings from 0.
    const spacings = new Map([
      [2, 0.9957],
      [3, 0.586],
      [4, 0.3352],
      [5, 0.1881],
    ]);
    for (const [bits, spacing] of spacings) {
      expect(normalClip(bits, true)).toBeCloseTo((spacing * (2 ** bits - 1)) / 2, 2);
      // Half of the values, twice as fine: between this width's and the next's.
      expect(normalClip(bits, false)).toBeGreaterThan(normalClip(bits, true));
      expect(normalClip(bits, false)).toBeLessThan(normalClip(bits + 1, true));
    }
  });
});

describe('makeQuantizer', () => {
  it('knows the widths of both operands', () => {
    const apart = makeQuantizer('sbm', {
      precisions: new Map([[2, { weights: 32, activations: 2 }]]),
    });
    expect(apart.precision(2)).toEqual({ weights: 32, activations: 2 });
    expect(sbm.precision(4)).toEqual({ weights: 4, activations: 4 });
  });

  it('leaves no tensor behind', () => {
    const before = memory().numTensors;
    for (const kind of ['conv', 'depthwise'] as const) {
      for (const weights of [minMaxWeights, symmetricWeights, dorefaWeights]) {
        quantize(weights, kind, 4);
      }
    }
    expect(memory().numTensors).toBe(before);
  });
});
