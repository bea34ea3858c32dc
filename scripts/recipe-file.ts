/** @file A recipe, a comparison or a search by its name in `recipes/` or by the path of a file, checked whole. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { isComparison, parseComparison } from '../src/spec/comparison.ts';
import type { Comparison } from '../src/spec/comparison.ts';
import { parseRecipe } from '../src/spec/recipe.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import { isSearchRecipe, parseSearchRecipe } from '../src/spec/search-recipe.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import { SpecError } from '../src/util/errors.ts';
import { projectPath } from './root.js';

/** Recipes are also the page's presets; comparisons and searches are the command line's alone. */
const FOLDERS = ['recipes', 'recipes/comparisons', 'recipes/searches'];

export type Plan =
  | { readonly kind: 'recipe'; readonly recipe: Recipe }
  | { readonly kind: 'comparison'; readonly comparison: Comparison }
  | { readonly kind: 'search'; readonly recipe: SearchRecipe };

/** What `--recipe` takes by name, and where it lies. */
export function namedPlans(): ReadonlyMap<string, string> {
  return new Map(
    FOLDERS.flatMap((folder) =>
      readdirSync(projectPath(folder))
        .filter((file) => file.endsWith('.json'))
        .map((file) => [file.slice(0, -'.json'.length), projectPath(folder, file)] as const),
    ),
  );
}

/** @throws SpecError saying which file or field, what was expected, what came */
export function readPlan(nameOrPath: string): Plan {
  const named = namedPlans();
  const path = named.get(nameOrPath) ?? nameOrPath;
  if (!existsSync(path)) {
    const names = [...named.keys()].join(', ');
    throw new SpecError(`--recipe: expected one of ${names} or a file, got ${nameOrPath}`);
  }
  const json = readJson(path);
  const plan = parsePlan(json);
  const [recipe, who] =
    plan.kind === 'comparison'
      ? [plan.comparison.recipe, 'comparison.recipe']
      : [plan.recipe, 'recipe'];
  try {
    acceleratorByName(recipe.mapping.accelerator);
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`${who}.mapping.${error.message}`);
    throw error;
  }
  return plan;
}

function parsePlan(json: unknown): Plan {
  if (isComparison(json)) return { kind: 'comparison', comparison: parseComparison(json) };
  if (isSearchRecipe(json)) return { kind: 'search', recipe: parseSearchRecipe(json) };
  return { kind: 'recipe', recipe: parseRecipe(json) };
}

/** @throws SpecError as `readPlan`, and where it is a comparison or a search */
export function readRecipe(nameOrPath: string): Recipe {
  const plan = readPlan(nameOrPath);
  if (plan.kind === 'recipe') return plan.recipe;
  const { name } = plan.kind === 'comparison' ? plan.comparison : plan.recipe;
  throw new SpecError(`--recipe: expected one recipe, got the ${plan.kind} ${name}`);
}

function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new SpecError(`--recipe: expected JSON in ${path}, got text that is not: ${detail}`);
  }
}
