/** @file What a layer of the graph can be coloured by: how each figure is read and written. */
import type { ModelLayer } from '../../../spec/model.ts';
import type { BitMapping, LayerSqnr } from '../../../spec/run.ts';
import { formatAmount, formatCycles, formatDb, formatEnergy } from '../../format.ts';

export type LayerFigure = 'macs' | 'weights' | 'energy' | 'latency' | 'sqnr';

export const LAYER_FIGURES: readonly {
  readonly id: LayerFigure;
  readonly title: string;
  /** Of a column, with its unit. */
  readonly head: string;
  readonly format: (value: number) => string;
}[] = [
  { id: 'macs', title: 'MACs', head: 'MACs per image', format: formatAmount },
  { id: 'weights', title: 'Weights', head: 'weights', format: formatAmount },
  { id: 'energy', title: 'Energy', head: 'energy per image (pJ)', format: formatEnergy },
  { id: 'latency', title: 'Latency', head: 'latency per image (cycles)', format: formatCycles },
  { id: 'sqnr', title: 'SQNR', head: 'SQNR (dB)', format: formatDb },
];

/** null: not known at this bit-width. */
export type FiguresOf = (layer: ModelLayer) => Readonly<Record<LayerFigure, number | null>>;

/**
 * @param mapped of the run at `bits`; null where it is not mapped
 * @param sqnr   at any bit-widths; the lower of weights and inputs is taken
 */
export function layerFigures(
  mapped: BitMapping | null,
  sqnr: readonly LayerSqnr[],
  bits: number,
): FiguresOf {
  const costs = new Map(mapped?.layers.map((cost) => [cost.name, cost]));
  const noise = new Map(
    sqnr.filter((entry) => entry.bits === bits).map((entry) => [entry.layer, entry]),
  );
  return ({ name, macs, weights }) => {
    const cost = costs.get(name);
    const { weightsDb = null, inputsDb = null } = noise.get(name) ?? {};
    const decibels = [weightsDb, inputsDb].filter((db): db is number => db !== null);
    return {
      macs,
      weights,
      energy: cost?.energyPj ?? null,
      latency: cost?.latencyCycles ?? null,
      sqnr: decibels.length === 0 ? null : Math.min(...decibels),
    };
  };
}
