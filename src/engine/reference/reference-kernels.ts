/**
 * @file The reference kernels by name: from named inputs and attributes, as tfjs hands them to a
 * kernel, to the plain functions.
 */
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
import { batchNorm, batchNormBack, batchNormInfer } from './batch-norm.ts';
import type { BatchNormAttrs } from './batch-norm.ts';
import * as convolution from './convolution.ts';
import { add, bias, columnSum, globalPool, globalPoolBack, reluBack } from './elementwise.ts';
import { cdtLoss } from './loss.ts';
import { mix, mixBack, shuffle } from './mixing.ts';
import type { NdArray } from './nd-array.ts';
import { clipMask, fakeQuantize, range } from './quantization.ts';
import * as quantizers from './quantizers.ts';
import { accumulate, blend, clamp, sgd } from './updates.ts';

/** Inputs of a kernel by name. */
export type NamedInputs = Readonly<Record<string, NdArray>>;

/** Attributes of a kernel by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A kernel by name: new arrays out, none from a kernel that works in place. */
export type ReferenceKernel = (inputs: NamedInputs, attrs: Attributes) => readonly NdArray[];

type Inputs<Name extends string> = Readonly<Record<Name, NdArray>>;
type Gridded<Name extends string> = Inputs<Name> & { readonly range?: NdArray };
type ConvAttrs = ConvGeometry & InputGrid;
type BackInputAttrs = ConvGeometry & { readonly inputShape: readonly number[] };
type BackFilterAttrs = ConvAttrs & { readonly filterShape: readonly number[] };
type ScopedAttrs = { readonly relu: boolean; readonly scope: RangeScope };

function withRange(arrays: readonly NdArray[], range: NdArray | null): readonly NdArray[] {
  return range === null ? arrays : [...arrays, range];
}

function teachersOf(inputs: NamedInputs, count: number): NdArray[] {
  return Array.from({ length: count }, (_, i) => {
    const teacher = inputs[`teacher${i}`];
    if (teacher === undefined) throw new Error(`internal: teacher${i} of ${count} is missing`);
    return teacher;
  });
}

