/** @file What a cost table depends on, and what it says of a space: cheapest, usual, dearest network. */
import type { Accelerator } from '../hw/accelerator.ts';
import { costBounds, expectedCost, flopsTable } from '../search/cost-table.ts';
import type { CostMetric, CostTable } from '../search/cost-table.ts';
import type { SearchRecipe } from '../spec/search-recipe.ts';
import type { SearchSpace } from '../spec/search-space.ts';

export interface CostRange {
  readonly cheapest: number;
  /** Of a network whose blocks are drawn with equal odds: where a search begins. */
  readonly start: number;
  readonly dearest: number;
}

/**
 * Equal keys: equal tables. MACs are counted in every table, so they need no key.
 * @param hardware that the recipe's mapping names; null where there is none of that name
 */
export function priceKey(
  recipe: SearchRecipe,
  space: SearchSpace,
  hardware: Accelerator | null,
): string {
  const { cost } = recipe.search;
  return JSON.stringify([
    space,
    cost.metric,
    cost.evaluationsPerLayer,
    hardware ?? recipe.mapping.accelerator,
    recipe.bitWidths[0],
    recipe.training.precision ?? null,
    recipe.seed,
  ]);
}

/** The table of a recipe that needs no mapping; null where the metric needs one. */
export function countedTable(recipe: SearchRecipe, space: SearchSpace): CostTable | null {
  return recipe.search.cost.metric === 'flops' ? flopsTable(space) : null;
}

export function costRange(table: CostTable, metric: CostMetric): CostRange {
  const even = table.blocks.map((options) => options.map(() => 1 / options.length));
  const [cheapest, dearest] = costBounds(table, metric);
  return { cheapest, start: expectedCost(table, even, metric).value, dearest };
}
