/**
 * @file ResNet-18 and ResNet-50: stem, four stages of residual blocks, one dense layer.
 *
 * ResNet-50 has its stride on the 3×3 convolution ("v1.5", as torchvision and most hardware
 * papers use it: 4.09 G multiply-accumulates); the paper's stride on the first 1×1 gives 3.8 G.
 *
 * @source He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, table 1; block
 * strides as in pytorch/vision:torchvision/models/resnet.py. 224×224 input.
 */
import { conv, dense } from './layers.ts';
import type { Network } from './layers.ts';
import type { Layer } from '../workload.ts';

/** Channels of the four stages before expansion; the first runs on 56×56. */
const STAGE_WIDTHS = [64, 128, 256, 512] as const;
const BOTTLENECK_EXPANSION = 4;

const stem = conv('conv1', { in: 3, out: 64, kernel: 7, stride: 2, size: 112 });

function* basicBlocks(depths: readonly number[]): Generator<Layer> {
  let channels = 64;
  for (const [stage, width] of STAGE_WIDTHS.entries()) {
    const size = 56 >> stage;
    for (let block = 0; block < (depths[stage] ?? 0); block++) {
      const name = `conv${String(stage + 2)}_${String(block + 1)}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      yield conv(`${name}.a`, { in: channels, out: width, kernel: 3, stride, size });
      yield conv(`${name}.b`, { in: width, out: width, kernel: 3, size });
      if (stride > 1) {
        yield conv(`${name}.shortcut`, { in: channels, out: width, kernel: 1, stride, size });
      }
      channels = width;
    }
  }
}

function* bottleneckBlocks(depths: readonly number[]): Generator<Layer> {
  let channels = 64;
  for (const [stage, width] of STAGE_WIDTHS.entries()) {
    const size = 56 >> stage;
    const out = width * BOTTLENECK_EXPANSION;
    for (let block = 0; block < (depths[stage] ?? 0); block++) {
      const name = `conv${String(stage + 2)}_${String(block + 1)}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      yield conv(`${name}.a`, { in: channels, out: width, kernel: 1, size: size * stride });
      yield conv(`${name}.b`, { in: width, out: width, kernel: 3, stride, size });
      yield conv(`${name}.c`, { in: width, out, kernel: 1, size });
      if (block === 0) {
        yield conv(`${name}.shortcut`, { in: channels, out, kernel: 1, stride, size });
      }
      channels = out;
    }
  }
}

export const resnet18: Network = {
  name: 'resnet18',
  title: 'ResNet-18 (ImageNet)',
  layers: [stem, ...basicBlocks([2, 2, 2, 2]), dense('fc', { in: 512, out: 1000 })],
};

export const resnet50: Network = {
  name: 'resnet50',
  title: 'ResNet-50 (ImageNet)',
  layers: [stem, ...bottleneckBlocks([3, 4, 6, 3]), dense('fc', { in: 2048, out: 1000 })],
};
