/**
 * @file Hostile input for everything that reads bytes from outside. What is found (an error other
 * than the one sentence, more than two seconds of processor time, a change in the store) is told on standard error.
 *
 * Takes `--seconds N` or `--count N` (all parsers together; default 5000), `--seed S` (default 1).
 */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { inspect, parseArgs } from 'node:util';
import { openLab } from '../src/store/open.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { SpecError } from '../src/util/errors.ts';
import { PARSERS } from './fuzz-parsers.ts';
import type { Parser } from './fuzz-parsers.ts';
import type { Rows } from './row.ts';

/** Of the processor. */
const SLOW_MS = 2000;
const BATCH = 50;
/** Findings of a parser that are told in full. */
const TOLD = 5;

interface Tally {
  inputs: number;
  uncaught: number;
  slow: number;
  storedChanged: number;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new SpecError(`fuzz: --${name}: expected a whole number, got ${text}`);
  }
  return Number(text);
}

export const rows: Rows = async (args, say) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  if (values.seconds !== undefined && values.count !== undefined) {
    throw new SpecError('fuzz: expected --seconds or --count, got both');
  }
  const seed = wholeNumber('seed', values.seed);
  const end =
    values.seconds === undefined
      ? Infinity
      : performance.now() + 1000 * wholeNumber('seconds', values.seconds);
  const count = end < Infinity ? Infinity : wholeNumber('count', values.count ?? '5000');
  const db = await openLab();
  const tallies = new Map(
    PARSERS.map((parser) => [parser, { inputs: 0, uncaught: 0, slow: 0, storedChanged: 0 }]),
  );
  const weights = PARSERS.reduce((sum, { weight }) => sum + weight, 0);
  const isDone = (parser: Parser, tally: Tally): boolean =>
    tally.inputs >= Math.ceil((count * parser.weight) / weights);
  for (let round = 0; ; round++) {
    const open = [...tallies].filter(([parser, tally]) => !isDone(parser, tally));
    if (open.length === 0 || performance.now() > end) break;
    for (const [parser, tally] of open) {
      const inputs = fc.sample(parser.input, {
        numRuns: BATCH,
        seed: (seed * 1_000_003 + round) | 0,
      });
      for (const input of inputs) {
        if (isDone(parser, tally) || performance.now() > end) break;
        await tryOne(parser, input, db, tally, say);
      }
    }
    if (round % 10 === 0) say(`fuzz: ${total(tallies)} inputs`);
  }
  db.close();
  return [...tallies].map(([{ name }, tally]) => ({ parser: name, ...tally }));
};

async function tryOne(
  parser: Parser,
  input: unknown,
  db: LabDatabase,
  tally: Tally,
  say: (line: string) => void,
): Promise<void> {
  const before = await stored(db);
  const start = process.cpuUsage(); // a busy machine makes nothing slow here
  const find = (what: keyof Tally, detail: string): void => {
    if (++tally[what] <= TOLD) say(`fuzz: ${parser.name}: ${what}: ${detail}\n${shown(input)}`);
  };
  tally.inputs++;
  try {
    await parser.read(input as never, db);
  } catch (error) {
    if (!isSentence(error))
      find('uncaught', error instanceof Error ? String(error.stack) : String(error));
  }
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  if (ms > SLOW_MS) find('slow', `${ms.toFixed(0)} ms`);
  if ((await stored(db)) !== before) find('storedChanged', before);
  if ('polluted' in {}) throw new Error(`fuzz: ${parser.name} changed Object.prototype`);
}

function isSentence(error: unknown): boolean {
  return error instanceof SpecError && /^[^\n\r]{10,500}$/.test(error.message);
}

/** How many records there are of each kind. */
async function stored(db: LabDatabase): Promise<string> {
  const names = [...db.objectStoreNames];
  return JSON.stringify(await Promise.all(names.map((name) => db.count(name))));
}

function shown(input: unknown): string {
  return inspect(input, { depth: 4, maxArrayLength: 6, maxStringLength: 80 }).slice(0, 1500);
}

function total(tallies: ReadonlyMap<Parser, Tally>): number {
  return [...tallies.values()].reduce((sum, { inputs }) => sum + inputs, 0);
}
