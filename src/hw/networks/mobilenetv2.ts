/**
 * @file MobileNetV2 for ImageNet (224×224) and for CIFAR-100 (32×32).
 *
 * The CIFAR variant keeps the resolution in the stem and in the 24-channel stage, as public
 * CIFAR implementations do: 2.35 M parameters, 88.1 M multiply-accumulates with 100 classes.
 *
 * @source Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
 * table 2; CIFAR strides as in chenyaofo/pytorch-cifar-models (mobilenetv2_x1_0).
 */
import { conv, dense, depthwise } from './layers.ts';
import type { Network } from './layers.ts';
import type { Layer } from '../workload.ts';

const STEM_CHANNELS = 32;
const HEAD_CHANNELS = 1280;

/** Expansion t, output channels c and repeats n of the seven stages (table 2). */
const STAGES = [
  { expand: 1, out: 16, repeats: 1 },
  { expand: 6, out: 24, repeats: 2 },
  { expand: 6, out: 32, repeats: 3 },
  { expand: 6, out: 64, repeats: 4 },
  { expand: 6, out: 96, repeats: 3 },
  { expand: 6, out: 160, repeats: 3 },
  { expand: 6, out: 320, repeats: 1 },
] as const;

interface Variant {
  readonly inputSize: number;
  readonly stemStride: number;
  /** Stride of the first block of each stage. */
  readonly strides: readonly number[];
  readonly classes: number;
}

function* layersOf({ inputSize, stemStride, strides, classes }: Variant): Generator<Layer> {
  let size = inputSize / stemStride;
  let channels: number = STEM_CHANNELS;
  yield conv('stem', { in: 3, out: STEM_CHANNELS, kernel: 3, stride: stemStride, size });
  for (const [stage, { expand, out, repeats }] of STAGES.entries()) {
    for (let block = 0; block < repeats; block++) {
      const name = `block${String(stage + 1)}_${String(block + 1)}`;
      const stride = block === 0 ? (strides[stage] ?? 1) : 1;
      const hidden = channels * expand;
      if (expand > 1) {
        yield conv(`${name}.expand`, { in: channels, out: hidden, kernel: 1, size });
      }
      size /= stride;
      yield depthwise(`${name}.depthwise`, { channels: hidden, kernel: 3, stride, size });
      yield conv(`${name}.project`, { in: hidden, out, kernel: 1, size });
      channels = out;
    }
  }
  yield conv('head', { in: channels, out: HEAD_CHANNELS, kernel: 1, size });
  yield dense('classifier', { in: HEAD_CHANNELS, out: classes });
}

export const mobilenetv2: Network = {
  name: 'mobilenetv2',
  title: 'MobileNetV2 (ImageNet)',
  layers: [
    ...layersOf({ inputSize: 224, stemStride: 2, strides: [1, 2, 2, 2, 1, 2, 1], classes: 1000 }),
  ],
};

export const mobilenetv2Cifar: Network = {
  name: 'mobilenetv2-cifar',
  title: 'MobileNetV2 (CIFAR-100)',
  layers: [
    ...layersOf({ inputSize: 32, stemStride: 1, strides: [1, 1, 2, 2, 1, 2, 1], classes: 100 }),
  ],
};
