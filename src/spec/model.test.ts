import { describe, expect, it } from 'vitest';
import { SpecError } from '../util/errors.ts';
import { modelLayers, modelTotals, parseModelSpec } from './model.ts';
import { namedModel } from './models.ts';

describe('modelLayers', () => {
  it('resolves shapes with symmetric padding', () => {
    const layers = modelLayers(namedModel('speed-net'));
    const depthwise = layers.find(({ name }) => name === 'block1.depthwise');
    expect(depthwise).toMatchObject({ inHeight: 32, outHeight: 16, inChannels: 48, stride: 2 });
    expect(layers.at(-1)).toMatchObject({ kind: 'dense', inChannels: 128, outChannels: 10 });
  });

  it("counts MobileNetV2's parameters and MACs as the literature does", () => {
    // Sandler et al. 2018: 3.4 M parameters with 1000 classes, of which 1.28 M + 1000 in the
    // classifier; with 10 classes 12,810 instead: 3,504,872 − 1,281,000 + 12,810 = 2,236,682.
    const { parameters, macs } = modelTotals(namedModel('mobilenetv2-cifar'));
    expect(parameters).toBe(2_236_682);
    // The usual CIFAR port (stem and second stage at stride 1): 87.98 M in kuangliu/pytorch-cifar
    // strides, which keep 32×32 through the second stage.
    expect(macs / 1e6).toBeGreaterThan(80);
    expect(macs / 1e6).toBeLessThan(100);
  });
});

describe('an inverted residual in groups', () => {
  const spec = (block: object) =>
    parseModelSpec({
      name: 'grouped',
      input: { height: 8, width: 8, channels: 3 },
      classes: 4,
      blocks: [
        { kind: 'conv', out: 12, kernel: 3, stride: 1, relu: true, quantized: false },
        { kind: 'mbconv', out: 20, expand: 1, kernel: 5, stride: 2, ...block },
        { kind: 'classifier' },
      ],
    });

  it('has the weights and MACs of grouped convolutions', () => {
    const layers = modelLayers(spec({ groups: 2 })).filter(({ block }) => block === 1);
    // expand 8×8 · 12 · 6, depthwise 4×4 · 12 · 25, project 4×4 · 20 · 6
    expect(layers.map(({ name, macs, weights }) => [name, macs, weights])).toEqual([
      ['block1.expand', 64 * 12 * 6, 12 * 6],
      ['block1.depthwise', 16 * 12 * 25, 12 * 25],
      ['block1.project', 16 * 20 * 6, 20 * 6],
    ]);
  });

  it('expands at 1 where it is asked to, as FBNet does', () => {
    const counts = [{}, { alwaysExpands: true }, { groups: 2 as const }].map(
      (block) => modelLayers(spec(block)).filter(({ block: index }) => index === 1).length,
    );
    expect(counts).toEqual([2, 3, 3]);
  });

  it('refuses channels that do not split', () => {
    expect(() => spec({ groups: 2, out: 21 })).toThrow(
      'model.blocks.1: expected channels that 2 groups divide, got 12 to 21',
    );
  });
});

describe('parseModelSpec', () => {
  it('says in one sentence what is wrong', () => {
    const spec = namedModel('tiny');
    expect(() => parseModelSpec({ ...spec, blocks: spec.blocks.slice(0, 2) })).toThrow(
      'model.blocks: expected exactly one classifier, as the last block, got mbconv at 1 of 2',
    );
    expect(() => parseModelSpec({ ...spec, classes: -1 })).toThrow(SpecError);
    expect(() => parseModelSpec({ ...spec, surprise: 1 })).toThrow('model.surprise');
  });
});
