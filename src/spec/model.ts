/**
 * @file ModelSpec: a network as plain data that a person can read, diff, store and share.
 *
 * Networks are built from it (`nn/`), conv workloads for the cost model are derived from it
 * (`hw/`), and both go through `modelLayers`, so that what is trained is what is costed.
 */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { parse } from './parse.ts';

const extent = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024));
const channels = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const kernel = v.picklist([1, 3, 5, 7]);
const stride = v.picklist([1, 2, 4]);

/** Convolution, switchable batch norm, optional ReLU. */
const convSchema = v.strictObject({
  kind: v.literal('conv'),
  out: channels,
  kernel,
  stride,
  relu: v.boolean(),
  /** false: weights and input stay at 32 bits at every bit-width, as stem and head do. */
  quantized: v.boolean(),
});

/** Inverted residual: 1×1 expansion, depthwise, 1×1 projection; as in MobileNetV2 or in FBNet. */
const mbconvSchema = v.strictObject({
  kind: v.literal('mbconv'),
  out: channels,
  expand: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(12)),
  kernel,
  stride,
  /** Groups of both 1×1 convolutions, with a channel shuffle after the first. Left out: 1. */
  groups: v.exactOptional(v.picklist([1, 2, 4])),
  /** FBNet's: the expansion is there at `expand` 1 too. Left out: MobileNetV2's, it is not. */
  alwaysExpands: v.exactOptional(v.boolean()),
});

/** ResNet's basic block: two 3×3 convolutions; a strided or widening one gets a 1×1 shortcut. */
const basicSchema = v.strictObject({ kind: v.literal('basic'), out: channels, stride });

/** Global average pool and a dense layer with bias, at 32 bits. */
const classifierSchema = v.strictObject({ kind: v.literal('classifier') });

const blockSchema = v.variant('kind', [convSchema, mbconvSchema, basicSchema, classifierSchema]);

export const modelSpecSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  input: v.strictObject({ height: extent, width: extent, channels: v.picklist([1, 3]) }),
  classes: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1000)),
  blocks: listOf(blockSchema, 128, 2),
});

export type ModelSpec = v.InferOutput<typeof modelSpecSchema>;
export type BlockSpec = ModelSpec['blocks'][number];

/** One convolution or dense layer with everything resolved: what `nn` builds and `hw` costs. */
export interface ModelLayer {
  /** Unique in the network, e.g. `block2.expand`. */
  readonly name: string;
  readonly kind: 'conv' | 'depthwise' | 'dense';
  /** Index into `spec.blocks`. */
  readonly block: number;
  /** Input channels C, output channels K. */
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels are split into this many independent groups; 1 for a depthwise layer. */
  readonly groups: number;
  /** Filter height S and width R are equal here. */
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on each side, ⌊kernel / 2⌋. */
  readonly pad: number;
  /** Input height H and width W. */
  readonly inHeight: number;
  readonly inWidth: number;
  /** Output height Q and width P. */
  readonly outHeight: number;
  readonly outWidth: number;
  readonly quantized: boolean;
  /** Multiply-accumulates for one image. */
  readonly macs: number;
  /** Weights (and bias of the dense layer), without batch norm. */
  readonly weights: number;
}

/**
 * Check a spec from outside.
 * @throws SpecError naming the field, what was expected and what came
 */
export function parseModelSpec(value: unknown): ModelSpec {
  const spec = parse(modelSpecSchema, value, 'model');
  modelLayers(spec);
  return spec;
}

/** Whether an inverted residual begins with a 1×1 convolution. */
export function hasExpansion(block: Extract<BlockSpec, { kind: 'mbconv' }>): boolean {
  return block.expand > 1 || block.alwaysExpands === true || (block.groups ?? 1) > 1;
}

/** Height, width and channels of what a block reads or gives. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** All layers in the order they run. @throws SpecError when the blocks do not fit together */
export function modelLayers(spec: ModelSpec): ModelLayer[] {
  let shape: ImageShape = spec.input;
  return spec.blocks.flatMap((block, index) => {
    const isLast = index === spec.blocks.length - 1;
    if ((block.kind === 'classifier') !== isLast) {
      throw new SpecError(
        `model.blocks: expected exactly one classifier, as the last block, got ${block.kind} at ${index} of ${spec.blocks.length}`,
      );
    }
    const { layers, output } = blockLayers(block, index, `block${index}`, shape, spec.classes);
    shape = output;
    return layers;
  });
}

