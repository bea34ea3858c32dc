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
