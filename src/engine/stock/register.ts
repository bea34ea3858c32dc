/**
 * @file The kernels as compositions of the ops that tfjs comes with: what the bench compares to.
 *
 * A fair one: gradients are written out where tfjs's tape would take more calls, nothing is read
 * back, and each backend's own kernels are used wherever it has them.
 */
import { getKernel, registerKernel, tidy, unregisterKernel } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
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
import * as convolution from './convolution.ts';
import { cdtLoss } from './loss.ts';
import { mix, mixBack, shuffle } from './mixing.ts';
import { add, batchNorm, batchNormBack, batchNormInfer } from './normalization.ts';
import { clipMask, fakeQuantize, gridded, range } from './quantization.ts';
import * as quantizers from './quantizers.ts';
import { accumulate, blend, clamp, sgd } from './updates.ts';

type Inputs<Name extends string> = Readonly<Record<Name, Tensor>>;
type Gridded<Name extends string> = Inputs<Name> & { readonly range?: Tensor };
type ConvAttrs = ConvGeometry & InputGrid;
type BackInputAttrs = ConvGeometry & { readonly inputShape: readonly number[] };
type BackFilterAttrs = ConvAttrs & { readonly filterShape: readonly number[] };
interface BatchNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}
interface ScopeAttrs {
  readonly relu: boolean;
  readonly scope: RangeScope;
}

type Named = Readonly<Record<string, Tensor>>;