interface ConvSpec {
  readonly kind: 'conv' | 'depthwise';
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly quantized: boolean;
  readonly groups?: number;
}

/**
 * The layers of one block.
 * @param index   of the block, told to its layers
 * @param name    what names of its layers begin with
 * @param classes for a classifier
 * @throws SpecError where groups do not divide channels
 */
export function blockLayers(
  block: BlockSpec,
  index: number,
  name: string,
  input: ImageShape,
  classes: number,
): { readonly layers: readonly ModelLayer[]; readonly output: ImageShape } {
  const layers: ModelLayer[] = [];
  let shape = input;
  const addConv = (part: string, conv: ConvSpec): void => {
    const layer = convLayer(`${name}.${part}`, index, shape, conv);
    layers.push(layer);
    shape = { height: layer.outHeight, width: layer.outWidth, channels: layer.outChannels };
  };
  switch (block.kind) {
    case 'conv':
      addConv('conv', { ...block, kind: 'conv' });
      break;
    case 'mbconv': {
      const hidden = input.channels * block.expand;
      const { groups = 1, kernel: size, stride: by } = block;
      const point = { kind: 'conv', kernel: 1, stride: 1, quantized: true, groups } as const;
      if (hasExpansion(block)) addConv('expand', { ...point, out: hidden });
      const middle = { kind: 'depthwise', out: hidden, quantized: true } as const;
      addConv('depthwise', { ...middle, kernel: size, stride: by });
      addConv('project', { ...point, out: block.out });
      break;
    }
    case 'basic': {
      const conv = { kind: 'conv', out: block.out, kernel: 3, quantized: true } as const;
      addConv('conv1', { ...conv, stride: block.stride });
      addConv('conv2', { ...conv, stride: 1 });
      if (block.stride !== 1 || input.channels !== block.out) {
        const after = shape;
        shape = input;
        addConv('shortcut', { ...conv, kernel: 1, stride: block.stride });
        shape = after;
      }
      break;
    }
    case 'classifier':
      layers.push(denseLayer(`${name}.dense`, index, input.channels, classes));
      shape = { height: 1, width: 1, channels: classes };
      break;
    default:
      block satisfies never;
  }
  return { layers, output: shape };
}

function convLayer(name: string, block: number, input: ImageShape, conv: ConvSpec): ModelLayer {
  const { kind, out, kernel: size, stride: by, quantized, groups = 1 } = conv;
  const { height, width, channels: inChannels } = input;
  if (inChannels % groups !== 0 || out % groups !== 0) {
    throw new SpecError(
      `model.blocks.${block}: expected channels that ${groups} groups divide, got ${inChannels} to ${out}`,
    );
  }
  const pad = Math.floor(size / 2);
  const outHeight = Math.floor((height + 2 * pad - size) / by) + 1;
  const outWidth = Math.floor((width + 2 * pad - size) / by) + 1;
  const perOutput = size * size * (kind === 'depthwise' ? 1 : inChannels / groups);
  return {
    name,
    kind,
    block,
    inChannels,
    outChannels: out,
    groups,
    kernel: size,
    stride: by,
    pad,
    inHeight: height,
    inWidth: width,
    outHeight,
    outWidth,
    quantized,
    macs: perOutput * out * outHeight * outWidth,
    weights: perOutput * out,
  };
}

function denseLayer(name: string, block: number, inChannels: number, classes: number): ModelLayer {
  return {
    name,
    kind: 'dense',
    block,
    inChannels,
    outChannels: classes,
    groups: 1,
    kernel: 1,
    stride: 1,
    pad: 0,
    inHeight: 1,
    inWidth: 1,
    outHeight: 1,
    outWidth: 1,
    quantized: false,
    macs: inChannels * classes,
    weights: inChannels * classes + classes,
  };
}

/** Totals for one image: parameters with one set of batch-norm γ and β, as papers count them. */
export function modelTotals(spec: ModelSpec): {
  readonly macs: number;
  readonly parameters: number;
} {
  let macs = 0;
  let parameters = 0;
  for (const layer of modelLayers(spec)) {
    macs += layer.macs;
    parameters += layer.weights + (layer.kind === 'dense' ? 0 : 2 * layer.outChannels);
  }
  return { macs, parameters };
}
