import { describe, expect, it } from 'vitest';
import { modelTotals } from '../spec/model.ts';
import { MODEL_NAMES, namedModel } from '../spec/models.ts';
import { modelAtBits } from './model-workload.ts';
import { macsOf } from './workload.ts';

describe('modelAtBits', () => {
  it('has the MACs of the network that is trained', () => {
    for (const name of MODEL_NAMES) {
      const model = namedModel(name);
      const macs = modelAtBits(model, 8).reduce((sum, { layer }) => sum + macsOf(layer.shape), 0);
      expect(macs).toBe(modelTotals(model).macs);
    }
  });

  it('has the MACs and weights of grouped convolutions', () => {
    const tiny = namedModel('tiny');
    const blocks = tiny.blocks.map((block) =>
      block.kind === 'mbconv' ? { ...block, groups: 2 as const } : block,
    );
    const model = { ...tiny, blocks };
    const layers = modelAtBits(model, 8);
    const macs = layers.reduce((sum, { layer }) => sum + macsOf(layer.shape), 0);
    expect(macs).toBe(modelTotals(model).macs);
    expect(layers[1]?.layer.shape).toMatchObject({ G: 2, C: 4, K: 8 });
  });

  it('keeps stem, head and classifier at 32 bits and stores outputs as they are read', () => {
    const widths = modelAtBits(namedModel('tiny'), 4).map(({ layer, bits }) => [
      layer.name,
      bits.weights,
      bits.inputs,
      bits.outputs,
    ]);
    expect(widths[0]).toEqual(['block0.conv', 32, 32, 4]);
    expect(widths[1]).toEqual(['block1.expand', 4, 4, 4]);
    expect(widths.at(-3)).toEqual(['block2.project', 4, 4, 32]);
    expect(widths.at(-1)).toEqual(['block4.dense', 32, 32, 32]);
  });

  it('keeps weights and activations apart where a recipe does', () => {
    const precision = { weights: 2, activations: 8 };
    const layers = modelAtBits(namedModel('tiny'), precision);
    // 1×1 over 8 channels: a product of 10 bits, 3 doublings
    expect(layers[1]?.bits).toEqual({ weights: 2, inputs: 8, outputs: 8, psums: 13 });
    expect(layers[0]?.bits).toMatchObject({ weights: 32, inputs: 32, outputs: 8 });
  });
});
