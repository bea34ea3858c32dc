/** @file Search and rivals of `npm run -s map`: from options to costed chunks. */
import { splitAccelerator } from '../src/hw/schedule.ts';
import type { Chunk } from '../src/hw/schedule.ts';
import { evaluateNetwork } from '../src/hw/schedule.ts';
import type { Accelerator } from '../src/hw/accelerator.ts';
import type { LayerAtBits } from '../src/hw/model-workload.ts';
import { macsOf } from '../src/hw/workload.ts';
import type { EvaluationCount } from '../src/mapper/evaluator.ts';
import { cutPipeline } from '../src/mapper/pipeline.ts';
import type { ChunkCut } from '../src/mapper/pipeline.ts';
import { planNetworks } from '../src/mapper/plan.ts';
import type { NetworkAtBits } from '../src/mapper/plan.ts';
import { mapLayer, oneMappingForAll, resultOf } from '../src/mapper/result.ts';
import type { MappedLayer } from '../src/mapper/result.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import type { Algorithm } from '../src/mapper/task.ts';
import { SpecError } from '../src/util/errors.ts';
import type { MapOptions, Rival } from './map-options.ts';
import type { MapPool } from './map-pool.ts';

/** A network at one bit-width, mapped: one part for multi-cycle, more for a pipeline. */
export interface Mapped {
  readonly bits: number;
  readonly parts: readonly {
    readonly accelerator: Accelerator;
    readonly layers: readonly MappedLayer[];
  }[];
  /** The same layers under the mappings of the widest network, where there are several. */
  readonly oneMapping?: readonly MappedLayer[];
}

export interface Searched {
  readonly mapped: readonly Mapped[];
  readonly evaluations: EvaluationCount;
  readonly seconds: number;
}

/** Numbers of chunks that a pipeline is tried with. */
const CHUNKS = [2, 3, 4] as const;

/** Search with `algorithm` on the options' space and budget. */
export async function search(
  options: MapOptions,
  algorithm: Algorithm,
  pool: MapPool,
): Promise<Searched> {
  const start = performance.now();
  const done =
    options.schedule === 'multi-cycle'
      ? await searchMultiCycle(options, algorithm, pool)
      : await searchPipelines(options, algorithm, pool);
  return { ...done, seconds: (performance.now() - start) / 1000 };
}

async function searchMultiCycle(
  options: MapOptions,
  algorithm: Algorithm,
  pool: MapPool,
): Promise<Omit<Searched, 'seconds'>> {
  const { accelerator, atBits, budget } = options;
  const result = await run(options, algorithm, pool, atBits, budget);
  const shared = result.networks.length > 1 ? oneMappingForAll(result, accelerator) : null;
  return {
    evaluations: result.evaluations,
    mapped: result.networks.map(({ bits, layers }, i) => {
      const oneMapping = shared?.[i]?.layers;
      return { bits, parts: [{ accelerator, layers }], ...(oneMapping ? { oneMapping } : {}) };
    }),
  };
}

