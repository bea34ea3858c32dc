/** @file The WGSL kernels as kernels of tfjs's `webgpu` backend. */
import { registerKernel } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { KERNELS } from '../kernels.ts';
import type {
  CdtLossAttrs,
  ClipEnds,
  ConvGeometry,
  InputGrid,
  KernelName,
  OwnRange,
  RangeScope,
  SgdAttrs,
} from '../kernels.ts';
import { listOf, pairsOf, updatesOf } from '../lists.ts';
import type { WebGpuBackend } from './backend.ts';
import { batchNorm, batchNormBack, columnSum } from './batch-norm.ts';
import { conv, convBackFilter, convBackInput } from './conv.ts';
import { depthwise, depthwiseBackFilter, depthwiseBackInput } from './depthwise.ts';
import * as elementwise from './elementwise.ts';
import { blendAll, quantizeAll, sgdAll } from './lists.ts';
import { cdtLoss } from './loss.ts';
import * as mixing from './mixing.ts';
import * as quantizers from './quantizers.ts';
import { range } from './range.ts';
import { add } from './residual.ts';
import { accumulate, clamp } from './updates.ts';

interface Call<Name extends string, Attrs> {
  readonly inputs: Readonly<Record<Name, TensorInfo>> & { readonly range?: TensorInfo };
  readonly attrs: Attrs;
  readonly backend: WebGpuBackend;
}

type ConvAttrs = ConvGeometry & InputGrid;
type BackInputAttrs = ConvGeometry & { readonly inputShape: readonly number[] };
type BackFilterAttrs = ConvAttrs & { readonly filterShape: readonly number[] };
interface BatchNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

function gridded({ inputs, attrs }: Call<'x', InputGrid>) {
  return { x: inputs.x, range: inputs.range ?? null, steps: attrs.steps };
}

