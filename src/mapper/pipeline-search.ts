/**
 * @file The search for a pipeline: how many chunks, where to cut, and every chunk's mappings.
 *
 * Each number of chunks is first cut by MACs and searched with a share of the budget; the best is
 * cut again by the cycles that its mappings really took, and searched with the rest.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import { evaluateNetwork, splitAccelerator } from '../hw/schedule.ts';
import type { NetworkCost } from '../hw/schedule.ts';
import { macsOf } from '../hw/workload.ts';
import { SpecError } from '../util/errors.ts';
import type { Objective } from './objective.ts';
import { cutPipeline } from './pipeline.ts';
import type { ChunkCut } from './pipeline.ts';
import { planNetworks } from './plan.ts';
import type { NetworkAtBits } from './plan.ts';
import type { MappedLayer, MapResult } from './result.ts';
import type { MapperSpec } from './run.ts';

/** Numbers of chunks that are tried. */
const CHUNKS = [2, 3, 4] as const;

/** One network at one bit-width. */
export interface PipelineRequest {
  readonly accelerator: Accelerator;
  readonly network: NetworkAtBits;
  readonly objective: Objective;
  readonly algorithm?: MapperSpec['algorithm'];
  readonly seed: number;
  /** Valid evaluations of the whole search. */
  readonly evaluations: number;
  /** In one pass of the layers: their N. */
  readonly images: number;
}

/** Layers on their part of the array. */
export interface PipelinePart {
  readonly accelerator: Accelerator;
  readonly layers: readonly MappedLayer[];
}

export interface PipelineFound {
  readonly parts: readonly PipelinePart[];
  readonly cost: NetworkCost;
}

/**
 * @param search runs one search to its end, or to a stop
 * @param isEnough asked after each attempt: true ends the search with the best so far
 * @throws SpecError for fewer than two layers, or a budget below one evaluation a layer
 */
export async function searchPipeline(
  request: PipelineRequest,
  search: (spec: MapperSpec) => Promise<MapResult>,
  isEnough: (found: PipelineFound) => boolean = () => false,
): Promise<PipelineFound> {
  const { accelerator, network, evaluations } = request;
  const { layers } = network;
  const columns = accelerator.mac.meshX;
  const counts = CHUNKS.filter((count) => count <= Math.min(columns, layers.length));
  if (counts.length === 0)
    throw new SpecError(
      `pipeline: expected a network of two layers or more, got ${String(layers.length)}`,
    );
  const attempt = async (
    work: readonly number[],
    count: number,
    share: number,
  ): Promise<PipelineFound> => {
    const networks = chunkNetworks(request, cutPipeline(work, count, columns));
    const result = await search(specOf(request, networks, evaluations * share));
    const parts = result.networks.map((chunk, i) => ({
      accelerator: networks[i]?.accelerator ?? accelerator,
      layers: chunk.layers,
    }));
    return { parts, cost: costOfParts(parts, request.images) };
  };
  const macs = layers.map(({ layer }) => layer.count * macsOf(layer.shape));
  let best: PipelineFound | null = null;
  for (const count of counts) {
    const found = await attempt(macs, count, 0.5 / counts.length);
    if (!best || scoreOf(found, request) < scoreOf(best, request)) best = found;
    if (isEnough(best)) return best;
  }
  const first = best as PipelineFound;
  const measured = first.parts.flatMap(({ accelerator: part, layers: inPart }) =>
    inPart.map(({ cost, count }) => count * cost.latencyCycles * part.mac.meshX),
  );
  const again = await attempt(measured, first.parts.length, 0.5);
  return scoreOf(again, request) < scoreOf(first, request) ? again : first;
}

/** What chunks cost together; one chunk is multi-cycle. */
export function costOfParts(parts: readonly PipelinePart[], images: number): NetworkCost {
  return evaluateNetwork(
    parts.map(({ accelerator, layers }) => ({
      accelerator,
      layers: layers.map(({ name, count, cost, shape }) => ({
        layer: { name, count, shape },
        cost,
      })),
    })),
    images,
  );
}

function chunkNetworks(
  { accelerator, network }: PipelineRequest,
  cuts: readonly ChunkCut[],
): NetworkAtBits[] {
  const parts = splitAccelerator(
    accelerator,
    cuts.map(({ columns }) => columns),
  );
  return cuts.map(({ first, end }, i) => ({
    bits: network.bits,
    layers: network.layers.slice(first, end),
    accelerator: parts[i] as Accelerator,
  }));
}

function specOf(
  { accelerator, objective, seed, algorithm }: PipelineRequest,
  networks: readonly NetworkAtBits[],
  evaluations: number,
): MapperSpec {
  const distinct = planNetworks(networks, accelerator).problems.length;
  const evaluationsPerLayer = Math.floor(evaluations / distinct);
  if (evaluationsPerLayer < 1)
    throw new SpecError(
      `pipeline: expected at least one evaluation for each of ${String(distinct)} distinct layers, got ${String(evaluations)}`,
    );
  return {
    accelerator,
    networks,
    objective,
    evaluationsPerLayer,
    seed,
    ...(algorithm ? { algorithm } : {}),
  };
}

function scoreOf({ cost }: PipelineFound, { objective }: PipelineRequest): number {
  if (objective === 'energy') return cost.energyPj;
  return objective === 'edp' ? cost.edpPjCycles : cost.intervalCycles;
}
