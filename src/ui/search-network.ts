/** @file The network that some picks make, row by row, for its picture. */
import type { CostMetric, CostTable } from '../search/cost-table.ts';
import { FULL_PRECISION } from '../spec/bits.ts';
import type { ModelLayer } from '../spec/model.ts';
import { spaceLayers } from '../spec/search-space.ts';
import type { Picks, SearchSpace } from '../spec/search-space.ts';
import { METRIC_FIGURES } from './search-figures.ts';

export interface NetworkRow {
  readonly name: string;
  /** null where nothing is searched. */
  readonly choice: string | null;
  /** Output channels, and the most channels inside. */
  readonly channels: number;
  readonly insideChannels: number;
  readonly height: number;
  readonly width: number;
  readonly macs: number;
  /** At which it is priced. */
  readonly bits: number;
  /** At those bits; null where the table does not tell. */
  readonly energyPj: number | null;
  /** Of the dearest row, 0 to 1, of the metric. */
  readonly costRatio: number;
}

/** @param picks of every block; @param bits the lowest bit-width */
export function networkRows(
  space: SearchSpace,
  picks: Picks,
  table: CostTable,
  { metric, bits }: { metric: CostMetric; bits: number },
): NetworkRow[] {
  const { stem, blocks, head, classifier } = spaceLayers(space);
  const fixed = (name: string, layer: ModelLayer): NetworkRow => ({
    name,
    choice: null,
    channels: layer.outChannels,
    insideChannels: layer.outChannels,
    height: layer.outHeight,
    width: layer.outWidth,
    macs: layer.macs,
    bits: layer.quantized ? bits : FULL_PRECISION,
    energyPj: null,
    costRatio: 0,
  });
  const costs = blocks.map((_, i) => {
    const cost = table.blocks[i]?.[picks[i] ?? -1];
    return cost === undefined ? 0 : (METRIC_FIGURES[metric].of(cost) ?? 0);
  });
  const dearest = Math.max(...costs);
  const rows = blocks.map(({ options, output }, i): NetworkRow => {
    const pick = picks[i] ?? -1;
    const option = options[pick];
    const cost = table.blocks[i]?.[pick];
    return {
      name: `Block ${i + 1}`,
      choice: option?.choice ?? null,
      channels: output.channels,
      insideChannels: Math.max(0, ...(option?.layers ?? []).map((layer) => layer.outChannels)),
      height: output.height,
      width: output.width,
      macs: cost?.macs ?? 0,
      bits,
      energyPj: cost?.energyPj ?? null,
      costRatio: dearest > 0 ? (costs[i] ?? 0) / dearest : 0,
    };
  });
  return [fixed('Stem', stem), ...rows, fixed('Head', head), fixed('Classifier', classifier)];
}
