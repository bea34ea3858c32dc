/**
 * @file The cases that every backend's kernels are checked with: odd shapes, seeded inputs.
 *
 * Inputs keep away from points where a rounding of the last bit changes the result by a lot: values
 * to be quantized lie within 0.3 of a grid point, values at a ReLU's kink are moved off it, the
 * largest logit leads by far. So every backend must agree within its tolerance, not in spirit.
 */
import { KERNELS, MAX_TEACHERS } from '../engine/kernels.ts';
import type { KernelName, OwnRange } from '../engine/kernels.ts';
import { batchNorm, batchNormInfer } from '../engine/reference/batch-norm.ts';
import { convOutputShape } from '../engine/reference/convolution.ts';
import { generate } from '../engine/reference/nd-array.ts';
import type { NdArray } from '../engine/reference/nd-array.ts';
import { symmetricRange } from '../engine/reference/quantizers.ts';
import type { Attributes, NamedInputs } from '../engine/reference/reference-kernels.ts';
import { Rng } from '../util/rng.ts';
import { drawRange, nearGrid, normals } from './draws.ts';
import type { RangeKind } from './draws.ts';
import { mixingCases } from './mixing-cases.ts';
import { quantizerCases } from './quantizer-cases.ts';

export interface KernelCase {
  /** Unique among the cases. */
  readonly name: string;
  readonly kernel: KernelName;
  /** New arrays at each call: Float32Array, labels Int32Array. */
  readonly inputs: () => NamedInputs;
  readonly attrs: Attributes;
}

type Shape = readonly number[];

interface ConvCase {
  readonly name: string;
  readonly x: Shape;
  /** Height and width. */
  readonly filter: readonly [number, number];
  /** Output channels; ignored for depthwise. */
  readonly out: number;
  readonly stride?: number;
  readonly pad?: readonly [number, number];
  readonly groups?: number;
  readonly steps?: number;
  readonly range?: RangeKind;
}

const CONVS: readonly ConvCase[] = [
  { name: '1×1', x: [2, 5, 5, 6], filter: [1, 1], out: 7 },
  { name: '1×1 on the 8-bit grid', x: [3, 4, 6, 12], filter: [1, 1], out: 20, steps: 255 },
  { name: 'a single value', x: [1, 1, 1, 1], filter: [1, 1], out: 1 },
  { name: '1×1 past every tile', x: [2, 9, 8, 70], filter: [1, 1], out: 67, steps: 15 },
  { name: '1×1, channels and outputs in fours', x: [2, 6, 6, 32], filter: [1, 1], out: 64 },
  { name: '1×1 with stride 2', x: [2, 7, 6, 5], filter: [1, 1], out: 8, stride: 2, steps: 255 },
  { name: 'dense: no pixels', x: [9, 1, 1, 37], filter: [1, 1], out: 10 },
  { name: '3×3 of an RGB image', x: [2, 8, 8, 3], filter: [3, 3], out: 16, pad: [1, 1] },
  { name: '3×3 on the 2-bit grid', x: [2, 7, 5, 4], filter: [3, 3], out: 9, pad: [1, 1], steps: 3 },
  {
    name: '3×3, stride 2, even image',
    x: [2, 8, 6, 5],
    filter: [3, 3],
    out: 6,
    stride: 2,
    pad: [1, 1],
    steps: 15,
  },
  {
    name: '3×3, stride 2, odd image, per channel',
    x: [1, 7, 9, 6],
    filter: [3, 3],
    out: 5,
    stride: 2,
    pad: [1, 1],
    steps: 255,
    range: 'channel',
  },
  { name: '3×3 unpadded', x: [2, 6, 5, 3], filter: [3, 3], out: 4 },
  { name: '5×5 on a small image', x: [1, 4, 4, 3], filter: [5, 5], out: 5, pad: [2, 2] },
  {
    name: '7×7, stride 2, 16 bits',
    x: [1, 11, 9, 2],
    filter: [7, 7],
    out: 5,
    stride: 2,
    pad: [3, 3],
    steps: 65535,
  },
  { name: 'filter 3×5', x: [2, 6, 9, 3], filter: [3, 5], out: 6, pad: [1, 2], steps: 15 },
  { name: 'filter 5×1, stride 3', x: [2, 9, 7, 4], filter: [5, 1], out: 3, stride: 3, pad: [2, 0] },
  { name: '1 bit', x: [2, 4, 4, 8], filter: [3, 3], out: 8, pad: [1, 1], steps: 1 },
  {
    name: '3×3, 2 groups',
    x: [2, 5, 5, 6],
    filter: [3, 3],
    out: 10,
    pad: [1, 1],
    groups: 2,
    steps: 15,
  },
  {
    name: '1×1, 4 groups, per channel',
    x: [2, 4, 5, 12],
    filter: [1, 1],
    out: 8,
    groups: 4,
    steps: 255,
    range: 'channel',
  },
  {
    name: '3×3 of many pixels',
    x: [4, 12, 12, 8],
    filter: [3, 3],
    out: 12,
    pad: [1, 1],
    steps: 255,
  },
  { name: '1×1 of very many pixels', x: [2, 66, 64, 4], filter: [1, 1], out: 40, steps: 255 },
  { name: '3×3 of very many pixels', x: [2, 66, 64, 3], filter: [3, 3], out: 20, pad: [1, 1] },
];

