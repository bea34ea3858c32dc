/** @file The cost table of a search: every layer that a network can have, mapped by a short AutoMapper. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import { fillCostTable, spaceWorkload } from '../src/search/cost-table.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { precisionsOf } from '../src/spec/bits.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import type { SearchSpace } from '../src/spec/search-space.ts';

/** Valid evaluations between two turns of the event loop. */
const SLICE = 2000;

export interface TableSpec {
  readonly recipe: SearchRecipe;
  readonly space: SearchSpace;
  /** Bit-width of the table, one of the recipe's. */
  readonly bits: number;
  /** The one that the recipe names. */
  readonly accelerator: Accelerator;
}

/**
 * Of MACs, too, which need no mapping: what the layers of a network cost is worth a look.
 * @param onProgress share of the evaluations made, 0 to 1
 */
export async function searchTable(
  { recipe, space, bits, accelerator }: TableSpec,
  onProgress: (doneRatio: number) => void,
  breathe: () => Promise<void>,
): Promise<CostTable> {
  const { metric, evaluationsPerLayer } = recipe.search.cost;
  const precision = precisionsOf(recipe.bitWidths, recipe.training.precision).get(bits) ?? {
    weights: bits,
    activations: bits,
  };
  // Each layer minimizes its own: what a network's layers share is not known yet.
  const objective = metric === 'flops' ? 'edp' : metric;
  const run = createMapperRun({
    accelerator,
    networks: [{ bits, layers: spaceWorkload(space, precision) }],
    objective,
    evaluationsPerLayer,
    seed: recipe.seed,
  });
  while (!run.done) {
    onProgress(run.step(SLICE).doneRatio);
    await breathe();
  }
  const [network] = run.plan.networks;
  if (network === undefined) throw new Error('internal: a table without a network');
  const { found } = run.choose(network);
  const figures = network.layers.map(({ problem }) => {
    const mapping = found.get(problem);
    if (mapping === undefined) throw new Error('internal: a layer without a mapping');
    const { energyPj, latencyCycles } = mapping;
    return { energyPj, latencyCycles };
  });
  const source = {
    accelerator: accelerator.name,
    precision,
    objective,
    evaluationsPerLayer,
    seed: recipe.seed,
  };
  return fillCostTable(space, source, figures);
}