const table = {
  [KERNELS.range]: ({ x }: Inputs<'x'>, { scope }: { scope: 'tensor' | 'channel' }) =>
    range(x, scope),
  [KERNELS.fakeQuantize]: (inputs: Inputs<'x' | 'range'>, { steps }: InputGrid) =>
    fakeQuantize(inputs.x, inputs.range, steps),
  [KERNELS.quantizeAll]: (
    inputs: Named,
    { steps, own, count }: InputGrid & { readonly own: OwnRange; readonly count: number },
  ) => listOf(inputs, 'x', count).map((x) => quantizers.quantizeOwn(x, steps, own)),
  [KERNELS.clipMask]: (inputs: Inputs<'dy' | 'x' | 'range'>) =>
    clipMask(inputs.dy, inputs.x, inputs.range),
  [KERNELS.clipGradient]: (
    inputs: Inputs<'dy' | 'x' | 'range'>,
    attrs: InputGrid & { readonly ends: ClipEnds },
  ) => quantizers.clipGradient(inputs.dy, inputs.x, inputs.range, attrs),
  [KERNELS.symmetricRange]: ({ range }: Inputs<'range'>) => quantizers.symmetricRange(range),
  [KERNELS.tanhUnit]: (inputs: Inputs<'w' | 'range'>) =>
    quantizers.tanhUnit(inputs.w, inputs.range),
  [KERNELS.tanhUnitBack]: (inputs: Inputs<'dy' | 'w' | 'range'>) =>
    quantizers.tanhUnitBack(inputs.dy, inputs.w, inputs.range),
  [KERNELS.conv]: ({ x, w, range }: Gridded<'x' | 'w'>, attrs: ConvAttrs) =>
    convolution.conv(gridded(x, range, attrs.steps), w, attrs),
  [KERNELS.convBackInput]: ({ dy, w }: Inputs<'dy' | 'w'>, attrs: BackInputAttrs) =>
    convolution.convBackInput(dy, w, attrs.inputShape, attrs),
  [KERNELS.convBackFilter]: ({ x, dy, range }: Gridded<'x' | 'dy'>, attrs: BackFilterAttrs) =>
    convolution.convBackFilter(gridded(x, range, attrs.steps), dy, attrs.filterShape, attrs),
  [KERNELS.depthwise]: ({ x, w, range }: Gridded<'x' | 'w'>, attrs: ConvAttrs) =>
    convolution.depthwise(gridded(x, range, attrs.steps), w, attrs),
  [KERNELS.depthwiseBackInput]: ({ dy, w }: Inputs<'dy' | 'w'>, attrs: BackInputAttrs) =>
    convolution.depthwiseBackInput(dy, w, attrs.inputShape, attrs),
  [KERNELS.depthwiseBackFilter]: ({ x, dy, range }: Gridded<'x' | 'dy'>, attrs: BackFilterAttrs) =>
    convolution.depthwiseBackFilter(gridded(x, range, attrs.steps), dy, attrs.filterShape, attrs),
  [KERNELS.batchNorm]: (inputs: Inputs<'x' | 'affine'>, attrs: BatchNormAttrs & ScopeAttrs) =>
    batchNorm(inputs.x, inputs.affine, attrs),
  [KERNELS.batchNormBack]: (
    inputs: Inputs<'dy' | 'x' | 'stats' | 'affine'>,
    attrs: BatchNormAttrs,
  ) => batchNormBack(inputs, attrs),
  [KERNELS.batchNormInfer]: (inputs: Inputs<'x' | 'moments' | 'affine'>, attrs: BatchNormAttrs) =>
    batchNormInfer(inputs.x, inputs.moments, inputs.affine, attrs),
  [KERNELS.add]: ({ a, b }: Inputs<'a' | 'b'>, attrs: ScopeAttrs) => add(a, b, attrs),
  [KERNELS.reluBack]: ({ dy, y }: Inputs<'dy' | 'y'>) => tf.mul(dy, tf.step(y)),
  [KERNELS.globalPool]: ({ x }: Inputs<'x'>) => tf.mean(x, [1, 2]),
  [KERNELS.globalPoolBack]: (
    { dy }: Inputs<'dy'>,
    { height, width }: { height: number; width: number },
  ) => {
    const [batch = 1, channels = 1] = dy.shape;
    const pixel = tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels]);
    return tf.tile(pixel, [1, height, width, 1]);
  },
  [KERNELS.bias]: ({ x, b }: Inputs<'x' | 'b'>) => tf.add(x, b),
  [KERNELS.columnSum]: ({ x }: Inputs<'x'>) => tf.sum(x, 0),
  [KERNELS.mix]: (inputs: Named, { weights }: { readonly weights: readonly number[] }) =>
    mix(listOf(inputs, 'x', weights.length), weights),
  [KERNELS.mixBack]: (inputs: Inputs<'dy'>, { count }: { readonly count: number }) =>
    mixBack(inputs.dy, listOf(inputs, 'x', count)),
  [KERNELS.shuffle]: ({ x }: Inputs<'x'>, { groups }: { readonly groups: number }) =>
    shuffle(x, groups),
  [KERNELS.cdtLoss]: (
    inputs: Inputs<'logits' | 'labels'>,
    attrs: CdtLossAttrs & { readonly teachers: number },
  ) => {
    const named: Readonly<Record<string, Tensor>> = inputs;
    const teachers = Array.from({ length: attrs.teachers }, (_, t) => named[`teacher${t}`]);
    const present = teachers.filter((teacher) => teacher !== undefined);
    return cdtLoss(inputs.logits, inputs.labels, present, attrs);
  },
  [KERNELS.accumulate]: ({ sum, x }: Inputs<'sum' | 'x'>, { scale }: { scale: number }) => {
    accumulate(sum, x, scale);
    return [];
  },
  [KERNELS.clamp]: ({ x }: Inputs<'x'>, { limit }: { limit: number }) => {
    clamp(x, limit);
    return [];
  },
  [KERNELS.blend]: (inputs: Named, { keep, count }: { keep: number; count: number }) => {
    for (const { running, x } of pairsOf(inputs, count)) blend(running, x, keep);
    return [];
  },
  [KERNELS.sgd]: (inputs: Named, attrs: SgdAttrs & { readonly counts: readonly number[] }) => {
    for (const { w, v, first, others } of updatesOf(inputs, attrs.counts)) {
      for (const other of others) accumulate(first, other, 1);
      sgd(w, v, first, attrs);
    }
    return [];
  },
};

table satisfies Record<KernelName, unknown>;

type Run = (inputs: unknown, attrs: unknown) => Tensor | Tensor[];

/** These write into their inputs, which no tidy may take away. */
const IN_PLACE: readonly KernelName[] = [
  KERNELS.accumulate,
  KERNELS.clamp,
  KERNELS.blend,
  KERNELS.sgd,
];

/** Register every kernel for a tfjs backend, in place of what is registered there. */
export function registerStockKernels(backendName: string): void {
  const runs = table as unknown as Readonly<Record<KernelName, Run>>;
  for (const kernelName of Object.values(KERNELS)) {
    if (getKernel(kernelName, backendName) !== undefined) unregisterKernel(kernelName, backendName);
    const run = runs[kernelName];
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) =>
        IN_PLACE.includes(kernelName) ? run(inputs, attrs) : tidy(() => run(inputs, attrs)),
    });
  }
}