const DEPTHWISES: readonly ConvCase[] = [
  { name: '3×3', x: [2, 6, 6, 5], filter: [3, 3], out: 0, pad: [1, 1] },
  { name: 'a single value', x: [1, 1, 1, 1], filter: [1, 1], out: 0 },
  {
    name: '3×3 on the 8-bit grid per channel',
    x: [2, 7, 5, 8],
    filter: [3, 3],
    out: 0,
    pad: [1, 1],
    steps: 255,
    range: 'channel',
  },
  {
    name: '3×3, stride 2, per tensor',
    x: [2, 8, 7, 6],
    filter: [3, 3],
    out: 0,
    stride: 2,
    pad: [1, 1],
    steps: 15,
  },
  {
    name: '5×5, stride 2, many channels',
    x: [1, 9, 9, 75],
    filter: [5, 5],
    out: 0,
    stride: 2,
    pad: [2, 2],
    steps: 3,
    range: 'channel',
  },
  {
    name: '7×7 on a small image',
    x: [1, 5, 5, 4],
    filter: [7, 7],
    out: 0,
    pad: [3, 3],
    steps: 4095,
    range: 'channel',
  },
  { name: 'filter 3×5 unpadded', x: [3, 5, 8, 3], filter: [3, 5], out: 0 },
  {
    name: '3×3 of many pixels',
    x: [2, 34, 35, 12],
    filter: [3, 3],
    out: 0,
    pad: [1, 1],
    steps: 255,
    range: 'channel',
  },
];

/** The three kernels of one convolution. */
function convCases(kind: 'conv' | 'depthwise', spec: ConvCase): KernelCase[] {
  const { name, x: xShape, filter, stride = 1, pad = [0, 0], groups = 1, steps = 0 } = spec;
  const channels = xShape[3] ?? 1;
  const wShape =
    kind === 'conv' ? [...filter, channels / groups, spec.out] : [...filter, channels, 1];
  const geometry = { stride, padHeight: pad[0], padWidth: pad[1], groups };
  const [batch, outHeight, outWidth] = convOutputShape(xShape, wShape, geometry);
  const yShape = [batch, outHeight, outWidth, kind === 'conv' ? spec.out : channels];
  const rng = (): Rng => new Rng(11).fork(`${kind} ${name}`);
  const input = (): NamedInputs => {
    if (steps === 0) return { x: normals(rng(), xShape) };
    const range = drawRange(rng().fork('range'), spec.range ?? 'tensor', channels);
    return { x: nearGrid(rng(), xShape, range, steps), range };
  };
  const w = (): NdArray => normals(rng().fork('w'), wShape, 0, 0.5);
  const dy = (): NdArray => normals(rng().fork('dy'), yShape);
  return [
    {
      name: `${kind} ${name}`,
      kernel: KERNELS[kind],
      inputs: () => ({ ...input(), w: w() }),
      attrs: { ...geometry, steps },
    },
    {
      name: `${kind} ${name}: gradient to the input`,
      kernel: KERNELS[`${kind}BackInput`],
      inputs: () => ({ dy: dy(), w: w() }),
      attrs: { ...geometry, inputShape: [...xShape] },
    },
    {
      name: `${kind} ${name}: gradient to the filter`,
      kernel: KERNELS[`${kind}BackFilter`],
      inputs: () => ({ ...input(), dy: dy() }),
      attrs: { ...geometry, steps, filterShape: [...wShape] },
    },
  ];
}

