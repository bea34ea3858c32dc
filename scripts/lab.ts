/**
 * @file `npm run -s lab -- --recipe NAME|FILE [--data FILE …] [--backend …] [--seed N] [--headed]`:
 * a whole run, a comparison of methods, or a network search, in a real browser, by the page's own workers, without the
 * page.
 *
 * Progress on standard error, one JSON value on standard output. Exit 0 done, 1 failed, 2 bad input.
 */
import type { HeadlessLab, HeadlessOutcome } from '../src/app/headless.ts';
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

/** Methods of the lab that the command can call. */
type What = 'run' | 'compare' | 'search';

type InPage = Window & { readonly lab?: HeadlessLab; readonly say?: (line: string) => void };

type Result<K extends What> =
  Awaited<ReturnType<HeadlessLab[K]>> extends HeadlessOutcome<infer T> ? T : never;

/** Have the lab in the page do what the command line chose. */
async function inPage<K extends What>(
  options: Options,
  what: K,
  chosen: Omit<Parameters<HeadlessLab[K]>[0], 'files' | 'backend'>,
): Promise<Result<K>> {
  const request: object = { ...chosen, backend: options.backend };
  const outcome = await withLabPage(options, async (page) => {
    await page.exposeFunction('say', pacedSay());
    await page.locator('#files').setInputFiles([...options.files]);
    return page.evaluate(
      ([what, request]): Promise<unknown> => {
        const { lab, say } = window as InPage;
        if (lab === undefined || say === undefined) throw new Error('internal: no lab');
        return lab[what](request as never, say);
      },
      [what as What, request] as const,
    );
  });
  return resultOf(outcome as HeadlessOutcome<Result<K>>);
}

function resultOf<T>(outcome: HeadlessOutcome<T>): T {
  if (outcome.ok) return outcome.result;
  throw outcome.badInput ? new SpecError(outcome.message) : new Error(outcome.message);
}

async function main(args: readonly string[]): Promise<unknown> {
  const options = readOptions(args);
  const { plan } = options;
  if (plan.kind === 'recipe') return report(await inPage(options, 'run', { recipe: plan.recipe }));
  if (plan.kind === 'search') {
    return reportSearch(await inPage(options, 'search', { recipe: plan.recipe }));
  }
  const { comparison } = plan;
  const reported = reportComparison(comparison, await inPage(options, 'compare', { comparison }));
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
