/**
 * @file `npm run -s pretrain [-- NAME …]`: train the runs that come with the lab and write them to
 * `public/examples/`, with an `index.json` of what there is. Names left out: all of them.
 *
 * Progress on standard error, the index on standard output. Exit 0 done, 1 failed, 2 bad input.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { HeadlessLab } from '../src/app/headless.ts';
import { EXTENSION } from '../src/project/limits.ts';
import { parseExampleIndex } from '../src/spec/examples.ts';
import type { Example } from '../src/spec/examples.ts';
import { parseRecipe } from '../src/spec/recipe.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import { SpecError } from '../src/util/errors.ts';
import { withLabPage } from './lab-page.ts';
import { readPlan } from './recipe-file.ts';
import { projectPath } from './root.js';
import { say } from './say.js';

/** All that a first visit may have to load for every example together. */
const MAX_TOTAL_BYTES = 500_000;
const FOLDER = projectPath('public/examples');
const INDEX = projectPath('public/examples/index.json');

interface Plan {
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly recipe: Recipe;
}

function recipeOf(name: string): Recipe {
  const plan = readPlan(name);
  if (plan.kind !== 'recipe') throw new SpecError(`pretrain: expected a recipe, got ${name}`);
  return plan.recipe;
}

/** The first is the one that the page opens with. */
function plans(): readonly Plan[] {
  const quick = recipeOf('quick');
  const { ranges: _ranges, ...rest } = quick.training;
  const training = { ...rest, distillOn: 'logits' as const };
  return [
    {
      file: 'quick',
      title: 'Cascade distillation',
      description:
        'The lab’s own setting: every bit-width learns from all higher ones, with learned clips.',
      recipe: quick,
    },
    {
      file: 'paper',
      title: 'The paper’s setting',
      description:
        'The same network with distillation on logits and min-max ranges, as the paper’s code has it.',
      recipe: parseRecipe({ ...quick, name: 'quick, as the paper', training }),
    },
    {
      file: 'small-shared',
      title: 'A smaller network, one set of weights',
      description:
        'Cascade distillation in a network of a tenth of the weights, to hold against the next one.',
      recipe: parseRecipe({ ...quick, name: 'tiny, shared', model: 'tiny' }),
    },
    {
      file: 'small-apart',
      title: 'The smaller network, once per bit-width',
      description:
        'Four networks trained apart, one for each bit-width: four times the weights to store.',
      recipe: parseRecipe({
        ...quick,
        name: 'tiny, apart',
        model: 'tiny',
        training: { ...quick.training, method: 'independent' },
      }),
    },
  ];
}

async function make(plan: Plan, isFirst: boolean): Promise<Example> {
  const { file, title, description, recipe } = plan;
  const outcome = await withLabPage({ isHeaded: false }, async (page) => {
    let last = '';
    await page.exposeFunction('say', (line: string) => {
      const stage = line.replace(/\d.*$/, '');
      if (stage !== last || /accuracy/.test(line)) say(line);
      last = stage;
    });
    return page.evaluate(
      (request) => {
        const { lab, say } = window as Window & {
          readonly lab?: HeadlessLab;
          readonly say?: (line: string) => void;
        };
        if (lab === undefined || say === undefined) throw new Error('internal: no lab');
        return lab.pretrain(request, say);
      },
      { recipe, id: `example-${file}`, hasAnswers: isFirst, backend: 'simd' as const },
    );
  });
  if (!outcome.ok) throw new Error(outcome.message);
  const bytes = Buffer.from(outcome.result.base64, 'base64');
  const name = `${file}${EXTENSION}`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(projectPath('public/examples', name), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { id } = outcome.result.run;
  say(`${name}: ${bytes.length} bytes`);
  return { file: name, runId: id, title, description, bytes: bytes.length, sha256 };
}

async function main(names: readonly string[]): Promise<unknown> {
  const all = plans();
  const odd = names.find((name) => !all.some((plan) => plan.file === name));
  if (odd !== undefined) {
    throw new SpecError(
      `pretrain: expected some of ${all.map((p) => p.file).join(', ')}, got ${odd}`,
    );
  }
  const before = existsSync(INDEX)
    ? parseExampleIndex(JSON.parse(readFileSync(INDEX, 'utf8'))).examples
    : [];
  const made = new Map(before.map((example) => [example.file, example]));
  for (const plan of all) {
    if (names.length > 0 && !names.includes(plan.file)) continue;
    const example = await make(plan, plan === all[0]);
    made.set(example.file, example);
    const examples = all.flatMap((p) => made.get(`${p.file}${EXTENSION}`) ?? []);
    writeFileSync(INDEX, `${JSON.stringify({ version: 1, examples }, null, 2)}\n`);
    const total = examples.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > MAX_TOTAL_BYTES) {
      throw new Error(`pretrain: expected at most ${MAX_TOTAL_BYTES} bytes together, got ${total}`);
    }
  }
  return JSON.parse(readFileSync(INDEX, 'utf8'));
}

try {
  const index = await main(process.argv.slice(2));
  process.stdout.write(`${JSON.stringify(index, null, 2)}\n`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof SpecError ? 2 : 1;
}