function quantizationCases(): KernelCase[] {
  const shapes: readonly Shape[] = [[1], [7], [3, 3, 2, 5], [2, 9, 7, 12], [5, 70], [33, 65]];
  const cases: KernelCase[] = [];
  for (const shape of shapes) {
    const channels = shape[shape.length - 1] ?? 1;
    for (const scope of ['tensor', 'channel'] as const) {
      const name = `[${shape.join()}] per ${scope}`;
      const rng = (): Rng => new Rng(12).fork(name);
      cases.push({
        name: `range of ${name}`,
        kernel: KERNELS.range,
        inputs: () => ({ x: normals(rng(), shape, 0.3) }),
        attrs: { scope },
      });
      for (const steps of [1, 3, 255, 65535]) {
        cases.push({
          name: `fakeQuantize ${name}, ${steps} steps`,
          kernel: KERNELS.fakeQuantize,
          inputs: () => {
            const range = drawRange(rng(), scope, channels);
            return { x: nearGrid(rng(), shape, range, steps), range };
          },
          attrs: { steps },
        });
      }
      cases.push({
        name: `clipMask ${name}`,
        kernel: KERNELS.clipMask,
        inputs: () => {
          const range = drawRange(rng(), scope, channels);
          const x = nearGrid(rng(), shape, range, 1);
          x.data[0] = range.data[0] ?? 0; // on the bound: inside
          return { dy: normals(rng().fork('dy'), shape), x, range };
        },
        attrs: {},
      });
    }
  }
  cases.push({
    name: 'range of many values per tensor',
    kernel: KERNELS.range,
    inputs: () => ({ x: normals(new Rng(13), [3, 40, 41, 3]) }),
    attrs: { scope: 'tensor' },
  });
  cases.push({
    name: 'range of many rows per channel',
    kernel: KERNELS.range,
    inputs: () => ({ x: normals(new Rng(13), [4, 30, 30, 6]) }),
    attrs: { scope: 'channel' },
  });
  cases.push({
    name: 'fakeQuantize of a constant tensor',
    kernel: KERNELS.fakeQuantize,
    inputs: () => ({
      x: { shape: [6], data: new Float32Array(6).fill(0.75) },
      range: { shape: [2], data: new Float32Array([0.75, 0.75]) },
    }),
    attrs: { steps: 255 },
  });
  return cases;
}

function batchNormCases(): KernelCase[] {
  const shapes: readonly Shape[] = [
    [2, 3, 3, 4],
    [1, 5, 3, 7],
    [9, 1],
    [6, 4, 4, 18],
    [3, 17, 19, 6],
    [2, 2, 2, 130],
    [8, 24, 24, 5],
  ];
  const scopes = ['none', 'tensor', 'channel'] as const;
  const cases: KernelCase[] = [];
  shapes.forEach((shape, i) => {
    const channels = shape[shape.length - 1] ?? 1;
    for (const relu of [false, true]) {
      const scope = scopes[(i + (relu ? 1 : 0)) % 3] ?? 'none';
      const attrs = { epsilon: 1e-5, relu };
      const name = `[${shape.join()}]${relu ? ' with ReLU' : ''}`;
      const rng = (): Rng => new Rng(14).fork(name);
      const affine = (): NdArray => normals(rng().fork('affine'), [2, channels], 0.5, 1);
      const x = (): NdArray => normals(rng(), shape, 0.7, 1.5);
      cases.push({
        name: `batchNorm ${name}, range: ${scope}`,
        kernel: KERNELS.batchNorm,
        inputs: () => ({ x: x(), affine: affine() }),
        attrs: { ...attrs, scope },
      });
      cases.push({
        name: `batchNorm ${name}: gradient`,
        kernel: KERNELS.batchNormBack,
        inputs: () => {
          const input = x();
          const scale = affine();
          const { stats } = batchNorm(input, scale, { ...attrs, scope: 'none' });
          offTheKink(input, batchNormInfer(input, stats, scale, { ...attrs, relu: false }));
          return { dy: normals(rng().fork('dy'), shape), x: input, stats, affine: scale };
        },
        attrs,
      });
      cases.push({
        name: `batchNormInfer ${name}`,
        kernel: KERNELS.batchNormInfer,
        inputs: () => {
          const variance = normals(rng().fork('moments'), [2, channels]);
          const moments = generate([2, channels], variance, (j) =>
            j < channels ? (variance.data[j] ?? 0) : 0.1 + Math.abs(variance.data[j] ?? 0),
          );
          return { x: x(), moments, affine: affine() };
        },
        attrs,
      });
    }
  });
  cases.push({
    name: 'batchNorm of values far from 0',
    kernel: KERNELS.batchNorm,
    inputs: () => ({
      x: normals(new Rng(15), [4, 13, 13, 3], 20, 0.5),
      affine: { shape: [2, 3], data: new Float32Array([1, 2, -1, 0, 0.5, 1]) },
    }),
    attrs: { epsilon: 1e-5, relu: false, scope: 'tensor' },
  });
  return cases;
}

