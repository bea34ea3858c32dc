/**
 * @file `npm run -s cost -- FILE.json`: cost the cases of a file, print the results as JSON.
 *
 * Exit 0: done (an infeasible mapping is a result), 2: bad input, with one sentence on standard
 * error that names the case and the field.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCases } from '../src/hw/case.ts';
import { parseJson } from '../src/hw/case-file.ts';
import { runCase } from '../src/hw/case-result.ts';
import { SpecError } from '../src/util/errors.ts';
import { say } from './say.js';

/** @returns the exit status */
export async function main(args: readonly string[]): Promise<number> {
  const [file, ...more] = args;
  if (file === undefined || more.length > 0) {
    say(`cost: expected one file, got ${args.length === 0 ? 'none' : args.join(' ')}`);
    return 2;
  }
  try {
    const { cases, single } = readCases(parseJson(await readText(file), file));
    const results = cases.map(runCase);
    process.stdout.write(`${JSON.stringify(single ? results[0] : results)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    say(`cost: ${error.message}`);
    return 2;
  }
}

/** A path is meant from where the command was typed, not from the project's folder. */
async function readText(file: string): Promise<string> {
  try {
    return await readFile(resolve(process.env.INIT_CWD ?? process.cwd(), file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SpecError(`${file}: expected a file that can be read, got ${code}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = await main(process.argv.slice(2));
