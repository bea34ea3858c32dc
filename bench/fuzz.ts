/**
 * @file Hostile input for everything that reads bytes from outside. What is found (an error other
 * than the one sentence, more than two seconds of processor time, a change in the store) is told on
 * standard error. One good record of each kind lies in the store and must be there to the bit
 * afterwards; the heap is measured after a tenth of the inputs and at the end.
 *
 * Takes `--seconds N` or `--count N` (all parsers together; default 5000), `--seed S` (default 1).
 */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { inspect, parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { addProject } from '../src/store/projects.ts';
import { openLab } from '../src/store/open.ts';
import { putSearch } from '../src/store/searches.ts';
import { putSweep } from '../src/store/sweeps.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { projectDataset, projectRun } from '../src/testing/project-run.ts';
import { sweepRecord } from '../src/testing/records.ts';
import { searchRecord } from '../src/testing/search-records.ts';
import { SpecError } from '../src/util/errors.ts';
import { PARSERS } from './fuzz-parsers.ts';
import type { Parser } from './fuzz-parser.ts';
import type { Rows } from './row.ts';

/** Of the processor. */
const SLOW_MS = 2000;
const BATCH = 50;
/** The heap is settled after a tenth of these at the latest. */
const EARLY_MOST = 100_000;
/** Findings of a parser that are told in full. */
const TOLD = 5;

interface Tally {
  inputs: number;
  /** Read without an error; all others were refused in a sentence. */
  read: number;
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
  const { info, dataset } = projectDataset();
  const datasets = [{ info: { ...info, id: 'kept' }, dataset }];
  await addProject(db, { runs: [projectRun('kept')], datasets });
  await putSearch(db, searchRecord('kept'));
  await putSweep(db, sweepRecord('kept'));
  const kept = await contents(db);
  let records = await stored(db);
  const tallies = new Map(
    PARSERS.map((parser) => [
      parser,
      { inputs: 0, read: 0, uncaught: 0, slow: 0, storedChanged: 0 },
    ]),
  );
  let earlyMb: number | null = null;
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
        records = await tryOne(parser, input, db, records, tally, say);
      }
      if ((await contents(db)) !== kept) throw new Error(`fuzz: ${parser.name} changed a record`);
    }
    const done = total(tallies, 'inputs');
    if (round % 10 === 0) say(`fuzz: ${done} inputs`);
    if (earlyMb === null && done >= Math.min(count, EARLY_MOST) / 10) earlyMb = heapMb();
  }
  const lateMb = heapMb();
  db.close();
  say(`fuzz: heap of ${earlyMb ?? lateMb} MB early, ${lateMb} MB at the end`);
  const sums = (['inputs', 'read', 'uncaught', 'slow', 'storedChanged'] as const).map(
    (figure) => [figure, total(tallies, figure)] as const,
  );
  return [
    ...[...tallies].map(([{ name }, tally]) => ({ parser: name, ...tally })),
    { parser: 'all', ...Object.fromEntries(sums), earlyMb: earlyMb ?? lateMb, lateMb },
  ];
};

/** @param before how many records there were @returns how many there are */
async function tryOne(
  parser: Parser,
  input: unknown,
  db: LabDatabase,
  before: string,
  tally: Tally,
  say: (line: string) => void,
): Promise<string> {
  const start = process.cpuUsage(); // a busy machine makes nothing slow here
  const find = (what: keyof Tally, detail: string): void => {
    if (++tally[what] <= TOLD) say(`fuzz: ${parser.name}: ${what}: ${detail}\n${shown(input)}`);
  };
  tally.inputs++;
  try {
    await parser.read(input as never, db);
    tally.read++;
  } catch (error) {
    if (!isSentence(error))
      find('uncaught', error instanceof Error ? String(error.stack) : String(error));
  }
  const ms = processorMs(start);
  if (ms > SLOW_MS) {
    // what came before it may have been collected meanwhile: once more
    const again = process.cpuUsage();
    await (async () => parser.read(input as never, db))().catch(() => undefined);
    const both = [ms, processorMs(again)];
    if (Math.min(...both) > SLOW_MS) find('slow', `${both.map(Math.round).join(' and ')} ms`);
  }
  const after = await stored(db);
  if (after !== before) find('storedChanged', `${before} to ${after}`);
  if ('polluted' in {}) throw new Error(`fuzz: ${parser.name} changed Object.prototype`);
  return after;
}

function processorMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function isSentence(error: unknown): boolean {
  return error instanceof SpecError && /^[^\n\r]{10,500}$/.test(error.message);
}

/** How many records there are of each kind. */
async function stored(db: LabDatabase): Promise<string> {
  const names = [...db.objectStoreNames];
  const transaction = db.transaction(names);
  const counts = await Promise.all(names.map((name) => transaction.objectStore(name).count()));
  return counts.join();
}

/** A hash over all records. */
async function contents(db: LabDatabase): Promise<string> {
  const hash = createHash('sha256');
  for (const name of db.objectStoreNames) {
    hash.update(JSON.stringify(await db.getAll(name), (_key, value: unknown) => bytesOf(value)));
  }
  return hash.digest('hex');
}

/** Numbers of an array as their bytes; anything else as it is. */
function bytesOf(value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

/** After a collection. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

function shown(input: unknown): string {
  return inspect(input, { depth: 4, maxArrayLength: 6, maxStringLength: 80 }).slice(0, 1500);
}

function total(tallies: ReadonlyMap<Parser, Tally>, figure: keyof Tally): number {
  return [...tallies.values()].reduce((sum, tally) => sum + tally[figure], 0);
}
