/** @file A mapping record with plausible shape and order, for tests and the design page. */
import { modelLayers } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { BitMapping, CostTotals, EnergyPart, LayerCost } from '../spec/run.ts';

const DATASPACES = ['Weights', 'Inputs', 'Outputs'] as const;
const LEVELS = [
  ['PsumSpad', 0.4],
  ['WeightSpad', 1.9],
  ['IfmapSpad', 0.3],
  ['GlobalBuffer', 1.1],
  ['DRAM', 6],
] as const;

/** Energy of each part is MACs × a made-up pJ/MAC of the level × bits / 16. */
export function fakeBitMapping(model: ModelSpec, bits: number): BitMapping {
  const layers = modelLayers(model).map((layer): LayerCost => {
    const width = (layer.quantized ? bits : 32) / 16;
    const parts: EnergyPart[] = LEVELS.flatMap(([level, pj]) =>
      DATASPACES.map((dataspace, i) => ({
        level,
        dataspace,
        energyPj: (layer.macs * pj * width * (3 - i)) / 18,
      })),
    );
    parts.push({ level: 'MACs', dataspace: 'MACs', energyPj: layer.macs * 0.8 * width ** 1.6 });
    const energyPj = parts.reduce((sum, part) => sum + part.energyPj, 0);
    const latencyCycles = Math.ceil((layer.macs / 120) * (0.4 + 0.6 * width));
    return {
      name: layer.name,
      macs: layer.macs,
      energyPj,
      latencyCycles,
      edpPjCycles: energyPj * latencyCycles,
      utilizationRatio: layer.kind === 'depthwise' ? 0.31 : 0.83,
      parts,
      boundBy: layer.kind === 'depthwise' ? 'DRAM' : 'compute',
      mapping: {
        levels: [
          { keep: ['Outputs'], temporal: [], spatialX: [], spatialY: [] },
          { keep: ['Weights'], temporal: [['C', 2]], spatialX: [], spatialY: [] },
          {
            keep: ['Inputs'],
            temporal: [
              ['R', layer.kernel],
              ['P', 4],
            ],
            spatialX: [],
            spatialY: [],
          },
          {
            keep: ['Inputs', 'Outputs'],
            temporal: [
              ['C', 4],
              ['Q', layer.outHeight],
            ],
            spatialX: [['K', 14]],
            spatialY: [
              ['S', layer.kernel],
              ['C', 4],
            ],
          },
          {
            keep: DATASPACES,
            temporal: [
              ['K', Math.max(1, Math.ceil(layer.outChannels / 14))],
              ['P', Math.max(1, Math.ceil(layer.outWidth / 4))],
            ],
            spatialX: [],
            spatialY: [],
          },
        ],
      },
    };
  });
  const sum = (pick: (layer: LayerCost) => number): number =>
    layers.reduce((total, layer) => total + pick(layer), 0);
  const energyPj = sum((l) => l.energyPj);
  const latencyCycles = sum((l) => l.latencyCycles);
  const total: CostTotals = {
    macs: sum((l) => l.macs),
    energyPj,
    latencyCycles,
    edpPjCycles: energyPj * latencyCycles,
    utilizationRatio: 0.72,
  };
  return { bits, total, layers };
}