const table = {
  [KERNELS.range]: ({ inputs, attrs, backend }: Call<'x', { scope: 'tensor' | 'channel' }>) =>
    range(backend, inputs.x, attrs.scope),
  [KERNELS.fakeQuantize]: ({ inputs, attrs, backend }: Call<'x' | 'range', InputGrid>) =>
    elementwise.fakeQuantize(backend, inputs.x, inputs.range, attrs.steps),
  [KERNELS.quantizeAll]: ({
    inputs,
    attrs,
    backend,
  }: Call<never, InputGrid & { readonly own: OwnRange; readonly count: number }>) =>
    quantizeAll(backend, listOf(inputs, 'x', attrs.count), attrs.steps, attrs.own),
  [KERNELS.clipMask]: ({ inputs, backend }: Call<'dy' | 'x' | 'range', unknown>) =>
    elementwise.clipMask(backend, inputs.dy, inputs.x, inputs.range),
  [KERNELS.clipGradient]: ({
    inputs,
    attrs,
    backend,
  }: Call<'dy' | 'x' | 'range', InputGrid & { readonly ends: ClipEnds }>) => {
    const { dy, x, range: clip } = inputs;
    return quantizers.clipGradient(backend, { dy, x, range: clip }, attrs);
  },
  [KERNELS.symmetricRange]: ({ inputs, backend }: Call<'range', unknown>) =>
    quantizers.symmetricRange(backend, inputs.range),
  [KERNELS.tanhUnit]: ({ inputs, backend }: Call<'w' | 'range', unknown>) =>
    quantizers.tanhUnit(backend, inputs.w, inputs.range),
  [KERNELS.tanhUnitBack]: ({ inputs, backend }: Call<'dy' | 'w' | 'range', unknown>) =>
    quantizers.tanhUnitBack(backend, inputs.dy, inputs.w, inputs.range),
  [KERNELS.conv]: (call: Call<'x' | 'w', ConvAttrs>) =>
    conv(call.backend, gridded(call), call.inputs.w, call.attrs),
  [KERNELS.convBackInput]: ({ inputs, attrs, backend }: Call<'dy' | 'w', BackInputAttrs>) =>
    convBackInput(backend, inputs.dy, inputs.w, attrs.inputShape, attrs),
  [KERNELS.convBackFilter]: (call: Call<'x' | 'dy', BackFilterAttrs>) => {
    const { inputs, attrs, backend } = call;
    return convBackFilter(backend, gridded(call), inputs.dy, attrs.filterShape, attrs);
  },
  [KERNELS.depthwise]: (call: Call<'x' | 'w', ConvAttrs>) =>
    depthwise(call.backend, gridded(call), call.inputs.w, call.attrs),
  [KERNELS.depthwiseBackInput]: ({ inputs, attrs, backend }: Call<'dy' | 'w', BackInputAttrs>) =>
    depthwiseBackInput(backend, inputs.dy, inputs.w, attrs.inputShape, attrs),
  [KERNELS.depthwiseBackFilter]: (call: Call<'x' | 'dy', BackFilterAttrs>) => {
    const { inputs, attrs, backend } = call;
    return depthwiseBackFilter(backend, gridded(call), inputs.dy, attrs.filterShape, attrs);
  },
  [KERNELS.batchNorm]: ({
    inputs,
    attrs,
    backend,
  }: Call<'x' | 'affine', BatchNormAttrs & { readonly scope: RangeScope }>) =>
    batchNorm(backend, inputs.x, inputs.affine, attrs),
  [KERNELS.batchNormBack]: ({
    inputs,
    attrs,
    backend,
  }: Call<'dy' | 'x' | 'stats' | 'affine', BatchNormAttrs>) => {
    const { dy, x, stats, affine } = inputs;
    return batchNormBack(backend, { dy, x, stats, affine }, attrs);
  },
  [KERNELS.batchNormInfer]: ({
    inputs,
    attrs,
    backend,
  }: Call<'x' | 'moments' | 'affine', BatchNormAttrs>) => {
    const { x, moments, affine } = inputs;
    return elementwise.batchNormInfer(backend, { x, moments, affine }, attrs);
  },
  [KERNELS.add]: ({
    inputs,
    attrs,
    backend,
  }: Call<'a' | 'b', { readonly relu: boolean; readonly scope: RangeScope }>) =>
    add(backend, inputs.a, inputs.b, attrs),
  [KERNELS.reluBack]: ({ inputs, backend }: Call<'dy' | 'y', unknown>) =>
    elementwise.reluBack(backend, inputs.dy, inputs.y),
  [KERNELS.globalPool]: ({ inputs, backend }: Call<'x', unknown>) =>
    elementwise.globalPool(backend, inputs.x),
  [KERNELS.globalPoolBack]: ({
    inputs,
    attrs,
    backend,
  }: Call<'dy', { readonly height: number; readonly width: number }>) =>
    elementwise.globalPoolBack(backend, inputs.dy, attrs.height, attrs.width),
  [KERNELS.bias]: ({ inputs, backend }: Call<'x' | 'b', unknown>) =>
    elementwise.bias(backend, inputs.x, inputs.b),
  [KERNELS.columnSum]: ({ inputs, backend }: Call<'x', unknown>) => columnSum(backend, inputs.x),
  [KERNELS.mix]: ({
    inputs,
    attrs,
    backend,
  }: Call<never, { readonly weights: readonly number[] }>) =>
    mixing.mix(backend, listOf(inputs, 'x', attrs.weights.length), attrs.weights),
  [KERNELS.mixBack]: ({ inputs, attrs, backend }: Call<'dy', { readonly count: number }>) =>
    mixing.mixBack(backend, inputs.dy, listOf(inputs, 'x', attrs.count)),
  [KERNELS.shuffle]: ({ inputs, attrs, backend }: Call<'x', { readonly groups: number }>) =>
    mixing.shuffle(backend, inputs.x, attrs.groups),
  [KERNELS.cdtLoss]: ({
    inputs,
    attrs,
    backend,
  }: Call<'logits' | 'labels', CdtLossAttrs & { readonly teachers: number }>) => {
    const named: Readonly<Record<string, TensorInfo>> = inputs;
    const teachers = Array.from({ length: attrs.teachers }, (_, t) => named[`teacher${t}`]);
    const present = teachers.filter((teacher) => teacher !== undefined);
    return cdtLoss(backend, inputs.logits, inputs.labels, present, attrs);
  },
  [KERNELS.accumulate]: ({
    inputs,
    attrs,
    backend,
  }: Call<'sum' | 'x', { readonly scale: number }>) => {
    accumulate(backend, inputs.sum, inputs.x, attrs.scale);
    return [];
  },
  [KERNELS.clamp]: ({ inputs, attrs, backend }: Call<'x', { readonly limit: number }>) => {
    clamp(backend, inputs.x, attrs.limit);
    return [];
  },
  [KERNELS.blend]: ({
    inputs,
    attrs,
    backend,
  }: Call<never, { readonly keep: number; readonly count: number }>) => {
    blendAll(backend, pairsOf(inputs, attrs.count), attrs.keep);
    return [];
  },
  [KERNELS.sgd]: ({
    inputs,
    attrs,
    backend,
  }: Call<never, SgdAttrs & { readonly counts: readonly number[] }>) => {
    sgdAll(backend, updatesOf(inputs, attrs.counts), attrs);
    return [];
  },
};

type Run = (call: Call<string, unknown>) => TensorInfo | TensorInfo[];

let isRegistered = false;

/** Register every kernel for backend 'webgpu'. Calling again does nothing. */
export function registerWebGpuKernels(): void {
  if (isRegistered) return;
  isRegistered = true;
  const runs = table as unknown as Readonly<Record<KernelName, Run>>;
  for (const kernelName of Object.values(KERNELS)) {
    registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc: ({ inputs, attrs, backend }) =>
        runs[kernelName]({ inputs, attrs, backend } as unknown as Call<string, unknown>),
    });
  }
}
