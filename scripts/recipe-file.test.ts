import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { namedPlans, readPlan } from './recipe-file.ts';
import { projectPath } from './root.js';

const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The smoke recipe with some fields replaced, as a file. */
function recipeFile(change: object): string {
  const smoke = JSON.parse(readFileSync(projectPath('recipes/smoke.json'), 'utf8')) as object;
  const path = join(folder, 'recipe.json');
  writeFileSync(path, JSON.stringify({ ...smoke, ...change }));
  return path;
}

describe('readPlan', () => {
  it.each([...namedPlans()])('takes %s, which has its own name', (name, path) => {
    const plan = readPlan(name);
    const { name: own } = plan.kind === 'comparison' ? plan.comparison : plan.recipe;
    expect(own).toBe(name);
    expect(readPlan(path)).toEqual(plan);
  });

  it('tells a comparison and a search from a recipe', () => {
    expect(readPlan('quick').kind).toBe('recipe');
    expect(readPlan('table1').kind).toBe('comparison');
    expect(readPlan('sp-nas-quick').kind).toBe('search');
  });

  it('names the field that is wrong', () => {
    expect(() => readPlan(recipeFile({ bitWidths: [8, 4] }))).toThrow(
      'recipe.bitWidths: expected bit-widths in ascending order, each once',
    );
    expect(() => readPlan(recipeFile({ extra: 1 }))).toThrow('recipe.extra');
    expect(() => readPlan(recipeFile({ search: { methods: [] } }))).toThrow('recipe.search.');
    const mapping = { accelerator: 'abacus', objective: 'edp', evaluationsPerLayer: 100 };
    expect(() => readPlan(recipeFile({ mapping }))).toThrow(
      /^recipe\.mapping\.accelerator: expected one of .*eyeriss.*, got "abacus"$/,
    );
  });

  it('says what it expected of a name, a path and a text', () => {
    expect(() => readPlan('slow')).toThrow(
      /^--recipe: expected one of .*quick.*table1.* or a file, got slow$/,
    );
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{');
    expect(() => readPlan(path)).toThrow(`--recipe: expected JSON in ${path}`);
  });
});