/** First cut by MACs, for each number of chunks; then cut again by what the best really took. */
async function searchPipelines(
  options: MapOptions,
  algorithm: Algorithm,
  pool: MapPool,
): Promise<Omit<Searched, 'seconds'>> {
  const { accelerator, atBits, budget } = options;
  const columns = accelerator.mac.meshX;
  const evaluations = { total: 0, valid: 0 };
  const mapped: Mapped[] = [];
  const share = budget / atBits.length;
  for (const { bits, layers } of atBits) {
    const counts = CHUNKS.filter((count) => count <= Math.min(columns, layers.length));
    if (counts.length === 0)
      throw new SpecError(
        `--schedule pipeline: expected a network of two layers or more, got ${String(layers.length)}`,
      );
    const attempt = async (work: readonly number[], count: number, part: number) => {
      const cuts = cutPipeline(work, count, columns);
      const networks = chunkNetworks(accelerator, cuts, layers, bits);
      const result = await run(options, algorithm, pool, networks, share * part);
      evaluations.total += result.evaluations.total;
      evaluations.valid += result.evaluations.valid;
      const parts = result.networks.map((network, i) => ({
        accelerator: networks[i]?.accelerator ?? accelerator,
        layers: network.layers,
      }));
      return { bits, parts };
    };
    let best: Mapped | null = null;
    const keepBetter = (next: Mapped): void => {
      if (!best || scoreOf(next, options) < scoreOf(best, options)) best = next;
    };
    const macs = layers.map(({ layer }) => layer.count * macsOf(layer.shape));
    for (const count of counts) keepBetter(await attempt(macs, count, 0.5 / counts.length));
    const first = best as unknown as Mapped;
    const measured = first.parts.flatMap(({ accelerator: part, layers: inPart }) =>
      inPart.map(({ cost, count }) => count * cost.latencyCycles * part.mac.meshX),
    );
    keepBetter(await attempt(measured, first.parts.length, 0.5));
    mapped.push(best as unknown as Mapped);
  }
  return { mapped, evaluations };
}

function chunkNetworks(
  accelerator: Accelerator,
  cuts: readonly ChunkCut[],
  layers: readonly LayerAtBits[],
  bits: number,
): (NetworkAtBits & { readonly accelerator: Accelerator })[] {
  const parts = splitAccelerator(
    accelerator,
    cuts.map(({ columns }) => columns),
  );
  return cuts.map(({ first, end }, i) => ({
    bits,
    layers: layers.slice(first, end),
    accelerator: parts[i] as Accelerator,
  }));
}

async function run(
  options: MapOptions,
  algorithm: Algorithm,
  pool: MapPool,
  networks: readonly NetworkAtBits[],
  budget: number,
) {
  const { accelerator, objective, seed } = options;
  const distinct = planNetworks(networks, accelerator).problems.length;
  const evaluationsPerLayer = Math.floor(budget / distinct);
  if (evaluationsPerLayer < 1)
    throw new SpecError(
      `--budget: expected at least one evaluation for each of ${String(distinct)} distinct layers, got ${String(options.budget)}`,
    );
  const mapper = createMapperRun({
    accelerator,
    networks,
    objective,
    evaluationsPerLayer,
    seed,
    algorithm,
  });
  await pool.finish(mapper);
  return resultOf(mapper);
}

/** The same layers by an expert's rule, one after another on the whole array. */
export function mapByDataflow(options: MapOptions, rival: Rival & { kind: 'dataflow' }): Mapped[] {
  const { accelerator } = options;
  return options.atBits.map(({ bits, layers }) => {
    const known = new Map<string, MappedLayer>();
    const mapped = layers.map(({ layer, bits: widths }) => {
      const key = JSON.stringify([layer.shape, widths]);
      const problem = { shape: layer.shape, bits: widths, accelerator };
      const same = known.get(key);
      const fresh = same
        ? { ...same, name: layer.name, count: layer.count }
        : mapLayer(problem, rival.dataflow.mapping(problem), layer.name, layer.count);
      known.set(key, fresh);
      return fresh;
    });
    return { bits, parts: [{ accelerator, layers: mapped }] };
  });
}

export function chunksOf(
  { parts }: Mapped,
  keep: (layer: MappedLayer) => boolean = () => true,
): Chunk[] {
  return parts
    .map(({ accelerator, layers }) => ({
      accelerator,
      layers: layers.filter(keep).map(({ name, count, cost, shape }) => ({
        layer: { name, count, shape },
        cost,
      })),
    }))
    .filter(({ layers }) => layers.length > 0);
}

function scoreOf(mapped: Mapped, { objective, batch }: MapOptions): number {
  const cost = evaluateNetwork(chunksOf(mapped), batch);
  if (objective === 'energy') return cost.energyPj;
  return objective === 'edp' ? cost.edpPjCycles : cost.intervalCycles;
}
