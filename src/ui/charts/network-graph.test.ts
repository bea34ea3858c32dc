import { expect, it } from 'vitest';
import { modelLayers } from '../../spec/model.ts';
import type { ModelSpec } from '../../spec/model.ts';
import { namedModel } from '../../spec/models.ts';
import { networkGraph } from './network-graph.ts';

const modelOf = (blocks: ModelSpec['blocks']): ModelSpec => ({
  name: 'test',
  input: { height: 8, width: 8, channels: 3 },
  classes: 2,
  blocks,
});
const STEM = { kind: 'conv', out: 4, kernel: 3, stride: 1, relu: true, quantized: false } as const;
const HEAD = { kind: 'classifier' } as const;

/** Edges as "from → to" by name. */
const edgesOf = (model: ModelSpec): string[] => {
  const { rows, edges } = networkGraph(model);
  return edges.map(({ from, to }) => `${rows[from]?.name} → ${rows[to]?.name}`);
};

it('draws the sum of an inverted residual where shapes agree, and none where they do not', () => {
  const same = { kind: 'mbconv', out: 4, expand: 2, kernel: 3, stride: 1 } as const;
  expect(edgesOf(modelOf([STEM, same, { ...same, stride: 2 }, HEAD]))).toEqual([
    'image → block0.conv',
    'block0.conv → block1.expand',
    'block1.expand → block1.depthwise',
    'block1.depthwise → block1.project',
    'block1.project → block1.sum',
    'block0.conv → block1.sum',
    'block1.sum → block2.expand',
    'block2.expand → block2.depthwise',
    'block2.depthwise → block2.project',
    'block2.project → block3.dense',
  ]);
});

it('draws both ways through a basic block, with a shortcut or without', () => {
  const basic = { kind: 'basic', out: 4, stride: 1 } as const;
  expect(edgesOf(modelOf([STEM, basic, { ...basic, stride: 2 }, HEAD])).slice(1)).toEqual([
    'block0.conv → block1.conv1',
    'block1.conv1 → block1.conv2',
    'block1.conv2 → block1.sum',
    'block0.conv → block1.sum',
    'block1.sum → block2.conv1',
    'block2.conv1 → block2.conv2',
    'block1.sum → block2.shortcut',
    'block2.conv2 → block2.sum',
    'block2.shortcut → block2.sum',
    'block2.sum → block3.dense',
  ]);
});

it.each(['tiny', 'mobilenetv2-cifar', 'resnet-38'])(
  'holds every layer of %s once, each read by something below it',
  (name) => {
    const model = namedModel(name as Parameters<typeof namedModel>[0]);
    const { rows, edges } = networkGraph(model);
    const drawn = rows.flatMap((row) => (row.kind === 'layer' ? [row.name] : []));
    expect([...drawn].sort()).toEqual(
      modelLayers(model)
        .map((layer) => layer.name)
        .sort(),
    );
    rows.slice(0, -1).forEach((row, i) => {
      expect(
        edges.some(({ from, to }) => from === i && to > i),
        row.name,
      ).toBe(true);
    });
  },
);
