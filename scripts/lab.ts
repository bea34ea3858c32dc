/**
 * @file `npm run -s lab -- --recipe NAME|FILE [--data FILE …] [--backend …] [--seed N] [--headed]`:
 * a whole run, a comparison of methods, or a network search, in a real browser, by the page's own workers, without the
 * page.
 *
 * Progress on standard error, one JSON value on standard output. Exit 0 done, 1 failed, 2 bad input.
 */
import type { Page } from '@playwright/test';
import type { HeadlessLab, HeadlessOutcome } from '../src/app/headless.ts';
import type { Comparison } from '../src/spec/comparison.ts';
import type { Recipe } from '../src/spec/recipe.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import type { CompareResult } from '../src/state/headless-compare.ts';
import type { HeadlessResult } from '../src/state/headless-run.ts';
import type { HeadlessSearchResult } from '../src/state/headless-search.ts';
import { SpecError } from '../src/util/errors.ts';
import { compareLines, reportComparison } from './lab-comparison.ts';
import { readOptions } from './lab-options.ts';
import type { Options } from './lab-options.ts';
import { withLabPage } from './lab-page.ts';
import { report } from './lab-report.ts';
import { reportSearch } from './lab-search.ts';
import { say } from './say.js';

const PROGRESS_MS = 1000;

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

type InPage = Window & { readonly lab?: HeadlessLab; readonly say?: (line: string) => void };

/** Give a page what the command line chose. */
async function prepare(page: Page, { files }: Options): Promise<void> {
  await page.exposeFunction('say', pacedSay());
  await page.locator('#files').setInputFiles([...files]);
}

async function runInPage(page: Page, options: Options, recipe: Recipe): Promise<HeadlessResult> {
  await prepare(page, options);
  const { backend } = options;
  const outcome = await page.evaluate(
    (request) => {
      const { lab, say } = window as InPage;
      if (lab === undefined || say === undefined) throw new Error('internal: no lab');
      return lab.run(request, say);
    },
    { recipe, backend },
  );
  return resultOf(outcome);
}

async function compareInPage(
  page: Page,
  options: Options,
  comparison: Comparison,
): Promise<CompareResult> {
  await prepare(page, options);
  const { backend } = options;
  const outcome = await page.evaluate(
    (request) => {
      const { lab, say } = window as InPage;
      if (lab === undefined || say === undefined) throw new Error('internal: no lab');
      return lab.compare(request, say);
    },
    { comparison, backend },
  );
  return resultOf(outcome);
}

async function searchInPage(
  page: Page,
  options: Options,
  recipe: SearchRecipe,
): Promise<HeadlessSearchResult> {
  await prepare(page, options);
  const { backend } = options;
  const outcome = await page.evaluate(
    (request) => {
      const { lab, say } = window as InPage;
      if (lab === undefined || say === undefined) throw new Error('internal: no lab');
      return lab.search(request, say);
    },
    { recipe, backend },
  );
  return resultOf(outcome);
}

function resultOf<T>(outcome: HeadlessOutcome<T>): T {
  if (outcome.ok) return outcome.result;
  throw outcome.badInput ? new SpecError(outcome.message) : new Error(outcome.message);
}

async function main(args: readonly string[]): Promise<unknown> {
  const options = readOptions(args);
  const { plan } = options;
  if (plan.kind === 'recipe') {
    return report(await withLabPage(options, (page) => runInPage(page, options, plan.recipe)));
  }
  if (plan.kind === 'search') {
    const { recipe } = plan;
    return reportSearch(await withLabPage(options, (page) => searchInPage(page, options, recipe)));
  }
  const { comparison } = plan;
  const result = await withLabPage(options, (page) => compareInPage(page, options, comparison));
  const reported = reportComparison(comparison, result);
  for (const line of compareLines(reported)) say(line);
  return reported;
}

try {
  const result = await main(process.argv.slice(2));
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof SpecError ? 2 : 1;
}
