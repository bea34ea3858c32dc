/** @file The network that a search or a rival of it comes to. */
import { networkCost } from '../src/search/cost-table.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { randomNetwork, scaledMobileNetV2 } from '../src/search/rivals.ts';
import type { SpNas } from '../src/search/sp-nas.ts';
import { modelTotals } from '../src/spec/model.ts';
import type { ModelSpec } from '../src/spec/model.ts';
import type { SearchMethod, SearchRecipe } from '../src/spec/search-recipe.ts';
import type { FoundNetwork } from '../src/spec/search-run.ts';
import { networkOf } from '../src/spec/search-space.ts';
import type { Picks, SearchSpace } from '../src/spec/search-space.ts';
import { SpecError } from '../src/util/errors.ts';
import { Rng } from '../src/util/rng.ts';

interface Place {
  readonly recipe: SearchRecipe;
  readonly space: SearchSpace;
  readonly table: CostTable;
}

function bandOf({ search }: SearchRecipe): { readonly low: number; readonly high: number } {
  const { target, tolerance } = search.cost;
  return { low: target * (1 - tolerance), high: target * (1 + tolerance) };
}

function ofSpace(
  { recipe, space, table }: Place,
  method: SearchMethod,
  picks: Picks,
): FoundNetwork {
  const model = networkOf(space, picks, `${method}-${space.name}`);
  const choices = picks.map((pick) => space.choices[pick] ?? '');
  const cost = networkCost(table, picks, recipe.search.cost.metric);
  return { choices, model, ...modelTotals(model), cost };
}

/** @throws SpecError when no network of the wanted cost can be derived */
export function derived(place: Place, method: SearchMethod, search: SpNas): FoundNetwork {
  const { recipe } = place;
  const band = recipe.search.cost.tolerance > 0 ? bandOf(recipe) : undefined;
  const picks = search.derive(band);
  if (picks === null) {
    const { target, tolerance, metric } = recipe.search.cost;
    throw new SpecError(
      `search: expected a likely network of ${target} (${metric}) within ${100 * tolerance} %, found none: choose another target`,
    );
  }
  return ofSpace(place, method, picks);
}

/** A network to compare with, without a search. @param macs to match where the target is not in MACs */
export function rival(
  place: Place,
  method: 'random' | 'mobilenetv2-scaled',
  macs: number | undefined,
): FoundNetwork {
  const { recipe, space, table } = place;
  const { metric, target } = recipe.search.cost;
  if (method === 'random') {
    const rng = new Rng(recipe.seed).fork('random network');
    return ofSpace(place, method, randomNetwork(table, metric, bandOf(recipe), rng));
  }
  const wanted = metric === 'flops' ? target : macs;
  if (wanted === undefined) {
    throw new SpecError('search: expected the MACs that MobileNetV2 is to match, got none');
  }
  const model: ModelSpec = scaledMobileNetV2(space, wanted);
  return { choices: null, model, ...modelTotals(model), cost: null };
}
