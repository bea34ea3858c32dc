/**
 * @file What a run found, in full: the cost and the loop nest of every layer, sums for the network.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import type { Cost } from '../hw/cost.ts';
import { evaluate } from '../hw/evaluate.ts';
import type { Mapping } from '../hw/mapping.ts';
import { decodeMapping } from '../hw/nest.ts';
import type { ConvShape, OperandBits } from '../hw/workload.ts';
import type { EvaluationCount } from './evaluator.ts';
import type { Objective } from './objective.ts';
import type { PlannedNetwork, PlannedProblem } from './plan.ts';
import type { MapperRun } from './run.ts';
import type { Algorithm } from './task.ts';

export interface MappedLayer {
  readonly name: string;
  /** Equal layers that this one stands for; sums count them all. */
  readonly count: number;
  readonly shape: ConvShape;
  readonly bits: OperandBits;
  readonly cost: Cost;
  readonly mapping: Mapping;
}

/** Layers one after another on the whole array; for one pass (a batch) of the network. */
export interface NetworkTotals {
  readonly macs: number;
  readonly energyPj: number;
  readonly latencyCycles: number;
  /** Total energy times total latency. */
  readonly edpPjCycles: number;
  /** MACs done over MACs that the array could have done. */
  readonly utilizationRatio: number;
}

export interface MappedNetwork {
  readonly bits: number;
  readonly total: NetworkTotals;
  readonly layers: readonly MappedLayer[];
}

export interface MapResult {
  readonly accelerator: string;
  readonly objective: Objective;
  readonly algorithm: Algorithm;
  readonly seed: number;
  readonly evaluationsPerLayer: number;
  readonly evaluations: EvaluationCount;
  /** As the spec has them. */
  readonly networks: readonly MappedNetwork[];
  readonly done: boolean;
}

/** The best of a run so far. Valid at any time. */
export function resultOf(run: MapperRun): MapResult {
  const { spec, plan } = run;
  return {
    accelerator: spec.accelerator.name,
    objective: spec.objective,
    algorithm: spec.algorithm ?? 'evolve',
    seed: spec.seed,
    evaluationsPerLayer: spec.evaluationsPerLayer,
    evaluations: run.count,
    networks: plan.networks.map((network) => mappedNetwork(run, network)),
    done: run.done,
  };
}

function mappedNetwork(run: MapperRun, network: PlannedNetwork): MappedNetwork {
  const { found } = run.choose(network);
  const layers = network.layers.map(({ name, count, problem }): MappedLayer => {
    const code = found.get(problem)?.code;
    if (!code) throw new Error('internal: a layer without a mapping');
    return mapLayer(run.plan.problems[problem] as PlannedProblem, decodeMapping(code), name, count);
  });
  return { bits: network.bits, layers, total: totalOf(layers) };
}

/**
 * What keeping one mapping for all bit-widths would cost: the choice at the highest bit-width, which
 * fits at all lower ones, costed at each.
 *
 * @returns one entry for each network of the spec; null where the networks differ in their layers,
 *   or a layer's mapping does not fit after all (wider operands in a lower network)
 */
export function oneMappingForAll(
  result: MapResult,
  accelerator: Accelerator,
): MappedNetwork[] | null {
  const widest = result.networks.reduce<MappedNetwork | null>(
    (best, next) => (best && best.bits >= next.bits ? best : next),
    null,
  );
  if (!widest) return null;
  const shared: MappedNetwork[] = [];
  for (const { bits, layers: own } of result.networks) {
    if (own.length !== widest.layers.length) return null;
    const layers: MappedLayer[] = [];
    for (const [i, layer] of own.entries()) {
      const { mapping } = widest.layers[i] as MappedLayer;
      const cost = evaluate(layer.shape, layer.bits, accelerator, mapping);
      if (!cost.ok) return null;
      layers.push({ ...layer, cost, mapping });
    }
    shared.push({ bits, layers, total: totalOf(layers) });
  }
  return shared;
}

/** The cost of a mapping that is known to fit. */
export function mapLayer(
  problem: Pick<PlannedProblem, 'shape' | 'bits' | 'accelerator'>,
  mapping: Mapping,
  name: string,
  count = 1,
): MappedLayer {
  const cost = evaluate(problem.shape, problem.bits, problem.accelerator, mapping);
  if (!cost.ok) throw new Error(`internal: ${name}: a mapping that was valid does not fit`);
  return { name, count, shape: problem.shape, bits: problem.bits, cost, mapping };
}

export function totalOf(layers: readonly MappedLayer[]): NetworkTotals {
  let macs = 0;
  let energyPj = 0;
  let latencyCycles = 0;
  let possible = 0;
  for (const { cost, count } of layers) {
    macs += cost.macs * count;
    energyPj += cost.energyPj * count;
    latencyCycles += cost.latencyCycles * count;
    possible += (cost.macs / cost.utilizationRatio) * count;
  }
  return {
    macs,
    energyPj,
    latencyCycles,
    edpPjCycles: energyPj * latencyCycles,
    utilizationRatio: macs / possible,
  };
}
