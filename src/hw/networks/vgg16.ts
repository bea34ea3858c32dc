/**
 * @file VGG16: thirteen 3×3 convolutions in five stages and three dense layers.
 *
 * @source Simonyan & Zisserman, ICLR 2015, table 1, configuration D. 224×224 input.
 */
import { conv, dense } from './layers.ts';
import type { Network } from './layers.ts';

export const vgg16: Network = {
  name: 'vgg16',
  title: 'VGG16 (ImageNet)',
  layers: [
    conv('conv1_1', { in: 3, out: 64, kernel: 3, size: 224 }),
    conv('conv1_2', { in: 64, out: 64, kernel: 3, size: 224 }),
    conv('conv2_1', { in: 64, out: 128, kernel: 3, size: 112 }),
    conv('conv2_2', { in: 128, out: 128, kernel: 3, size: 112 }),
    conv('conv3_1', { in: 128, out: 256, kernel: 3, size: 56 }),
    conv('conv3_2', { in: 256, out: 256, kernel: 3, size: 56 }),
    conv('conv3_3', { in: 256, out: 256, kernel: 3, size: 56 }),
    conv('conv4_1', { in: 256, out: 512, kernel: 3, size: 28 }),
    conv('conv4_2', { in: 512, out: 512, kernel: 3, size: 28 }),
    conv('conv4_3', { in: 512, out: 512, kernel: 3, size: 28 }),
    conv('conv5_1', { in: 512, out: 512, kernel: 3, size: 14 }),
    conv('conv5_2', { in: 512, out: 512, kernel: 3, size: 14 }),
    conv('conv5_3', { in: 512, out: 512, kernel: 3, size: 14 }),
    dense('fc6', { in: 25088, out: 4096 }),
    dense('fc7', { in: 4096, out: 4096 }),
    dense('fc8', { in: 4096, out: 1000 }),
  ],
};
