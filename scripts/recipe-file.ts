/** @file A recipe by its name in `recipes/` or by the path of a file, checked whole. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { parseRecipe } from '../src/spec/recipe.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import { SpecError } from '../src/util/errors.ts';
import { projectPath } from './root.js';

/** @throws SpecError saying which file or field, what was expected, what came */
export function readRecipe(nameOrPath: string): Recipe {
  const names = readdirSync(projectPath('recipes'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  const path = names.includes(nameOrPath)
    ? projectPath('recipes', `${nameOrPath}.json`)
    : nameOrPath;
  if (!existsSync(path)) {
    throw new SpecError(
      `--recipe: expected one of ${names.join(', ')} or a file, got ${nameOrPath}`,
    );
  }
  const recipe = parseRecipe(readJson(path));
  try {
    acceleratorByName(recipe.mapping.accelerator);
  } catch (error) {
    if (error instanceof SpecError) throw new SpecError(`recipe.mapping.${error.message}`);
    throw error;
  }
  return recipe;
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
