/**
 * @file Cost tables: what each choice of each block costs at one bit-width, as plain data.
 *
 * Costs of a network are sums over its layers, and no layer's cost depends on another block's choice
 * (`spaceLayers` sees to it), so a table of blocks × choices prices every network of the space. Where
 * figures come from is not decided here: whoever fills the table brings a cost for each layer.
 */
import { layerAtBits } from '../hw/model-workload.ts';
import type { LayerAtBits } from '../hw/model-workload.ts';
import type { Precision } from '../spec/bits.ts';
import type { ModelLayer } from '../spec/model.ts';
import { spaceLayers } from '../spec/search-space.ts';
import type { Picks, SearchSpace } from '../spec/search-space.ts';
import { SpecError } from '../util/errors.ts';

/** What a search makes small. FLOPs are counted as multiply-accumulates. */
export const COST_METRICS = ['flops', 'energy', 'latency', 'edp'] as const;
export type CostMetric = (typeof COST_METRICS)[number];

/** Of one image. Energy and latency are null in a table of MACs alone. */
export interface OptionCost {
  readonly macs: number;
  readonly energyPj: number | null;
  readonly latencyCycles: number | null;
}

export interface CostTable {
  readonly version: 1;
  readonly space: string;
  readonly choices: readonly string[];
  /** What the figures stand for; null in a table of MACs alone. */
  readonly source: {
    readonly accelerator: string;
    readonly precision: Precision;
    /** What each layer's mapping was searched for, and how long. */
    readonly objective: string;
    readonly evaluationsPerLayer: number;
    readonly seed: number;
  } | null;
  /** Stem, head and classifier together. */
  readonly fixed: OptionCost;
  /** [blocks][choices] */
  readonly blocks: readonly (readonly OptionCost[])[];
}

/** A cost of one layer, in the order of `spaceWorkload`. */
export interface LayerFigures {
  readonly energyPj: number;
  readonly latencyCycles: number;
}

const SKIPPED: OptionCost = { macs: 0, energyPj: 0, latencyCycles: 0 };

/** Layers of the space in one order: stem, head, classifier, then block by block, choice by choice. */
function layersInOrder(space: SearchSpace): { layer: ModelLayer; next: ModelLayer | undefined }[] {
  const { stem, blocks, head, classifier } = spaceLayers(space);
  const firstOf = (block: number): ModelLayer =>
    blocks[block]?.options.find(({ layers }) => layers.length > 0)?.layers[0] ?? head;
  return [
    { layer: stem, next: firstOf(0) },
    { layer: head, next: classifier },
    { layer: classifier, next: undefined },
    ...blocks.flatMap(({ options }, block) =>
      options.flatMap(({ layers }) =>
        layers.map((layer, i) => ({ layer, next: layers[i + 1] ?? firstOf(block + 1) })),
      ),
    ),
  ];
}

/** Every layer that a network of the space can have, at one bit-width: what is to be priced. */
export function spaceWorkload(space: SearchSpace, precision: number | Precision): LayerAtBits[] {
  return layersInOrder(space).map(({ layer, next }) => layerAtBits(layer, next, precision));
}

/**
 * Sum the layers' figures up to choices.
 * @param figures as many as `spaceWorkload` has layers, in its order; null: MACs alone
 * @throws SpecError when there are not as many
 */
export function fillCostTable(
  space: SearchSpace,
  source: CostTable['source'],
  figures: readonly LayerFigures[] | null,
): CostTable {
  const order = layersInOrder(space);
  if (figures !== null && figures.length !== order.length) {
    throw new SpecError(
      `cost table: expected figures of ${order.length} layers, got ${figures.length}`,
    );
  }
  let at = 0;
  const take = (layers: readonly ModelLayer[]): OptionCost =>
    layers.reduce<OptionCost>(
      (sum, layer) => {
        const figure = figures?.[at++];
        return {
          macs: sum.macs + layer.macs,
          energyPj: figure === undefined ? null : (sum.energyPj ?? 0) + figure.energyPj,
          latencyCycles:
            figure === undefined ? null : (sum.latencyCycles ?? 0) + figure.latencyCycles,
        };
      },
      figures === null ? { macs: 0, energyPj: null, latencyCycles: null } : SKIPPED,
    );
  const { stem, head, classifier, blocks } = spaceLayers(space);
  return {
    version: 1,
    space: space.name,
    choices: space.choices,
    source,
    fixed: take([stem, head, classifier]),
    blocks: blocks.map(({ options }) => options.map(({ layers }) => take(layers))),
  };
}

