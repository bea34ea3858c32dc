/** @file What a search found, as the record that is stored and shown. */
import type { Bound, Cost } from '../src/hw/cost.ts';
import { DATASPACES } from '../src/hw/workload.ts';
import { costOfParts } from '../src/mapper/pipeline-search.ts';
import { totalOf } from '../src/mapper/result.ts';
import type { MappedLayer } from '../src/mapper/result.ts';
import type {
  BitMapping,
  CostTotals,
  EnergyPart,
  LayerCost,
  LevelUse,
  MappingRecord,
} from '../src/spec/run.ts';
import type { BitFound, MapSearch } from './map-search.ts';

/** @param wallSeconds searching time, without pauses */
export function mappingRecord(
  search: MapSearch,
  wallSeconds: number,
  updatedAt: number,
  done: boolean,
): MappingRecord {
  const { spec, accelerator } = search;
  return {
    runId: spec.runId,
    ...(spec.title === undefined ? {} : { network: { title: spec.title } }),
    ...spec.mapping,
    hardware: accelerator,
    seed: spec.seed,
    evaluations: { ...search.count },
    wallSeconds,
    byBits: search.found().map((found) => bitMapping(found, search)),
    updatedAt,
    done,
  };
}

function bitMapping({ bits, parts, oneMapping }: BitFound, search: MapSearch): BitMapping {
  const layers = parts.flatMap(({ accelerator, layers: inPart }) =>
    inPart.map((layer) => ({
      ...layerCost(layer),
      spaceLog10: search.spaceOf({ shape: layer.shape, bits: layer.bits, accelerator }),
    })),
  );
  return {
    bits,
    total: totalsOf(parts),
    layers,
    ...(oneMapping ? { oneMapping: totalOf(oneMapping) } : {}),
    ...(parts.length > 1
      ? {
          chunks: parts.map(({ accelerator, layers: inPart }) => ({
            columns: accelerator.mac.meshX,
            layers: inPart.length,
          })),
        }
      : {}),
  };
}

function totalsOf(parts: BitFound['parts']): CostTotals {
  const [only] = parts;
  if (only && parts.length === 1) return totalOf(only.layers);
  const { macs, energyPj, intervalCycles, edpPjCycles, utilizationRatio } = costOfParts(parts, 1);
  return { macs, energyPj, latencyCycles: intervalCycles, edpPjCycles, utilizationRatio };
}

/** One layer; figures are those of a single one, `count` says how many there are. */
export function layerCost({ name, count, shape, bits, cost, mapping }: MappedLayer): LayerCost {
  const { macs, energyPj, latencyCycles, edpPjCycles, utilizationRatio } = cost;
  return {
    name,
    count,
    macs,
    energyPj,
    latencyCycles,
    edpPjCycles,
    utilizationRatio,
    parts: energyParts(cost),
    boundBy: boundName(cost.boundBy),
    mapping,
    shape,
    bits,
    levels: cost.byLevel.map((level): LevelUse => ({
      name: level.name,
      usedInstances: level.usedInstances,
      occupancyRatio: level.occupancyRatio,
      tiles: DATASPACES.flatMap((dataspace) => {
        const kept = level.kept[dataspace];
        return kept ? [{ dataspace, words: kept.tileWords, bits: kept.tileBits }] : [];
      }),
    })),
  };
}

export function energyParts(cost: Cost): EnergyPart[] {
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
