/** @file What a mapper run found, as the record that is stored and shown. */
import type { Bound, Cost } from '../src/hw/cost.ts';
import { DATASPACES } from '../src/hw/workload.ts';
import type { MapResult, MappedLayer } from '../src/mapper/result.ts';
import type { MapSpec } from '../src/rpc/map-api.ts';
import type { EnergyPart, LayerCost, MappingRecord } from '../src/spec/run.ts';

/** @param wallSeconds searching time, without pauses */
export function mappingRecord(
  spec: MapSpec,
  result: MapResult,
  wallSeconds: number,
  updatedAt: number,
): MappingRecord {
  return {
    runId: spec.runId,
    accelerator: spec.mapping.accelerator,
    objective: spec.mapping.objective,
    seed: spec.seed,
    evaluationsPerLayer: spec.mapping.evaluationsPerLayer,
    evaluations: { ...result.evaluations },
    wallSeconds,
    byBits: result.networks.map(({ bits, total, layers }) => ({
      bits,
      total,
      layers: layers.map(layerCost),
    })),
    updatedAt,
    done: result.done,
  };
}

function layerCost({ name, cost, mapping }: MappedLayer): LayerCost {
  const { macs, energyPj, latencyCycles, edpPjCycles, utilizationRatio } = cost;
  return {
    name,
    macs,
    energyPj,
    latencyCycles,
    edpPjCycles,
    utilizationRatio,
    parts: energyParts(cost),
    boundBy: boundName(cost.boundBy),
    mapping,
  };
}

function energyParts(cost: Cost): EnergyPart[] {
  const parts: EnergyPart[] = [{ level: 'MACs', dataspace: 'MACs', energyPj: cost.macEnergyPj }];
  for (const level of cost.byLevel) {
    for (const dataspace of DATASPACES) {
      const kept = level.kept[dataspace];
      if (kept !== undefined) {
        parts.push({ level: level.name, dataspace, energyPj: kept.energyPj });
      }
    }
  }
  return parts;
}

function boundName(bound: Bound): string {
  return bound.kind === 'compute' ? 'compute' : `${bound.level} ${bound.port} bandwidth`;
}
