/**
 * @file `npm run -s lab -- --recipe NAME|FILE [--data FILE …] [--backend …] [--seed N] [--headed]`:
 * a whole run in a real browser, by the page's own workers, without the page.
 *
 * Progress on standard error, one JSON value on standard output. Exit 0 done, 1 failed, 2 bad input.
 */
import type { Page } from '@playwright/test';
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { HeadlessLab, HeadlessOutcome } from '../src/app/headless.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import type { BackendPreference } from '../src/spec/run.ts';
import type { HeadlessResult } from '../src/state/headless-run.ts';
import { SpecError } from '../src/util/errors.ts';
import { withLabPage } from './lab-page.ts';
import { readRecipe } from './recipe-file.ts';
import { say } from './say.js';

const BACKENDS: readonly BackendPreference[] = ['auto', 'webgpu', 'simd', 'cpu'];
const PROGRESS_MS = 1000;

interface Options {
  readonly recipe: Recipe;
  /** Absolute paths; none: the recipe's own images. */
  readonly files: readonly string[];
  readonly backend: BackendPreference;
  readonly isHeaded: boolean;
}

/** @throws SpecError naming the option or the field */
function readOptions(args: readonly string[]): Options {
  const { recipe: name, data, backend: wanted, seed, headed } = parsed(args);
  if (name === undefined) throw new SpecError('--recipe: expected a name or a file, got nothing');
  const backend = BACKENDS.find((known) => known === wanted);
  if (backend === undefined) {
    throw new SpecError(`--backend: expected one of ${BACKENDS.join(', ')}, got ${wanted}`);
  }
  const files = data.map(readableFile);
  const recipe = withOverrides(readRecipe(name), files.length > 0, seed);
  return { recipe, files, backend, isHeaded: headed };
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

function withOverrides(recipe: Recipe, hasFiles: boolean, seed: string | undefined): Recipe {
  if (recipe.dataset.kind === 'stored' && !hasFiles) {
    throw new SpecError('recipe.dataset: expected its images from --data FILE, got no --data');
  }
  const dataset = hasFiles ? ({ kind: 'stored' } as const) : recipe.dataset;
  if (seed === undefined) return { ...recipe, dataset };
  if (!/^\d+$/.test(seed) || Number(seed) > 2 ** 32 - 1) {
    throw new SpecError(`--seed: expected a whole number from 0 to 4294967295, got ${seed}`);
  }
  return { ...recipe, dataset, seed: Number(seed) };
}

/** One line a second at most; a new stage at once. */
function pacedSay(): (line: string) => void {
  let last = -Infinity;
  let lastStage = '';
  return (line) => {
    const now = performance.now();
    const stage = line.split(':', 1)[0] ?? '';
    if (stage === lastStage && now - last < PROGRESS_MS) return;
    last = now;
    lastStage = stage;
    say(line);
  };
}

async function runInPage(
  page: Page,
  { recipe, files, backend }: Options,
): Promise<HeadlessOutcome> {
  await page.exposeFunction('say', pacedSay());
  await page.locator('#files').setInputFiles([...files]);
  return page.evaluate(
    async (request) => {
      const { lab, say } = window as Window & {
        readonly lab?: HeadlessLab;
        readonly say?: (line: string) => void;
      };
      if (lab === undefined || say === undefined)
        throw new Error('internal: lab.html did not load');
      return lab.run(request, say);
    },
    { recipe, backend },
  );
}

/** The fields of the command's JSON; names and units are promised to scripts. */
function report({ run, mapping, imagesPerSecond, wallSeconds }: HeadlessResult) {
  const { recipe, backend, dataset, model } = run;
  return {
    recipe: recipe.name,
    seed: recipe.seed,
    backend,
    dataset: {
      name: dataset.name,
      classes: dataset.classNames.length,
      train: dataset.train,
      test: dataset.test,
      checksum: dataset.checksum,
    },
    model: { name: model.name, parameters: run.parameters, macs: run.macs },
    method: recipe.training.method,
    quantizer: recipe.training.quantizer,
    results: (run.accuracies ?? []).map(({ bits, accuracy }) => {
      const mapped = mapping.byBits.find((found) => found.bits === bits);
      if (mapped === undefined) throw new Error(`internal: no mapping at ${bits} bits`);
      const { energyPj, latencyCycles, edpPjCycles, utilizationRatio } = mapped.total;
      return { bits, accuracy, energyPj, latencyCycles, edpPjCycles, utilizationRatio };
    }),
    mapping: {
      accelerator: mapping.accelerator,
      objective: mapping.objective,
      evaluations: mapping.evaluations,
      byBits: mapping.byBits,
    },
    imagesPerSecond,
    wallSeconds,
    steps: run.step,
    spec: recipe,
    codeVersion: run.codeVersion,
    runId: run.id,
  };
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const outcome = await withLabPage(options, (page) => runInPage(page, options));
  if (!outcome.ok) {
    throw outcome.badInput ? new SpecError(outcome.message) : new Error(outcome.message);
  }
  process.stdout.write(`${JSON.stringify(report(outcome.result), null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof SpecError ? 2 : 1;
}
