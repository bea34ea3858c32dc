/**
 * @file Comparison: one recipe trained by several methods from several seeds, as plain data.
 *
 * Everything but the method and the seed is the recipe's, so that methods differ in nothing else.
 */
import * as v from 'valibot';
import { listOf } from './list.ts';
import { parse } from './parse.ts';
import { METHODS, parseRecipe, recipeSchema } from './recipe.ts';
import type { Recipe } from './recipe.ts';

const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;

export const comparisonSchema = v.strictObject({
  version: v.literal(1),
  kind: v.literal('comparison'),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  /** In the order that they are trained and shown. */
  methods: v.pipe(
    listOf(v.picklist(METHODS), METHODS.length, 1),
    v.check(distinct, 'expected methods, each once'),
  ),
  seeds: v.pipe(
    listOf(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)), 20, 1),
    v.check(distinct, 'expected seeds, each once'),
  ),
  /** What is trained; its own method and seed give way to those above. */
  recipe: recipeSchema,
});

export type Comparison = v.InferOutput<typeof comparisonSchema>;

/** Whether plain data says that it is a comparison; its fields are not looked at. */
export function isComparison(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'comparison'
  );
}

/** @throws SpecError naming the field */
export function parseComparison(value: unknown): Comparison {
  const comparison = parse(comparisonSchema, value, 'comparison');
  for (const recipe of comparisonRecipes(comparison)) parseRecipe(recipe);
  return comparison;
}

/** One recipe for each training: all methods at the first seed, then at the next. */
export function comparisonRecipes({ name, methods, seeds, recipe }: Comparison): Recipe[] {
  return seeds.flatMap((seed) =>
    methods.map((method) => ({
      ...recipe,
      name: `${name} ${method} ${seed}`,
      seed,
      training: { ...recipe.training, method },
    })),
  );
}
