/** @file How far apart the mappings are that a search holds: collapse shows here. */
import { plainObjective } from './objective.ts';
import type { Objective } from './objective.ts';
import type { Found } from './strategy.ts';

/** In the objective's own unit. */
export interface Spread {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

/** @returns null for none */
export function spreadOf(members: readonly Found[], objective: Objective): Spread | null {
  const values = members
    .map(({ energyPj, latencyCycles }) => plainObjective(objective, energyPj, latencyCycles))
    .sort((a, b) => a - b);
  const [best] = values;
  const worst = values[values.length - 1];
  const median = values[values.length >> 1];
  if (best === undefined || median === undefined || worst === undefined) return null;
  return { best, median, worst };
}
