/**
 * @file `npm run -s bench -- NAME [--json FILE] [what that benchmark takes]`: run one benchmark.
 *
 * A table on standard error, one JSON value on standard output: `{ bench, machine, rows }`.
 * Exit 0 done, 1 failed, 2 bad input.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpecError } from '../src/util/errors.ts';
import { machine } from './machine.ts';
import type { Rows } from './row.ts';
import { tableLines } from './table.ts';

const FOLDER = dirname(fileURLToPath(import.meta.url));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Every file here that exports `rows` is a benchmark of its name. */
function benchNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /^export (async )?(function|const) rows\b/m.test(readFileSync(join(FOLDER, file), 'utf8')),
    )
    .map((file) => file.slice(0, -3))
    .sort();
}

async function run([name = '', ...rest]: readonly string[]): Promise<void> {
  const names = benchNames();
  if (!names.includes(name)) {
    throw new SpecError(`bench: expected one of ${names.join(', ')}, got ${name || 'nothing'}`);
  }
  const args = [...rest];
  const json = args.indexOf('--json');
  // JSON goes to standard output in any case: without a file the option asks for no more than that.
  const takesFile = json >= 0 && args[json + 1]?.startsWith('--') === false;
  const [, file] = json < 0 ? [] : args.splice(json, takesFile ? 2 : 1);
  const { rows } = (await import(`./${name}.ts`)) as { rows: Rows };
  const measured = await rows(args, say);
  for (const line of tableLines(measured)) say(line);
  const text = `${JSON.stringify({ bench: name, machine: machine(), rows: measured }, null, 2)}\n`;
  if (file !== undefined) writeFileSync(file, text);
  process.stdout.write(text);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  say(
    error instanceof SpecError
      ? error.message
      : String(error instanceof Error ? error.stack : error),
  );
  process.exitCode = error instanceof SpecError ? 2 : 1;
}