/** Move each `x` whose result is near 0, where the ReLU's mask would hang on the last bit. */
function offTheKink(x: NdArray, y: NdArray): void {
  for (let i = 0; i < x.data.length; i++) {
    if (Math.abs(y.data[i] ?? 0) < 1e-2) x.data[i] = (x.data[i] ?? 0) + 0.3;
  }
}

function elementwiseCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  const shapes: readonly Shape[] = [[1], [5, 7], [2, 3, 5, 6], [3, 9, 11, 13], [2, 20, 20, 16]];
  shapes.forEach((shape, i) => {
    for (const relu of [false, true]) {
      const scope = (['none', 'tensor', 'channel'] as const)[(i + (relu ? 1 : 2)) % 3] ?? 'none';
      const name = `[${shape.join()}]${relu ? ' with ReLU' : ''}`;
      const rng = new Rng(16);
      cases.push({
        name: `add ${name}, range: ${scope}`,
        kernel: KERNELS.add,
        inputs: () => ({ a: normals(rng.fork('a'), shape), b: normals(rng.fork('b'), shape) }),
        attrs: { relu, scope },
      });
    }
    cases.push({
      name: `reluBack [${shape.join()}]`,
      kernel: KERNELS.reluBack,
      inputs: () => {
        const y = normals(new Rng(17).fork('y'), shape);
        for (let j = 0; j < y.data.length; j += 3) y.data[j] = 0;
        return { dy: normals(new Rng(17), shape), y };
      },
      attrs: {},
    });
  });
  for (const shape of [
    [1, 1, 1, 1],
    [3, 4, 4, 10],
    [2, 7, 5, 33],
  ]) {
    const [batch = 1, height = 1, width = 1, channels = 1] = shape;
    cases.push({
      name: `globalPool [${shape.join()}]`,
      kernel: KERNELS.globalPool,
      inputs: () => ({ x: normals(new Rng(18), shape, 0.2) }),
      attrs: {},
    });
    cases.push({
      name: `globalPool [${shape.join()}]: gradient`,
      kernel: KERNELS.globalPoolBack,
      inputs: () => ({ dy: normals(new Rng(19), [batch, channels]) }),
      attrs: { height, width },
    });
  }
  for (const [rows, columns] of [
    [1, 1],
    [6, 10],
    [67, 5],
    [9, 300],
  ] as const) {
    cases.push({
      name: `bias [${rows},${columns}]`,
      kernel: KERNELS.bias,
      inputs: () => ({
        x: normals(new Rng(20), [rows, columns]),
        b: normals(new Rng(21), [columns]),
      }),
      attrs: {},
    });
    cases.push({
      name: `columnSum [${rows},${columns}]`,
      kernel: KERNELS.columnSum,
      inputs: () => ({ x: normals(new Rng(22), [rows, columns]) }),
      attrs: {},
    });
  }
  return cases;
}

function lossCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const [batch, classes] of [
    [1, 2],
    [5, 10],
    [70, 10],
    [6, 100],
  ] as const) {
    for (const teachers of [0, 1, MAX_TEACHERS]) {
      for (const distillOn of ['logits', 'probabilities', 'soft-labels'] as const) {
        if (teachers === 0 && distillOn !== 'logits') continue;
        const name = `cdtLoss [${batch},${classes}], ${teachers} teachers, on ${distillOn}`;
        cases.push({
          name,
          kernel: KERNELS.cdtLoss,
          inputs: () => {
            const rng = new Rng(23).fork(name);
            const labels = Int32Array.from({ length: batch }, () => rng.int(classes));
            const inputs: Record<string, NdArray> = {
              logits: normals(rng, [batch, classes], 0, 2),
              labels: { shape: [batch], data: labels },
            };
            for (let t = 0; t < teachers; t++) {
              inputs[`teacher${t}`] = normals(rng, [batch, classes], 0, 2);
            }
            return inputs;
          },
          attrs: { beta: 0.7, labelSmoothing: 0.1, scale: 0.2, distillOn, teachers },
        });
      }
    }
  }
  cases.push({
    name: 'cdtLoss of huge logits, ties and no smoothing',
    kernel: KERNELS.cdtLoss,
    inputs: () => ({
      logits: {
        shape: [3, 4],
        data: new Float32Array([200, -200, 0, 90, 5, 5, 5, 5, 1, 3, 3, 2]),
      },
      labels: { shape: [3], data: new Int32Array([0, 0, 2]) },
    }),
    attrs: {
      beta: 1,
      labelSmoothing: 0,
      scale: 1,
      distillOn: 'logits',
      teachers: 0,
    },
  });
  return cases;
}

/** Lists of shapes of their own, longer than what one dispatch of WebGPU takes. */
const LISTS: Readonly<Record<string, readonly Shape[]>> = {
  one: [[3, 4]],
  few: [[2, 5], [1], [300]],
  many: [[4, 3], [700], [2, 2], [1, 1, 5, 7], [9], [33, 2], [3, 3, 6]],
};

function listCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const [length, shapes] of Object.entries(LISTS)) {
    const rng = (): Rng => new Rng(25).fork(length);
    const list = (name: string, of = shapes): NamedInputs =>
      Object.fromEntries(
        of.map((shape, i) => [`${name}${i}`, normals(rng().fork(`${name}${i}`), shape)]),
      );
    cases.push({
      name: `blend of a list: ${length}`,
      kernel: KERNELS.blend,
      inputs: () => ({ ...list('running'), ...list('x') }),
      attrs: { keep: 0.75, count: shapes.length },
    });
    // 1, 2, 3, … gradients: past what fits beside a parameter and its velocity
    for (const most of [1, 8]) {
      const counts = shapes.map((_, i) => 1 + (i % most));
      const gradients = shapes.flatMap((shape, i) =>
        Array.from({ length: counts[i] ?? 1 }, () => shape),
      );
      cases.push({
        name: `sgd of a list: ${length}, up to ${most} gradients`,
        kernel: KERNELS.sgd,
        inputs: () => ({ ...list('w'), ...list('v'), ...list('g', gradients) }),
        attrs: { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4, counts },
      });
    }
    for (const own of ['extremes', 'around-zero'] as const) {
      for (const steps of [3, 254]) {
        cases.push({
          name: `quantizeAll of a list: ${length}, ${steps} steps, ${own}`,
          kernel: KERNELS.quantizeAll,
          inputs: () =>
            Object.fromEntries(
              shapes.map((shape, i) => [`x${i}`, ownGrid(rng().fork(`${i}`), shape, steps, own)]),
            ),
          attrs: { steps, own, count: shapes.length },
        });
      }
    }
  }
  return cases;
}

/** Values near the points of the grid that they have themselves. */
function ownGrid(rng: Rng, shape: Shape, steps: number, own: OwnRange): NdArray {
  const channels = shape[shape.length - 1] ?? 1;
  const drawn = drawRange(rng, 'channel', channels);
  const ends = own === 'extremes' ? drawn : symmetricRange(drawn);
  const x = nearGrid(rng, shape, ends, steps);
  const rows = x.data.length / channels;
  for (let c = 0; c < channels; c++) {
    // the ends themselves, where there are rows for both, make the range known
    x.data[c] = ends.data[c] ?? 0;
    if (rows > 1) x.data[(rows - 1) * channels + c] = ends.data[channels + c] ?? 0;
    for (let row = 1; row < rows - 1; row++) {
      const i = row * channels + c;
      x.data[i] = Math.min(
        Math.max(x.data[i] ?? 0, ends.data[c] ?? 0),
        ends.data[channels + c] ?? 0,
      );
    }
  }
  return x;
}

function updateCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const shape of [[1], [7], [3, 3, 5, 6], [2, 600]]) {
    const draw = (name: string): NdArray => normals(new Rng(24).fork(name), shape);
    cases.push(
      {
        name: `accumulate [${shape.join()}]`,
        kernel: KERNELS.accumulate,
        inputs: () => ({ sum: draw('sum'), x: draw('x') }),
        attrs: { scale: 0.25 },
      },
      {
        name: `blend [${shape.join()}]`,
        kernel: KERNELS.blend,
        inputs: () => ({ running0: draw('running'), x0: draw('x') }),
        attrs: { keep: 0.9, count: 1 },
      },
      {
        name: `sgd [${shape.join()}]`,
        kernel: KERNELS.sgd,
        inputs: () => ({ w0: draw('w'), v0: draw('v'), g0: draw('g') }),
        attrs: { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4, counts: [1] },
      },
    );
  }
  cases.push(...listCases());
  cases.push({
    name: 'blend that keeps nothing',
    kernel: KERNELS.blend,
    inputs: () => ({
      running0: { shape: [2], data: new Float32Array([3, 4]) },
      x0: { shape: [2], data: new Float32Array([-1, 0.5]) },
    }),
    attrs: { keep: 0, count: 1 },
  });
  return cases;
}

/**
 * A NaN among the inputs must come out as NaN, not be clamped or rectified away: else a run that
 * has diverged would go on as if it had not.
 */
function notANumberCases(): KernelCase[] {
  const withNan = (array: NdArray): NdArray => {
    array.data[0] = NaN;
    return array;
  };
  const range = (): NdArray => ({ shape: [2], data: new Float32Array([-1, 2]) });
  const geometry = { stride: 1, padHeight: 0, padWidth: 0, groups: 1 };
  return [
    {
      name: 'fakeQuantize keeps NaN',
      kernel: KERNELS.fakeQuantize,
      inputs: () => ({ x: withNan(nearGrid(new Rng(25), [6], range(), 3)), range: range() }),
      attrs: { steps: 3 },
    },
    {
      name: 'conv keeps NaN',
      kernel: KERNELS.conv,
      inputs: () => ({
        x: withNan(nearGrid(new Rng(25), [1, 2, 2, 3], range(), 3)),
        w: normals(new Rng(26), [1, 1, 3, 5]),
        range: range(),
      }),
      attrs: { ...geometry, steps: 3 },
    },
    {
      name: 'depthwise keeps NaN',
      kernel: KERNELS.depthwise,
      inputs: () => ({
        x: withNan(nearGrid(new Rng(25), [1, 2, 2, 3], range(), 3)),
        w: normals(new Rng(26), [1, 1, 3, 1]),
        range: range(),
      }),
      attrs: { ...geometry, steps: 3 },
    },
    {
      name: 'batchNormInfer with ReLU keeps NaN',
      kernel: KERNELS.batchNormInfer,
      inputs: () => ({
        x: withNan(normals(new Rng(25), [5, 2])),
        moments: { shape: [2, 2], data: new Float32Array([0, 0, 1, 1]) },
        affine: { shape: [2, 2], data: new Float32Array([1, 1, 0, 0]) },
      }),
      attrs: { epsilon: 1e-5, relu: true },
    },
    {
      name: 'add with ReLU keeps NaN',
      kernel: KERNELS.add,
      inputs: () => ({ a: withNan(normals(new Rng(25), [7])), b: normals(new Rng(26), [7]) }),
      attrs: { relu: true, scope: 'none' },
    },
  ];
}

/** Every case of every kernel. */
export function kernelCases(): readonly KernelCase[] {
  return [
    ...quantizationCases(),
    ...quantizerCases(),
    ...CONVS.flatMap((spec) => convCases('conv', spec)),
    ...DEPTHWISES.flatMap((spec) => convCases('depthwise', spec)),
    ...batchNormCases(),
    ...elementwiseCases(),
    ...mixingCases(),
    ...lossCases(),
    ...updateCases(),
    ...notANumberCases(),
  ];
}
