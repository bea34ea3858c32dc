/** @file What `npm run -s lab` is asked for: its options, read and checked. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Recipe } from '../src/spec/recipe.ts';
import type { BackendPreference } from '../src/spec/run.ts';
import { SpecError } from '../src/util/errors.ts';
import { readPlan } from './recipe-file.ts';
import type { Plan } from './recipe-file.ts';

const BACKENDS: readonly BackendPreference[] = ['auto', 'webgpu', 'simd', 'cpu'];
export interface Options {
  readonly plan: Plan;
  /** Absolute paths; none: the recipe's own images. */
  readonly files: readonly string[];
  readonly backend: BackendPreference;
  readonly isHeaded: boolean;
}

/** @throws SpecError naming the option or the field */
export function readOptions(args: readonly string[]): Options {
  const { recipe: name, data, backend: wanted, seed, headed } = parsed(args);
  if (name === undefined) throw new SpecError('--recipe: expected a name or a file, got nothing');
  const backend = BACKENDS.find((known) => known === wanted);
  if (backend === undefined) {
    throw new SpecError(`--backend: expected one of ${BACKENDS.join(', ')}, got ${wanted}`);
  }
  const files = data.map(readableFile);
  const plan = withSeed(withData(readPlan(name), files.length > 0), seedOf(seed));
  return { plan, files, backend, isHeaded: headed };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        recipe: { type: 'string' },
        data: { type: 'string', multiple: true, default: [] },
        backend: { type: 'string', default: 'auto' },
        seed: { type: 'string' },
        headed: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new SpecError(`lab: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readableFile(path: string): string {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new SpecError(`--data: expected a file that can be read, got ${path}`);
  }
  if (!statSync(path).isFile()) throw new SpecError(`--data: expected a file, got ${path}`);
  return resolve(path);
}

/** Change what recipes of all kinds have. */
function withFields(plan: Plan, fields: Partial<Pick<Recipe, 'dataset' | 'seed'>>): Plan {
  switch (plan.kind) {
    case 'recipe':
      return { ...plan, recipe: { ...plan.recipe, ...fields } };
    case 'search':
      return { ...plan, recipe: { ...plan.recipe, ...fields } };
    case 'comparison': {
      const { comparison } = plan;
      return {
        ...plan,
        comparison: { ...comparison, recipe: { ...comparison.recipe, ...fields } },
      };
    }
    default:
      return plan satisfies never;
  }
}

function withData(plan: Plan, hasFiles: boolean): Plan {
  const recipe = plan.kind === 'comparison' ? plan.comparison.recipe : plan.recipe;
  if (hasFiles) return withFields(plan, { dataset: { kind: 'stored' } });
  if (recipe.dataset.kind === 'procedural') return plan;
  throw new SpecError('recipe.dataset: expected its images from --data FILE, got no --data');
}

/** A comparison counts its seeds on from this one. */
function withSeed(plan: Plan, seed: number | null): Plan {
  if (seed === null) return plan;
  if (plan.kind !== 'comparison') return withFields(plan, { seed });
  const seeds = plan.comparison.seeds.map((_, i) => (seed + i) % 2 ** 32);
  return { ...plan, comparison: { ...plan.comparison, seeds } };
}

function seedOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d+$/.test(text) || Number(text) > 2 ** 32 - 1) {
    throw new SpecError(`--seed: expected a whole number from 0 to 4294967295, got ${text}`);
  }
  return Number(text);
}
