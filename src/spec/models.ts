/** @file The networks a recipe can name. */
import type { BlockSpec, ModelSpec } from './model.ts';

export const MODEL_NAMES = [
  'tiny',
  'quick',
  'speed-net',
  'mobilenetv2-cifar',
  'mobilenetv2-cifar-0.75',
  'mobilenetv2-cifar-0.5',
  'mobilenetv2-cifar-0.35',
  'mobilenetv2',
  'mobilenetv2-1.4',
  'mobilenetv2-0.75',
  'mobilenetv2-0.5',
  'mobilenetv2-0.35',
  'resnet-38',
  'resnet-74',
  'resnet-18',
] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

type Stride = 1 | 2;

const CIFAR_INPUT = { height: 32, width: 32, channels: 3 } as const;

const stem = (out: number, stride: Stride): BlockSpec => ({
  kind: 'conv',
  out,
  kernel: 3,
  stride,
  relu: true,
  quantized: false,
});
const head = (out: number): BlockSpec => ({
  kind: 'conv',
  out,
  kernel: 1,
  stride: 1,
  relu: true,
  quantized: false,
});
const mb = (out: number, expand: number, stride: Stride): BlockSpec => ({
  kind: 'mbconv',
  out,
  expand,
  kernel: 3,
  stride,
});
const basic = (out: number, stride: Stride): BlockSpec => ({ kind: 'basic', out, stride });
const classifier: BlockSpec = { kind: 'classifier' };

const model = (name: string, blocks: BlockSpec[]): ModelSpec => ({
  name,
  input: { ...CIFAR_INPUT },
  classes: 10,
  blocks,
});

/** Expand t, channels c, repeats n, stride s on ImageNet: Sandler et al. 2018, Table 2. */
const MOBILENETV2_ROWS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const STEM_CHANNELS = 32;
const HEAD_CHANNELS = 1280;
/** Channels are multiples of this at every width, as in the authors' code. */
const CHANNEL_STEP = 8;

/** Nearest multiple of 8, but not more than a tenth below. */
function scaledChannels(channels: number, width: number): number {
  const wanted = channels * width;
  const nearest = Math.floor((wanted + CHANNEL_STEP / 2) / CHANNEL_STEP) * CHANNEL_STEP;
  const scaled = Math.max(CHANNEL_STEP, nearest);
  return scaled < 0.9 * wanted ? scaled + CHANNEL_STEP : scaled;
}

/**
 * MobileNetV2.
 * @param strides imagenet: as published, for 224×224 images; cifar: stem and second stage at 1, as
 *                in the usual CIFAR ports
 * @param width   multiplier of all channels; the head does not get narrower than 1280
 */
export function mobileNetV2(name: string, strides: 'imagenet' | 'cifar', width: number): ModelSpec {
  const isCifar = strides === 'cifar';
  const blocks = [stem(scaledChannels(STEM_CHANNELS, width), isCifar ? 1 : 2)];
  MOBILENETV2_ROWS.forEach(([expand, channels, repeats, stride], stage) => {
    const first = isCifar && stage === 1 ? 1 : stride;
    const out = scaledChannels(channels, width);
    for (let i = 0; i < repeats; i++) blocks.push(mb(out, expand, i === 0 ? first : 1));
  });
  blocks.push(head(scaledChannels(HEAD_CHANNELS, Math.max(1, width))), classifier);
  const spec = model(name, blocks);
  if (isCifar) return spec;
  return { ...spec, input: { height: 224, width: 224, channels: 3 }, classes: 1000 };
}

/** Stages of basic blocks; each stage after the first halves the image in its first block. */
function resNet(
  name: string,
  stemBlock: BlockSpec,
  stages: readonly [number, number][],
): ModelSpec {
  const blocks = [stemBlock];
  stages.forEach(([out, repeats], stage) => {
    for (let i = 0; i < repeats; i++) blocks.push(basic(out, i === 0 && stage > 0 ? 2 : 1));
  });
  return model(name, [...blocks, classifier]);
}

/**
 * ResNet of 6n + 2 layers for CIFAR (He et al. 2016, §4.2). Where the shape changes the shortcut is
 * a 1×1 convolution (their option B) in place of padding with zeros (A).
 */
export function cifarResNet(name: string, n: number): ModelSpec {
  return resNet(name, stem(16, 1), [
    [16, n],
    [32, n],
    [64, n],
  ]);
}

/**
 * ResNet-18 for 64×64 images: a 3×3 stem with stride 2 in place of ImageNet's 7×7 and max-pool.
 * 200 classes as in Tiny ImageNet.
 */
function resNet18(name: string): ModelSpec {
  const spec = resNet(name, stem(64, 2), [
    [64, 2],
    [128, 2],
    [256, 2],
    [512, 2],
  ]);
  return { ...spec, input: { height: 64, width: 64, channels: 3 }, classes: 200 };
}

/** @returns a fresh spec, for the images and classes that the network was published with */
export function namedModel(name: ModelName): ModelSpec {
  switch (name) {
    case 'tiny':
      return model('tiny', [stem(8, 2), mb(12, 2, 2), mb(16, 2, 2), head(32), classifier]);
    case 'quick':
      return model('quick', [
        stem(16, 2),
        mb(24, 3, 1),
        mb(32, 3, 2),
        mb(32, 3, 1),
        mb(48, 3, 2),
        head(128),
        classifier,
      ]);
    case 'speed-net':
      return model('speed-net', [
        stem(16, 1),
        mb(24, 3, 2),
        mb(24, 3, 1),
        mb(40, 3, 2),
        mb(40, 3, 1),
        mb(64, 3, 2),
        head(128),
        classifier,
      ]);
    case 'mobilenetv2-cifar':
      return mobileNetV2(name, 'cifar', 1);
    case 'mobilenetv2-cifar-0.75':
      return mobileNetV2(name, 'cifar', 0.75);
    case 'mobilenetv2-cifar-0.5':
      return mobileNetV2(name, 'cifar', 0.5);
    case 'mobilenetv2-cifar-0.35':
      return mobileNetV2(name, 'cifar', 0.35);
    case 'mobilenetv2':
      return mobileNetV2(name, 'imagenet', 1);
    case 'mobilenetv2-1.4':
      return mobileNetV2(name, 'imagenet', 1.4);
    case 'mobilenetv2-0.75':
      return mobileNetV2(name, 'imagenet', 0.75);
    case 'mobilenetv2-0.5':
      return mobileNetV2(name, 'imagenet', 0.5);
    case 'mobilenetv2-0.35':
      return mobileNetV2(name, 'imagenet', 0.35);
    case 'resnet-38':
      return cifarResNet(name, 6);
    case 'resnet-74':
      return cifarResNet(name, 12);
    case 'resnet-18':
      return resNet18(name);
    default:
      return name satisfies never;
  }
}
