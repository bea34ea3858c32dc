/** @file The three costs of a mapping: how each is named, read from a total and written. */
import type { CostTotals } from '../spec/run.ts';
import type { Metric } from '../state/trade-off.svelte.ts';
import type { Objective } from '../spec/mapping.ts';
import { formatCycles, formatEdp, formatEnergy } from './format.ts';
import type { HelpId } from './help/titles.ts';

export interface CostFigure {
  readonly title: string;
  readonly help: HelpId;
  readonly of: (cost: CostTotals) => number;
  readonly format: (value: number) => string;
}

export const COST_FIGURES: Readonly<Record<Metric, CostFigure>> = {
  energy: {
    title: 'Energy',
    help: 'energy',
    of: (cost) => cost.energyPj,
    format: formatEnergy,
  },
  latency: {
    title: 'Latency',
    help: 'latency',
    of: (cost) => cost.latencyCycles,
    format: formatCycles,
  },
  edp: {
    title: 'EDP',
    help: 'edp',
    of: (cost) => cost.edpPjCycles,
    format: formatEdp,
  },
};

/** What a search of an objective makes small, as it runs: for FPS, the cycles from frame to frame. */
export function searchedFigure(objective: Objective): CostFigure {
  if (objective !== 'fps') return COST_FIGURES[objective];
  return { ...COST_FIGURES.latency, title: 'Cycles a frame' };
}
