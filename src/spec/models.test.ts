import { describe, expect, it } from 'vitest';
import { modelLayers, modelTotals, parseModelSpec } from './model.ts';
import type { ModelSpec } from './model.ts';
import { MODEL_NAMES, cifarResNet, mobileNetV2, namedModel } from './models.ts';
import type { ModelName } from './models.ts';

/** Weights without batch norm, as TensorFlow's tables count them. */
const plainWeights = (spec: ModelSpec): number =>
  modelLayers(spec).reduce((sum, { weights }) => sum + weights, 0);

it.each(MODEL_NAMES)('%s is a valid spec of its name', (name) => {
  expect(parseModelSpec(namedModel(name)).name).toBe(name);
});

describe('MobileNetV2', () => {
  it("has torchvision's parameters and the paper's MACs at width 1", () => {
    // torchvision mobilenet_v2: 3,504,872 parameters, 300.8 M multiply-adds at 224×224.
    const { parameters, macs } = modelTotals(namedModel('mobilenetv2'));
    expect(parameters).toBe(3_504_872);
    expect(macs / 1e6).toBeCloseTo(300.8, 1);
  });

  // tensorflow/models research/slim/nets/mobilenet README: million parameters (without batch norm),
  // million multiply-adds at 224×224.
  it.each([
    ['mobilenetv2-1.4', 6.06, 582],
    ['mobilenetv2', 3.47, 300],
    ['mobilenetv2-0.75', 2.61, 209],
    ['mobilenetv2-0.5', 1.95, 97],
    ['mobilenetv2-0.35', 1.66, 59],
  ] as const)('%s has the published counts', (name: ModelName, millions, millionMacs) => {
    const spec = namedModel(name);
    expect(Math.abs(plainWeights(spec) / 1e6 - millions)).toBeLessThanOrEqual(0.011);
    expect(Math.abs(modelTotals(spec).macs / 1e6 - millionMacs)).toBeLessThanOrEqual(1);
  });

  it('differs on CIFAR in strides alone', () => {
    const strides = (spec: ModelSpec): number[] =>
      modelLayers(spec)
        .map(({ stride }) => stride)
        .filter((stride) => stride > 1);
    const imagenet = mobileNetV2('a', 'imagenet', 0.5);
    const cifar = mobileNetV2('a', 'cifar', 0.5);
    expect(strides(imagenet)).toHaveLength(5); // 224 → 7
    expect(strides(cifar)).toHaveLength(3); // 32 → 4
    expect(plainWeights({ ...imagenet, classes: 10 })).toBe(plainWeights(cifar));
  });
});

describe('ResNet for CIFAR', () => {
  /** With zero-padded shortcuts, as most counts of the literature have them. */
  function withoutShortcuts(n: number): { parameters: number; macs: number; layers: number } {
    const spec = cifarResNet('resnet', n);
    const { parameters, macs } = modelTotals(spec);
    const all = modelLayers(spec);
    const shortcuts = all.filter(({ name }) => name.endsWith('.shortcut'));
    const spent = shortcuts.reduce((sum, l) => sum + l.weights + 2 * l.outChannels, 0);
    return {
      parameters: parameters - spent,
      macs: macs - shortcuts.reduce((sum, l) => sum + l.macs, 0),
      layers: all.length - shortcuts.length,
    };
  }

  // Parameters as akamaster/pytorch_resnet_cifar10 counts them for He et al.'s nets.
  it.each([
    [3, 20, 269_722],
    [5, 32, 464_154],
    [7, 44, 658_586],
    [9, 56, 853_018],
    [18, 110, 1_727_962],
  ])('n = %i has %i layers and the published parameters', (n, layers, parameters) => {
    expect(withoutShortcuts(n)).toMatchObject({ layers, parameters });
  });

  it('has the published MACs', () => {
    // Lin et al. 2020 (HRank), Table 1: ResNet-56 125.49 M, ResNet-110 252.89 M.
    expect(withoutShortcuts(9).macs / 1e6).toBeCloseTo(125.49, 1);
    expect(withoutShortcuts(18).macs / 1e6).toBeCloseTo(252.89, 1);
  });

  it('is 38 and 74 layers deep where it says so', () => {
    const depth = (name: ModelName): number =>
      modelLayers(namedModel(name)).filter(({ name: layer }) => !layer.endsWith('.shortcut'))
        .length;
    expect([depth('resnet-38'), depth('resnet-74')]).toEqual([38, 74]);
    // Each further n adds 2 · 9 · (16² + 32² + 64²) weights and 4 · (16 + 32 + 64) of batch norm.
    const perN = 18 * (256 + 1024 + 4096) + 4 * 112;
    const shortcuts = 16 * 32 + 32 * 64 + 2 * (32 + 64);
    const expected = (n: number): number => 269_722 + shortcuts + (n - 3) * perN;
    expect(modelTotals(namedModel('resnet-38')).parameters).toBe(expected(6));
    expect(modelTotals(namedModel('resnet-74')).parameters).toBe(expected(12));
  });
});

describe('ResNet-18', () => {
  it('has the counts of the usual 3×3-stem port', () => {
    // kuangliu/pytorch-cifar ResNet18: 11,173,962 parameters with 10 classes; torchvision's
    // 11,689,512 with 1000 classes and a 7×7 stem (9,408 weights for our 1,728).
    const spec = namedModel('resnet-18');
    expect(modelTotals({ ...spec, classes: 10 }).parameters).toBe(11_173_962);
    expect(modelTotals({ ...spec, classes: 1000 }).parameters).toBe(11_689_512 - 9_408 + 1_728);
    // The port runs 32×32 at stride 1, ours 64×64 at stride 2: 0.56 G MACs (555.42 M) either way.
    expect(modelTotals({ ...spec, classes: 10 }).macs / 1e6).toBeCloseTo(555.42, 1);
    const last = modelLayers(spec).findLast(({ kind }) => kind === 'conv');
    expect(last).toMatchObject({ outHeight: 4, outWidth: 4 });
  });
});
