/**
 * @file What is to be searched for a network at several bit-widths: each distinct question once.
 *
 * Layers of equal shape and equal widths are one problem, wherever they stand. Problems of equal
 * shape at other widths are siblings: what fits at high widths fits at low ones, so they hand each
 * other their best.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import type { LayerAtBits } from '../hw/model-workload.ts';
import { CONV_DIMS, macsOf } from '../hw/workload.ts';
import { SpecError } from '../util/errors.ts';
import type { MappingProblem } from './mapspace.ts';
import type { Objective, Score } from './objective.ts';
import { layerScore } from './objective.ts';
import type { Found } from './strategy.ts';

/** A network at one bit-width. */
export interface NetworkAtBits {
  /** The bit-width that the network is switched to; a label, the layers have the real widths. */
  readonly bits: number;
  readonly layers: readonly LayerAtBits[];
  /** What these layers run on, where it is not the whole accelerator: a chunk of a pipeline. */
  readonly accelerator?: Accelerator;
}

export interface PlannedProblem extends MappingProblem {
  /** The first layer that asks it. */
  readonly name: string;
  readonly bitsLabel: number;
  /** Problems of the same shape, this one too. */
  readonly siblings: readonly number[];
}

export interface PlannedLayer {
  readonly name: string;
  readonly count: number;
  readonly problem: number;
}

export interface PlannedNetwork {
  readonly bits: number;
  readonly layers: readonly PlannedLayer[];
}

export interface Plan {
  readonly problems: readonly PlannedProblem[];
  readonly networks: readonly PlannedNetwork[];
}

/** @throws SpecError if there is no layer at all */
export function planNetworks(networks: readonly NetworkAtBits[], accelerator: Accelerator): Plan {
  if (networks.length === 0 || networks.some(({ layers }) => layers.length === 0))
    throw new SpecError('mapper: expected at least one network with at least one layer, got none');
  const indexOf = new Map<string, number>();
  const drafts: Omit<PlannedProblem, 'siblings'>[] = [];
  const byShape = new Map<string, number[]>();
  const shapeKeys: string[] = [];
  const parts: Accelerator[] = [];
  const planned = networks.map(({ bits, layers, accelerator: part = accelerator }) => ({
    bits,
    layers: layers.map(({ layer, bits: widths }): PlannedLayer => {
      if (!parts.includes(part)) parts.push(part);
      const shapeKey = String(parts.indexOf(part)) + JSON.stringify(layer.shape);
      const key = shapeKey + JSON.stringify(widths);
      let problem = indexOf.get(key);
      if (problem === undefined) {
        problem = drafts.length;
        indexOf.set(key, problem);
        byShape.set(shapeKey, [...(byShape.get(shapeKey) ?? []), problem]);
        shapeKeys.push(shapeKey);
        drafts.push({
          name: layer.name,
          bitsLabel: bits,
          shape: layer.shape,
          bits: widths,
          accelerator: part,
        });
      }
      return { name: layer.name, count: layer.count, problem };
    }),
  }));
  const problems = drafts.map((draft, i) => ({
    ...draft,
    siblings: byShape.get(shapeKeys[i] ?? '') ?? [],
  }));
  return { problems, networks: planned };
}

/** Problems whose mappings are tried on a similar one. */
const NEIGHBOURS = 4;

/** The problems of other shapes that are most like problem `index`, on the same accelerator. */
export function neighboursOf({ problems }: Plan, index: number): number[] {
  const own = problems[index] as PlannedProblem;
  return [...problems.keys()]
    .filter((i) => !own.siblings.includes(i) && problems[i]?.accelerator === own.accelerator)
    .map((i) => ({ i, distance: distanceOf(own, problems[i] as PlannedProblem) }))
    .sort((a, b) => a.distance - b.distance || a.i - b.i)
    .slice(0, NEIGHBOURS)
    .map(({ i }) => i);
}

/** Sum of the doublings between two shapes and their widths. */
function distanceOf(a: PlannedProblem, b: PlannedProblem): number {
  const doublings = (x: number, y: number): number => Math.abs(Math.log2(x / y));
  const keys = [...CONV_DIMS, 'wStride', 'hStride'] as const;
  const shapes = keys.reduce((sum, key) => sum + doublings(a.shape[key], b.shape[key]), 0);
  return shapes + doublings(a.bits.weights, b.bits.weights) / 2;
}

export interface Sums {
  readonly energyPj: number;
  readonly latencyCycles: number;
}

/** A mapping for each problem of one network, and what the layers cost together. */
export interface Choice extends Sums {
  /** By problem; only those of the network. */
  readonly found: ReadonlyMap<number, Found>;
}

/**
 * Choose one of each problem's mappings so that the network's objective is smallest.
 *
 * For the product of total energy and total latency the choice is improved in rounds: minimizing
 * E/E₀ + L/L₀ layer by layer gives a sum of at most 2, and then E·L ≤ E₀·L₀.
 *
 * @param candidates by problem, at least one each
 */
export function chooseMappings(
  network: PlannedNetwork,
  candidates: readonly (readonly Found[])[],
  objective: Objective,
): Choice {
  let choice = pickAll(network, candidates, layerScore(objective));
  if (objective !== 'edp') return choice;
  for (let round = 0; round < 20; round++) {
    const next = pickAll(network, candidates, networkScore([choice]));
    if (next.energyPj * next.latencyCycles >= choice.energyPj * choice.latencyCycles) break;
    choice = next;
  }
  return choice;
}

/** The direction in which the product of energy and latency of these networks falls fastest. */
export function networkScore(sums: readonly Sums[]): Score {
  let energyWeight = 0;
  let latencyWeight = 0;
  for (const { energyPj, latencyCycles } of sums) {
    energyWeight += 1 / energyPj;
    latencyWeight += 1 / latencyCycles;
  }
  return { kind: 'weighted', energyWeight, latencyWeight };
}

function pickAll(
  network: PlannedNetwork,
  candidates: readonly (readonly Found[])[],
  score: Score,
): Choice {
  const found = new Map<number, Found>();
  let energyPj = 0;
  let latencyCycles = 0;
  for (const { problem, count } of network.layers) {
    let best = found.get(problem);
    if (!best) {
      best = bestOf(candidates[problem] ?? [], score);
      found.set(problem, best);
    }
    energyPj += best.energyPj * count;
    latencyCycles += best.latencyCycles * count;
  }
  return { found, energyPj, latencyCycles };
}

/** @throws Error if there is none */
export function bestOf(found: readonly Found[], score: Score): Found {
  let best: Found | undefined;
  for (const next of found) if (!best || compare(next, best, score) < 0) best = next;
  if (!best) throw new Error('internal: bestOf no mapping at all');
  return best;
}

function compare(a: Found, b: Found, score: Score): number {
  switch (score.kind) {
    case 'energy':
      return a.energyPj - b.energyPj || a.latencyCycles - b.latencyCycles;
    case 'latency':
      return a.latencyCycles - b.latencyCycles || a.energyPj - b.energyPj;
    case 'edp':
      return a.energyPj * a.latencyCycles - b.energyPj * b.latencyCycles;
    case 'weighted':
      return (
        (a.energyPj - b.energyPj) * score.energyWeight +
        (a.latencyCycles - b.latencyCycles) * score.latencyWeight
      );
    default:
      return score satisfies never;
  }
}

/** MACs of a network for one pass. */
export function planMacs(plan: Plan, network: PlannedNetwork): number {
  return network.layers.reduce((sum, { problem, count }) => {
    const { shape } = plan.problems[problem] as PlannedProblem;
    return sum + count * macsOf(shape);
  }, 0);
}
