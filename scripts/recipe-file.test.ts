import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecipe } from './recipe-file.ts';
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

describe('readRecipe', () => {
  it.each(readdirSync(projectPath('recipes')))(
    'takes recipes/%s, which has its own name',
    (file) => {
      const name = file.replace('.json', '');
      expect(readRecipe(name).name).toBe(name);
      expect(readRecipe(projectPath('recipes', file))).toEqual(readRecipe(name));
    },
  );

  it('names the field that is wrong', () => {
    expect(() => readRecipe(recipeFile({ bitWidths: [8, 4] }))).toThrow(
      'recipe.bitWidths: expected bit-widths in ascending order, each once',
    );
    expect(() => readRecipe(recipeFile({ extra: 1 }))).toThrow('recipe.extra');
    const mapping = { accelerator: 'abacus', objective: 'edp', evaluationsPerLayer: 100 };
    expect(() => readRecipe(recipeFile({ mapping }))).toThrow(
      /^recipe\.mapping\.accelerator: expected one of .*eyeriss.*, got "abacus"$/,
    );
  });

  it('says what it expected of a name, a path and a text', () => {
    expect(() => readRecipe('slow')).toThrow(
      '--recipe: expected one of cifar10-small, quick, smoke or a file, got slow',
    );
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{');
    expect(() => readRecipe(path)).toThrow(`--recipe: expected JSON in ${path}`);
  });
});
