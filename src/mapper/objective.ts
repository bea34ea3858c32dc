/**
 * @file What a search makes small: one number from energy and latency.
 */

import type { Accelerator } from '../hw/accelerator.ts';
import type { Objective } from '../spec/mapping.ts';
import { SpecError } from '../util/errors.ts';

export type { Objective };

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

/** What a single layer makes small under an objective. */
export function layerObjective(objective: Objective): Exclude<Objective, 'fps'> {
  return objective === 'fps' ? 'latency' : objective;
}

/** The score of a single layer under an objective. */
export function layerScore(objective: Objective): Score {
  return { kind: layerObjective(objective) };
}

/**
 * A target as `plainObjective` counts: pJ, cycles or pJ·cycles. Frames a second become cycles a frame.
 * @throws SpecError for frames a second on an accelerator whose clock is not known
 */
export function plainTarget(
  objective: Objective,
  target: number,
  { name, clockMHz }: Accelerator,
): number {
  if (objective !== 'fps') return target;
  if (clockMHz === undefined) {
    throw new SpecError(
      `mapping.target: expected an accelerator with a clock for a target in FPS, got ${name}`,
    );
  }
  return (clockMHz * 1e6) / target;
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