const table = {
  [KERNELS.range]: ({ x }: Inputs<'x'>, { scope }: { scope: 'tensor' | 'channel' }) => [
    range(x, scope),
  ],
  [KERNELS.fakeQuantize]: ({ x, range }: Inputs<'x' | 'range'>, { steps }: InputGrid) => [
    fakeQuantize(x, range, steps),
  ],
  [KERNELS.quantizeAll]: (
    inputs: NamedInputs,
    { steps, own, count }: InputGrid & { readonly own: OwnRange; readonly count: number },
  ) => listOf(inputs, 'x', count).map((x) => quantizers.quantizeOwn(x, steps, own)),
  [KERNELS.clipMask]: ({ dy, x, range }: Inputs<'dy' | 'x' | 'range'>) => [clipMask(dy, x, range)],
  [KERNELS.clipGradient]: (
    { dy, x, range }: Inputs<'dy' | 'x' | 'range'>,
    attrs: InputGrid & { readonly ends: ClipEnds },
  ) => [quantizers.clipGradient(dy, x, range, attrs)],
  [KERNELS.symmetricRange]: ({ range }: Inputs<'range'>) => [quantizers.symmetricRange(range)],
  [KERNELS.tanhUnit]: ({ w, range }: Inputs<'w' | 'range'>) => [quantizers.tanhUnit(w, range)],
  [KERNELS.tanhUnitBack]: ({ dy, w, range }: Inputs<'dy' | 'w' | 'range'>) => [
    quantizers.tanhUnitBack(dy, w, range),
  ],
  [KERNELS.conv]: ({ x, w, range }: Gridded<'x' | 'w'>, attrs: ConvAttrs) => [
    convolution.conv(x, w, range ?? null, attrs, attrs),
  ],
  [KERNELS.convBackInput]: ({ dy, w }: Inputs<'dy' | 'w'>, attrs: BackInputAttrs) => [
    convolution.convBackInput(dy, w, attrs.inputShape, attrs),
  ],
  [KERNELS.convBackFilter]: ({ x, dy, range }: Gridded<'x' | 'dy'>, attrs: BackFilterAttrs) => [
    convolution.convBackFilter(x, dy, range ?? null, attrs.filterShape, attrs, attrs),
  ],
  [KERNELS.depthwise]: ({ x, w, range }: Gridded<'x' | 'w'>, attrs: ConvAttrs) => [
    convolution.depthwise(x, w, range ?? null, attrs, attrs),
  ],
  [KERNELS.depthwiseBackInput]: ({ dy, w }: Inputs<'dy' | 'w'>, attrs: BackInputAttrs) => [
    convolution.depthwiseBackInput(dy, w, attrs.inputShape, attrs),
  ],
  [KERNELS.depthwiseBackFilter]: (
    { x, dy, range }: Gridded<'x' | 'dy'>,
    attrs: BackFilterAttrs,
  ) => [convolution.depthwiseBackFilter(x, dy, range ?? null, attrs.filterShape, attrs, attrs)],
  [KERNELS.batchNorm]: (
    { x, affine }: Inputs<'x' | 'affine'>,
    attrs: BatchNormAttrs & ScopedAttrs,
  ) => {
    const { y, stats, range } = batchNorm(x, affine, attrs);
    return withRange([y, stats], range);
  },
  [KERNELS.batchNormBack]: (
    { dy, x, stats, affine }: Inputs<'dy' | 'x' | 'stats' | 'affine'>,
    attrs: BatchNormAttrs,
  ) => {
    const { dx, dAffine } = batchNormBack(dy, x, stats, affine, attrs);
    return [dx, dAffine];
  },
  [KERNELS.batchNormInfer]: (
    { x, moments, affine }: Inputs<'x' | 'moments' | 'affine'>,
    attrs: BatchNormAttrs,
  ) => [batchNormInfer(x, moments, affine, attrs)],
  [KERNELS.add]: ({ a, b }: Inputs<'a' | 'b'>, attrs: ScopedAttrs) => {
    const { y, range } = add(a, b, attrs);
    return withRange([y], range);
  },
  [KERNELS.reluBack]: ({ dy, y }: Inputs<'dy' | 'y'>) => [reluBack(dy, y)],
  [KERNELS.globalPool]: ({ x }: Inputs<'x'>) => [globalPool(x)],
  [KERNELS.globalPoolBack]: (
    { dy }: Inputs<'dy'>,
    { height, width }: { height: number; width: number },
  ) => [globalPoolBack(dy, height, width)],
  [KERNELS.bias]: ({ x, b }: Inputs<'x' | 'b'>) => [bias(x, b)],
  [KERNELS.columnSum]: ({ x }: Inputs<'x'>) => [columnSum(x)],
  [KERNELS.mix]: (inputs: NamedInputs, { weights }: { readonly weights: readonly number[] }) => [
    mix(listOf(inputs, 'x', weights.length), weights),
  ],
  [KERNELS.mixBack]: (inputs: Inputs<'dy'>, { count }: { readonly count: number }) => [
    mixBack(inputs.dy, listOf(inputs, 'x', count)),
  ],
  [KERNELS.shuffle]: ({ x }: Inputs<'x'>, { groups }: { readonly groups: number }) => [
    shuffle(x, groups),
  ],
  [KERNELS.cdtLoss]: (
    inputs: Inputs<'logits' | 'labels'>,
    attrs: CdtLossAttrs & { readonly teachers: number },
  ) => {
    const teachers = teachersOf(inputs, attrs.teachers);
    const { terms, dLogits } = cdtLoss(inputs.logits, inputs.labels, teachers, attrs);
    return [terms, dLogits];
  },
  [KERNELS.accumulate]: ({ sum, x }: Inputs<'sum' | 'x'>, { scale }: { scale: number }) => {
    accumulate(sum, x, scale);
    return [];
  },
  [KERNELS.clamp]: ({ x }: Inputs<'x'>, { limit }: { limit: number }) => {
    clamp(x, limit);
    return [];
  },
  [KERNELS.blend]: (inputs: NamedInputs, { keep, count }: { keep: number; count: number }) => {
    for (const { running, x } of pairsOf(inputs, count)) blend(running, x, keep);
    return [];
  },
  [KERNELS.sgd]: (
    inputs: NamedInputs,
    attrs: SgdAttrs & { readonly counts: readonly number[] },
  ) => {
    for (const { w, v, first, others } of updatesOf(inputs, attrs.counts)) {
      for (const other of others) accumulate(first, other, 1);
      sgd(w, v, first, attrs);
    }
    return [];
  },
};

/** Callers by name must give the inputs and attributes that `../kernels.ts` gives. */
export const REFERENCE_KERNELS = table as unknown as Readonly<Record<KernelName, ReferenceKernel>>;

/** Names of inputs that a kernel may write into; none for the others. */
export const WRITTEN_INPUTS: Readonly<Partial<Record<KernelName, RegExp>>> = {
  [KERNELS.accumulate]: /^sum$/,
  [KERNELS.clamp]: /^x$/,
  [KERNELS.blend]: /^running\d+$/,
  [KERNELS.sgd]: /^[wvg]\d+$/,
};

table satisfies Record<KernelName, unknown>;
