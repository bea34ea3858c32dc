/**
 * @file AlexNet with its two halves: conv2, conv4 and conv5 see only half of the channels.
 *
 * @source Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks",
 * NIPS 2012, figure 2; extents as in Eyeriss (ISCA 2016, table II). 227×227 input, no padding.
 */
import { conv, dense } from './layers.ts';
import type { Network } from './layers.ts';

export const alexnet: Network = {
  name: 'alexnet',
  title: 'AlexNet (ImageNet)',
  layers: [
    conv('conv1', { in: 3, out: 96, kernel: 11, stride: 4, size: 55 }),
    conv('conv2', { in: 96, out: 256, kernel: 5, size: 27, groups: 2 }),
    conv('conv3', { in: 256, out: 384, kernel: 3, size: 13 }),
    conv('conv4', { in: 384, out: 384, kernel: 3, size: 13, groups: 2 }),
    conv('conv5', { in: 384, out: 256, kernel: 3, size: 13, groups: 2 }),
    dense('fc6', { in: 9216, out: 4096 }),
    dense('fc7', { in: 4096, out: 4096 }),
    dense('fc8', { in: 4096, out: 1000 }),
  ],
};