/** A table that prices MACs alone. */
export function flopsTable(space: SearchSpace): CostTable {
  return fillCostTable(space, null, null);
}

/** The two sums that a metric is made of; for all but EDP the second is 1. */
type Pair = readonly [number, number];

function pairOf(cost: OptionCost, metric: CostMetric): Pair {
  const { macs, energyPj, latencyCycles } = cost;
  if (metric === 'flops') return [macs, 0];
  if (energyPj === null || latencyCycles === null) {
    throw new SpecError(`cost table: expected ${metric} of each choice, got a table of MACs alone`);
  }
  if (metric === 'energy') return [energyPj, 0];
  if (metric === 'latency') return [latencyCycles, 0];
  return [energyPj, latencyCycles];
}

/** Cost of one network: MACs, pJ, cycles or pJ·cycles. EDP is the network's energy × latency. */
export function networkCost(table: CostTable, picks: Picks, metric: CostMetric): number {
  const chosen = table.blocks.map((options, block) => {
    const option = options[picks[block] ?? -1];
    if (option === undefined) throw new Error(`internal: no choice at block ${block}`);
    return option;
  });
  let [first, second] = [0, 0];
  for (const cost of [table.fixed, ...chosen]) {
    const [a, b] = pairOf(cost, metric);
    first += a;
    second += b;
  }
  return metric === 'edp' ? first * second : first;
}

/** Lowest and highest cost that any network of the space has; for EDP bounds that none may reach. */
export function costBounds(table: CostTable, metric: CostMetric): readonly [number, number] {
  const ends = [Math.min, Math.max].map((end) => {
    const sums = [0, 1].map((part) =>
      [[table.fixed], ...table.blocks].reduce(
        (sum, options) =>
          sum + end(...options.map((option) => pairOf(option, metric)[part as 0 | 1])),
        0,
      ),
    );
    const [first = 0, second = 0] = sums;
    return metric === 'edp' ? first * second : first;
  });
  return [ends[0] ?? 0, ends[1] ?? 0];
}

export interface ExpectedCost {
  /** Mean cost of a network whose choices are drawn block by block. */
  readonly value: number;
  /** Derivative by each probability, [blocks][choices], each taken as free. */
  readonly gradient: readonly (readonly number[])[];
}

/**
 * Expected cost of a network whose blocks are drawn independently. Exact: a sum is expected term by
 * term; of EDP, E[energy · latency] = E[energy] · E[latency] + Σ over blocks of their covariance.
 * @param probabilities [blocks][choices]
 */
export function expectedCost(
  table: CostTable,
  probabilities: readonly (readonly number[])[],
  metric: CostMetric,
): ExpectedCost {
  const [fixedFirst, fixedSecond] = pairOf(table.fixed, metric);
  let [first, second, covariance] = [fixedFirst, fixedSecond, 0];
  const blocks = table.blocks.map((options, block) => {
    const pairs = options.map((option) => pairOf(option, metric));
    const mean = (value: (pair: Pair) => number): number =>
      pairs.reduce((sum, pair, i) => sum + (probabilities[block]?.[i] ?? 0) * value(pair), 0);
    const a = mean(([x]) => x);
    const b = mean(([, y]) => y);
    first += a;
    second += b;
    covariance += mean(([x, y]) => x * y) - a * b;
    return { pairs, a, b };
  });
  if (metric !== 'edp') {
    return { value: first, gradient: blocks.map(({ pairs }) => pairs.map(([x]) => x)) };
  }
  return {
    value: first * second + covariance,
    gradient: blocks.map(({ pairs, a, b }) =>
      pairs.map(([x, y]) => x * (second - b) + y * (first - a) + x * y),
    ),
  };
}
