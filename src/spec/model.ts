/**
 * @file ModelSpec: a network as plain data that a person can read, diff, store and share.
 *
 * Networks are built from it (`nn/`), conv workloads for the cost model are derived from it
 * (`hw/`), and both go through `modelLayers`, so that what is trained is what is costed.
 */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
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
  blocks: v.pipe(v.array(blockSchema), v.minLength(2), v.maxLength(128)),
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

/** All layers in the order they run. @throws SpecError when the blocks do not fit together */
export function modelLayers(spec: ModelSpec): ModelLayer[] {
  const layers: ModelLayer[] = [];
  let height = spec.input.height;
  let width = spec.input.width;
  let inChannels: number = spec.input.channels;

  const addConv = (
    name: string,
    block: number,
    conv: {
      kind: 'conv' | 'depthwise';
      out: number;
      kernel: number;
      stride: number;
      quantized: boolean;
      groups?: number;
    },
  ): void => {
    const pad = Math.floor(conv.kernel / 2);
    const outHeight = Math.floor((height + 2 * pad - conv.kernel) / conv.stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - conv.kernel) / conv.stride) + 1;
    const { groups = 1 } = conv;
    if (inChannels % groups !== 0 || conv.out % groups !== 0) {
      throw new SpecError(
        `model.blocks.${block}: expected channels that ${groups} groups divide, got ${inChannels} to ${conv.out}`,
      );
    }
    const perOutput =
      conv.kernel * conv.kernel * (conv.kind === 'depthwise' ? 1 : inChannels / groups);
    layers.push({
      name,
      kind: conv.kind,
      block,
      inChannels,
      outChannels: conv.out,
      groups,
      kernel: conv.kernel,
      stride: conv.stride,
      pad,
      inHeight: height,
      inWidth: width,
      outHeight,
      outWidth,
      quantized: conv.quantized,
      macs: perOutput * conv.out * outHeight * outWidth,
      weights: perOutput * conv.out,
    });
    height = outHeight;
    width = outWidth;
    inChannels = conv.out;
  };

  spec.blocks.forEach((block, index) => {
    const isLast = index === spec.blocks.length - 1;
    if ((block.kind === 'classifier') !== isLast) {
      throw new SpecError(
        `model.blocks: expected exactly one classifier, as the last block, got ${block.kind} at ${index} of ${spec.blocks.length}`,
      );
    }
    const name = `block${index}`;
    switch (block.kind) {
      case 'conv':
        addConv(`${name}.conv`, index, { ...block, kind: 'conv' });
        break;
      case 'mbconv': {
        const hidden = inChannels * block.expand;
        const { groups = 1 } = block;
        const point = { kind: 'conv', kernel: 1, stride: 1, quantized: true, groups } as const;
        if (hasExpansion(block)) addConv(`${name}.expand`, index, { ...point, out: hidden });
        addConv(`${name}.depthwise`, index, {
          kind: 'depthwise',
          out: hidden,
          kernel: block.kernel,
          stride: block.stride,
          quantized: true,
        });
        addConv(`${name}.project`, index, { ...point, out: block.out });
        break;
      }
      case 'basic': {
        const before = { height, width, inChannels };
        const conv = { kind: 'conv', out: block.out, kernel: 3, quantized: true } as const;
        addConv(`${name}.conv1`, index, { ...conv, stride: block.stride });
        addConv(`${name}.conv2`, index, { ...conv, stride: 1 });
        if (block.stride !== 1 || before.inChannels !== block.out) {
          const after = { height, width };
          ({ height, width, inChannels } = before);
          addConv(`${name}.shortcut`, index, { ...conv, kernel: 1, stride: block.stride });
          ({ height, width } = after);
        }
        break;
      }
      case 'classifier':
        layers.push({
          name: `${name}.dense`,
          kind: 'dense',
          block: index,
          inChannels,
          outChannels: spec.classes,
          groups: 1,
          kernel: 1,
          stride: 1,
          pad: 0,
          inHeight: 1,
          inWidth: 1,
          outHeight: 1,
          outWidth: 1,
          quantized: false,
          macs: inChannels * spec.classes,
          weights: inChannels * spec.classes + spec.classes,
        });
        break;
      default:
        block satisfies never;
    }
  });
  return layers;
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
