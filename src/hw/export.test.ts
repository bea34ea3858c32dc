import { describe, expect, it } from 'vitest';
import { readCase } from './case.ts';
import { dataflowByName } from './dataflows/catalogue.ts';
import { evaluate } from './evaluate.ts';
import {
  costCaseOf,
  timeloopArchitectureYaml,
  timeloopMappingYaml,
  timeloopProblemYaml,
} from './export.ts';
import type { MappedProblem } from './export.ts';
import { networkByName } from './networks/catalogue.ts';
import { acceleratorByName } from './presets/catalogue.ts';
import { operandBits } from './workload.ts';

function mapped(network: string, layer: number, accelerator: string, width = 16): MappedProblem {
  const { name, shape } = networkByName(network).layers[layer] ?? { name: '', shape: undefined };
  if (!shape) throw new Error('no such layer');
  const on = acceleratorByName(accelerator);
  const bits = operandBits(shape, width);
  const dataflow = dataflowByName('weight-stationary', on);
  return {
    name,
    shape,
    bits,
    accelerator: on,
    mapping: dataflow.mapping({ shape, bits, accelerator: on }),
  };
}

describe('exports', () => {
  it.each([
    ['a convolution', mapped('vgg16', 3, 'eyeriss')],
    ['a grouped one at 4 bits', mapped('alexnet', 1, 'eyeriss', 4)],
    ['a depthwise one', mapped('mobilenetv2-cifar', 1, 'plain', 8)],
    ['a dense layer', mapped('resnet18', 20, 'magnet', 8)],
  ])('write %s as a case that costs the same when read back', (_, problem) => {
    const text = JSON.stringify(costCaseOf(problem));
    const back = readCase(JSON.parse(text), 'case');
    const { shape, bits, accelerator, mapping } = problem;
    const [ours, theirs] = [
      evaluate(shape, bits, accelerator, mapping),
      evaluate(back.shape, back.bits, back.accelerator, back.mapping),
    ];
    if (!ours.ok || !theirs.ok) throw new Error('does not fit');
    expect(theirs.energyPj / ours.energyPj).toBeCloseTo(1, 12);
    expect(theirs.latencyCycles).toBe(ours.latencyCycles);
  });

  it('refuse a case of MACs that scale with bits', () => {
    expect(() => costCaseOf(mapped('alexnet', 2, 'bitfusion', 4))).toThrow(
      'export: bitfusion: expected MACs of a fixed width, got "bit-scalable"',
    );
  });

  it('write Timeloop YAML: the architecture', () => {
    const yaml = timeloopArchitectureYaml(acceleratorByName('eyeriss'));
    expect(yaml).toContain('    instances: 168\n    meshX: 14\n    word-bits: 16');
    expect(yaml).toContain('    - name: PsumSpad\n      entries: 24\n      instances: 168');
    expect(yaml).toContain('      shared_bandwidth: 1.2');
    expect(yaml).toContain('    - name: DRAM\n      technology: DRAM');
  });

  it('write Timeloop YAML: factors that multiply to the layer, outermost level first', () => {
    const problem = mapped('vgg16', 3, 'eyeriss');
    const yaml = timeloopMappingYaml(problem);
    const products: Record<string, number> = {};
    for (const [, factors = ''] of yaml.matchAll(/factors: (.*)/g))
      for (const pair of factors.split(' ')) {
        const [dim = '', factor] = pair.split('=');
        products[dim] = (products[dim] ?? 1) * Number(factor);
      }
    for (const [dim, product] of Object.entries(products))
      expect(product).toBeGreaterThanOrEqual(problem.shape[dim as 'K']);
    expect(yaml.indexOf('target: DRAM')).toBeLessThan(yaml.indexOf('target: PsumSpad'));
    for (const [, permutation = ''] of yaml.matchAll(/permutation: (.*)/g))
      expect([...permutation].sort().join('')).toBe('CKNPQRS');
    expect(yaml).toContain('keep: [Weights]\n    bypass: [Inputs, Outputs]');
  });

  it('write Timeloop YAML: the problem', () => {
    const { shape, bits } = mapped('alexnet', 0, 'eyeriss');
    expect(timeloopProblemYaml(shape, bits)).toContain('  R: 11\n  S: 11\n  Wstride: 4');
  });
});
