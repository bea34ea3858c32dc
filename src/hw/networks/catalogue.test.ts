import { describe, expect, it } from 'vitest';
import { macsOf, wordsOf } from '../workload.ts';
import type { Layer } from '../workload.ts';
import { NETWORKS, networkByName } from './catalogue.ts';
import { isConvolution, networkMacs, networkWeights, withBatch } from './layers.ts';

const sumOf = (layers: readonly Layer[], value: (layer: Layer) => number): number =>
  layers.reduce((sum, layer) => sum + value(layer), 0);

describe('networks', () => {
  // Parameters as published, less biases and two batch-norm parameters a channel.
  it.each([
    // 60,965,224 with 10,568 biases: Krizhevsky's two-tower net (caffe bvlc_reference).
    ['alexnet', 60_965_224 - 10_568],
    // 138,357,544 with 13,416 biases: torchvision vgg16.
    ['vgg16', 138_357_544 - 13_416],
    // torchvision resnet18: 11,689,512 with 4,800 batch-norm channels and 1,000 biases.
    ['resnet18', 11_689_512 - 2 * 4_800 - 1_000],
    // torchvision resnet50: 25,557,032 with 26,560 batch-norm channels and 1,000 biases.
    ['resnet50', 25_557_032 - 2 * 26_560 - 1_000],
    // torchvision mobilenet_v2: 3,504,872 with 17,056 batch-norm channels and 1,000 biases.
    ['mobilenetv2', 3_504_872 - 2 * 17_056 - 1_000],
    // The same body (2,223,872 with batch norm) and 1280 × 100 weights of the classifier.
    ['mobilenetv2-cifar', 2_223_872 - 2 * 17_056 + 128_000],
  ])('%s has the parameters of the literature', (name, weights) => {
    expect(networkWeights(networkByName(name))).toBe(weights);
  });

  it.each([
    // Eyeriss (ISCA 2016): 666 M MACs in AlexNet's convolutions; 58.6 M in its dense layers.
    ['alexnet', 665_784_864 + 58_621_952],
    // 15.3 G in the convolutions (Eyeriss, JSSC 2017), 123.6 M in the dense layers.
    ['vgg16', 15_346_630_656 + 123_633_664],
    // torchvision's GFLOPS column: 1.81, 4.09, 0.30; He et al. and Sandler et al. round likewise.
    ['resnet18', 1_814_073_344],
    ['resnet50', 4_089_184_256],
    ['mobilenetv2', 300_774_272],
    // 88.09 M: chenyaofo/pytorch-cifar-models, mobilenetv2_x1_0, CIFAR-100.
    ['mobilenetv2-cifar', 88_091_648],
  ])('%s has the multiply-accumulates of the literature', (name, macs) => {
    expect(networkMacs(networkByName(name))).toBe(macs);
  });

  it("gives AlexNet's convolutions the MACs of Eyeriss (ISCA 2016), table II", () => {
    // K·C/groups·R·S·P·Q by hand: 96·3·11²·55², 2·128·48·5²·27², …
    const macs = networkByName('alexnet').layers.map(({ shape }) => macsOf(shape));
    expect(macs).toEqual([
      105_415_200, 223_948_800, 149_520_384, 112_140_288, 74_760_192, 37_748_736, 16_777_216,
      4_096_000,
    ]);
  });

  it('counts what each table of layers should have', () => {
    const convolutions = (name: string): number =>
      networkByName(name).layers.filter(isConvolution).length;
    expect(convolutions('alexnet')).toBe(5);
    expect(convolutions('vgg16')).toBe(13);
    // 16 and 48 in blocks, the stem, and the shortcuts of three and four stages.
    expect(convolutions('resnet18')).toBe(16 + 1 + 3);
    expect(convolutions('resnet50')).toBe(48 + 1 + 4);
    // Stem, head, 17 blocks of three with one expansion left out.
    expect(convolutions('mobilenetv2')).toBe(2 + 17 * 3 - 1);
  });

  it('chains: a layer reads what the one before wrote', () => {
    const { layers } = networkByName('mobilenetv2');
    for (const [i, { name, shape }] of layers.slice(0, -1).entries()) {
      const next = layers[i + 1];
      if (!next) continue;
      expect(next.shape.C * next.shape.G, `${name} → ${next.name}`).toBe(shape.K * shape.G);
    }
  });

  it('multiplies activations and MACs by the batch, and no weights', () => {
    for (const network of NETWORKS) {
      const four = withBatch(network, 4);
      expect(networkMacs(four)).toBe(4 * networkMacs(network));
      expect(networkWeights(four)).toBe(networkWeights(network));
      expect(sumOf(four.layers, ({ shape }) => wordsOf(shape, 'Outputs'))).toBe(
        4 * sumOf(network.layers, ({ shape }) => wordsOf(shape, 'Outputs')),
      );
    }
  });

  it('refuses an unknown name and lists the known', () => {
    expect(() => networkByName('lenet')).toThrow(
      'network: expected one of alexnet, vgg16, resnet18, resnet50, mobilenetv2, mobilenetv2-cifar, got "lenet"',
    );
  });
});
