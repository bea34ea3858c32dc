/**
 * @file `npm run -s map -- --network N --accelerator A --bits B …`: map a network, print JSON.
 *
 * Exit 0: done, 2: bad input, with one sentence on standard error.
 */
import { pathToFileURL } from 'node:url';
import { SpecError } from '../src/util/errors.ts';
import { parseMapOptions } from './map-options.ts';
import type { MapOptions } from './map-options.ts';
import { MapPool } from './map-pool.ts';
import { reportOf } from './map-report.ts';
import { mapByDataflow, search } from './map-search.ts';
import type { Mapped } from './map-search.ts';
import { say } from './say.js';

/** @returns the value to print */
export async function mapNetwork(options: MapOptions): Promise<Record<string, unknown>> {
  const pool = new MapPool(options.workers);
  try {
    const searched = await search(options, options.algorithm, pool);
    return reportOf({ options, searched, rival: await rivalOf(options, pool) });
  } finally {
    await pool.close();
  }
}

async function rivalOf(
  options: MapOptions,
  pool: MapPool,
): Promise<{ name: string; mapped: readonly Mapped[] } | null> {
  const { against } = options;
  if (against === null) return null;
  const mapped =
    against.kind === 'dataflow'
      ? mapByDataflow(options, against)
      : (await search(options, against.name, pool)).mapped;
  return { name: against.name, mapped };
}

/** @returns the exit status */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const report = await mapNetwork(parseMapOptions(args));
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    say(`map: ${error.message}`);
    return 2;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = await main(process.argv.slice(2));
