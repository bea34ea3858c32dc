/** @file Metrics of a search, and the units in which the reader types a target. */
import type { CostMetric } from '../search/cost-table.ts';

export { COST_METRICS } from '../search/cost-table.ts';

export interface TargetUnit {
  readonly name: string;
  /** In the unit of the recipe: MACs, pJ, cycles, pJ·cycles. */
  readonly size: number;
}

const UNITS: Readonly<Record<CostMetric, TargetUnit>> = {
  flops: { name: 'M MACs', size: 1e6 },
  energy: { name: 'µJ', size: 1e6 },
  latency: { name: 'k cycles', size: 1e3 },
  edp: { name: 'J·cycles', size: 1e12 },
};

export function targetUnits(metric: CostMetric): TargetUnit {
  return UNITS[metric];
}
