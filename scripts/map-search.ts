/** @file Search and rivals of `npm run -s map`: from options to costed chunks. */
import type { Chunk } from '../src/hw/schedule.ts';
import type { Accelerator } from '../src/hw/accelerator.ts';
import type { EvaluationCount } from '../src/mapper/evaluator.ts';
import { layerObjective } from '../src/mapper/objective.ts';
import { searchPipeline } from '../src/mapper/pipeline-search.ts';
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

async function searchPipelines(
  options: MapOptions,
  algorithm: Algorithm,
  pool: MapPool,
): Promise<Omit<Searched, 'seconds'>> {
  const { accelerator, atBits, budget, objective, seed, batch } = options;
  const evaluations = { total: 0, valid: 0 };
  const mapped: Mapped[] = [];
  for (const network of atBits) {
    const request = {
      ...{ accelerator, network, objective, algorithm, seed },
      evaluations: budget / atBits.length,
      images: batch,
    };
    const { parts } = await searchPipeline(request, async (spec) => {
      const mapper = createMapperRun(spec);
      await pool.finish(mapper);
      const result = resultOf(mapper);
      evaluations.total += result.evaluations.total;
      evaluations.valid += result.evaluations.valid;
      return result;
    });
    mapped.push({ bits: network.bits, parts });
  }
  return { mapped, evaluations };
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
  const { accelerator, objective } = options;
  const minimize = layerObjective(objective);
  return options.atBits.map(({ bits, layers }) => {
    const known = new Map<string, MappedLayer>();
    const mapped = layers.map(({ layer, bits: widths }) => {
      const key = JSON.stringify([layer.shape, widths]);
      const problem = { shape: layer.shape, bits: widths, accelerator, minimize } as const;
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
