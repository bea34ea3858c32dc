/**
 * @file Kernels that make each output value from values at one place: one thread each.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { extent, makeTensor, matrixOf, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { dispatch, spread } from './dispatch.ts';
import type { Program } from './dispatch.ts';
import { FLAT_GROUP, QUANTIZE, RECTIFY } from './wgsl.ts';

const THREADS = 256;

interface ElementProgram {
  readonly name: string;
  readonly variant?: string;
  readonly reads: Readonly<Record<string, TensorInfo>>;
  readonly writes: Readonly<Record<string, TensorInfo>>;
  /** Number of elements. */
  readonly size: number;
  readonly u32?: Readonly<Record<string, number>>;
  readonly f32?: Readonly<Record<string, number>>;
  readonly varying?: Readonly<Record<string, number>>;
  readonly declarations?: string;
  /** WGSL for element `i`. */
  readonly element: string;
}

/** Run WGSL for each element. */
export function dispatchElements(backend: WebGpuBackend, program: ElementProgram): void {
  const { name, variant = '', reads, writes, size, u32 = {}, f32 = {}, varying } = program;
  const full: Program = {
    name,
    variant,
    reads,
    writes,
    uniforms: { u32: { size, ...u32 }, f32, ...(varying === undefined ? {} : { varying }) },
    workgroupSize: [THREADS, 1, 1],
    workgroups: spread(Math.ceil(size / THREADS)),
    declarations: () => program.declarations ?? '',
    main: () => `
      ${FLAT_GROUP}
      let i = flatGroup * ${THREADS}u + lane;
      if (i >= u.size) { return; }
      ${program.element}`,
  };
  dispatch(backend, full);
}

/** Where the range of element `i` lies: [2], or [2, C] with C the last dimension. */
function rangeIndex(range: TensorInfo): { columns: number; wgsl: string } {
  return {
    columns: range.shape.length === 2 ? extent(range, 1) : 1,
    wgsl: `
      let low = range[i % u.columns];
      let high = range[u.columns + i % u.columns];`,
  };
}

export function fakeQuantize(
  backend: WebGpuBackend,
  x: TensorInfo,
  range: TensorInfo,
  steps: number,
): TensorInfo {
  const y = makeTensor(backend, x.shape);
  const { columns, wgsl } = rangeIndex(range);
  dispatchElements(backend, {
    name: 'fakeQuantize',
    reads: { x, range },
    writes: { y },
    size: sizeOf(x.shape),
    u32: { columns, steps },
    declarations: QUANTIZE,
    element: `${wgsl}
      y[i] = quantize(x[i], low, high, stepOf(low, high, u.steps));`,
  });
  return y;
}

export function clipMask(
  backend: WebGpuBackend,
  dy: TensorInfo,
  x: TensorInfo,
  range: TensorInfo,
): TensorInfo {
  const dx = makeTensor(backend, dy.shape);
  const { columns, wgsl } = rangeIndex(range);
  dispatchElements(backend, {
    name: 'clipMask',
    reads: { dy, x, range },
    writes: { dx },
    size: sizeOf(x.shape),
    u32: { columns },
    element: `${wgsl}
      dx[i] = select(0.0, dy[i], low <= x[i] && x[i] <= high);`,
  });
  return dx;
}

export function batchNormInfer(
  backend: WebGpuBackend,
  inputs: { readonly x: TensorInfo; readonly moments: TensorInfo; readonly affine: TensorInfo },
  { epsilon, relu }: { readonly epsilon: number; readonly relu: boolean },
): TensorInfo {
  const y = makeTensor(backend, inputs.x.shape);
  dispatchElements(backend, {
    name: 'batchNormInfer',
    variant: relu ? 'relu' : '',
    reads: inputs,
    writes: { y },
    size: sizeOf(y.shape),
    u32: { columns: extent(y, -1) },
    f32: { epsilon },
    declarations: RECTIFY,
    element: `
      let c = i % u.columns;
      let deviation = sqrt(moments[u.columns + c] + u.epsilon);
      let value = affine[c] * ((x[i] - moments[c]) / deviation) + affine[u.columns + c];
      y[i] = ${relu ? 'rectify(value)' : 'value'};`,
  });
  return y;
}

/** Sum without a range. */
export function addElements(
  backend: WebGpuBackend,
  a: TensorInfo,
  b: TensorInfo,
  relu: boolean,
): TensorInfo {
  const y = makeTensor(backend, a.shape);
  dispatchElements(backend, {
    name: 'add',
    variant: relu ? 'relu' : '',
    reads: { a, b },
    writes: { y },
    size: sizeOf(y.shape),
    declarations: RECTIFY,
    element: `y[i] = ${relu ? 'rectify(a[i] + b[i])' : 'a[i] + b[i]'};`,
  });
  return y;
}

export function reluBack(backend: WebGpuBackend, dy: TensorInfo, y: TensorInfo): TensorInfo {
  const dx = makeTensor(backend, dy.shape);
  dispatchElements(backend, {
    name: 'reluBack',
    reads: { dy, y },
    writes: { dx },
    size: sizeOf(dy.shape),
    element: 'dx[i] = select(0.0, dy[i], y[i] > 0.0);',
  });
  return dx;
}

export function bias(backend: WebGpuBackend, x: TensorInfo, b: TensorInfo): TensorInfo {
  const y = makeTensor(backend, x.shape);
  dispatchElements(backend, {
    name: 'bias',
    reads: { x, b },
    writes: { y },
    size: sizeOf(x.shape),
    u32: { columns: matrixOf(x).columns },
    element: 'y[i] = x[i] + b[i % u.columns];',
  });
  return y;
}

/** Mean over the pixels: a thread per image and channel. */
export function globalPool(backend: WebGpuBackend, x: TensorInfo): TensorInfo {
  const channels = extent(x, 3);
  const pixels = extent(x, 1) * extent(x, 2);
  const y = makeTensor(backend, [extent(x, 0), channels]);
  dispatchElements(backend, {
    name: 'globalPool',
    reads: { x },
    writes: { y },
    size: sizeOf(y.shape),
    u32: { channels, pixels },
    element: `
      let first = (i / u.channels) * u.pixels * u.channels + i % u.channels;
      var sum = 0.0;
      for (var pixel = 0u; pixel < u.pixels; pixel++) { sum += x[first + pixel * u.channels]; }
      y[i] = sum / f32(u.pixels);`,
  });
  return y;
}

export function globalPoolBack(
  backend: WebGpuBackend,
  dy: TensorInfo,
  height: number,
  width: number,
): TensorInfo {
  const channels = extent(dy, 1);
  const dx = makeTensor(backend, [extent(dy, 0), height, width, channels]);
  dispatchElements(backend, {
    name: 'globalPoolBack',
    reads: { dy },
    writes: { dx },
    size: sizeOf(dx.shape),
    u32: { channels, pixels: height * width },
    element: `
      let n = i / (u.pixels * u.channels);
      dx[i] = dy[n * u.channels + i % u.channels] / f32(u.pixels);`,
  });
  return dx;
}
