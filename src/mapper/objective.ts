/**
 * @file What a search makes small: one number from energy and latency.
 */

export const OBJECTIVES = ['edp', 'energy', 'latency', 'fps'] as const;
/** fps is latency for one layer at a time, and the slowest stage of a pipeline. */
export type Objective = (typeof OBJECTIVES)[number];

/**
 * How a layer is scored: by an objective of its own, or by its share of a network's product of
 * energy and latency, which near (E, L) falls fastest along E·Δlatency + L·Δenergy.
 */
export type Score =
  | { readonly kind: 'edp' | 'energy' | 'latency' }
  | { readonly kind: 'weighted'; readonly energyWeight: number; readonly latencyWeight: number };

/** Ties in one quantity are broken by the other: too weak to trade a cycle or a picojoule for. */
const TIE = 1e-9;

/** @returns the smaller the better */
export function scoreOf(score: Score, energyPj: number, latencyCycles: number): number {
  switch (score.kind) {
    case 'edp':
      return energyPj * latencyCycles;
    case 'energy':
      return energyPj * (1 + TIE * Math.log2(latencyCycles));
    case 'latency':
      return latencyCycles * (1 + TIE * Math.log2(energyPj));
    case 'weighted':
      return energyPj * score.energyWeight + latencyCycles * score.latencyWeight;
    default:
      return score satisfies never;
  }
}

/** The score of a single layer under an objective. */
export function layerScore(objective: Objective): Score {
  return { kind: objective === 'fps' ? 'latency' : objective };
}

/** The objective in its own unit: pJ, cycles or pJ·cycles. */
export function plainObjective(
  objective: Objective,
  energyPj: number,
  latencyCycles: number,
): number {
  switch (objective) {
    case 'energy':
      return energyPj;
    case 'latency':
    case 'fps':
      return latencyCycles;
    case 'edp':
      return energyPj * latencyCycles;
    default:
      return objective satisfies never;
  }
}
