/**
 * @file Work that is killed at seeded random moments, and runs that are cut off from their storage, hung
 * or thrown out: what became of them, in a browser of their own.
 *
 * `--kills N` kills tabs and browsers under training, searching, mapping and importing, N in all;
 * `--work NAME,…` under some of them. Otherwise `--count N` trials (default 1) of each fault, or of
 * `--only FAULT,…`. `--seed S` (default 1) decides the moments.
 */
import { parseArgs } from 'node:util';
import { KillableChromium } from '../e2e/faults/chromium.ts';
import { FAULTS, tryFault, undisturbed } from '../e2e/faults/faults.ts';
import { tryKills, undisturbed as undisturbedWork } from '../e2e/faults/kills.ts';
import type { Chain, Undisturbed } from '../e2e/faults/kills.ts';
import { WORK, WORKS } from '../e2e/faults/works.ts';
import type { Fault, FaultOutcome } from '../e2e/faults/faults.ts';
import { ensureBuilt } from '../scripts/build.js';
import { serve } from '../scripts/serve.js';
import { SpecError } from '../src/util/errors.ts';
import { Rng } from '../src/util/rng.ts';
import type { Row, Rows } from './row.ts';
import { tableLines } from './table.ts';

function chosen<T extends string>(
  option: string,
  known: readonly T[],
  given?: string,
): readonly T[] {
  if (given === undefined) return known;
  return given.split(',').map((name) => {
    const one = known.find((other) => other === name);
    if (one === undefined) {
      throw new SpecError(`faults: --${option}: expected some of ${known.join(', ')}, got ${name}`);
    }
    return one;
  });
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) {
    throw new SpecError(`faults: --${name}: expected a whole number, got ${text}`);
  }
  return Number(text);
}

export const rows: Rows = async (args, say) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      kills: { type: 'string' },
      work: { type: 'string' },
    },
  });
  const seed = wholeNumber('seed', values.seed);
  await ensureBuilt();
  if (values.kills !== undefined) {
    const works = chosen('work', WORKS, values.work);
    return killed(works, wholeNumber('kills', values.kills), seed, say);
  }
  const faults = chosen('only', FAULTS, values.only);
  const count = wholeNumber('count', values.count);
  const server = await serve([0]);
  const chromium = new KillableChromium();
  const outcomes: FaultOutcome[] = [];
  try {
    const setting = { chromium, url: server.url };
    const expected = await undisturbed(setting);
    say(`faults: undisturbed: ${expected.state}`);
    for (let trial = 0; trial < count; trial++) {
      for (const fault of faults) {
        const outcome = await tryFault(fault, seed + trial, setting, expected);
        outcomes.push(outcome);
        say(`faults: ${fault}, seed ${seed + trial}: ${outcome.reason ?? 'as undisturbed'}`);
      }
    }
  } finally {
    await chromium.dispose();
    await server.close();
  }
  return faults.map((fault) => row(fault, outcomes));
};

/** Kills are dealt to the works in turn, so that any number of them says something of each. */
async function killed(
  works: readonly (typeof WORKS)[number][],
  wanted: number,
  seed: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const server = await serve([0]);
  const chromium = new KillableChromium();
  const setting = { chromium, url: server.url };
  const rng = new Rng(seed);
  const chains = new Map(works.map((name) => [name, [] as Chain[]]));
  const kills = (): number => sum([...chains.values()].flat(), 'kills');
  try {
    const expected = new Map<string, Undisturbed>();
    for (const name of works) {
      const whole = await undisturbedWork(setting, WORK[name]);
      expected.set(name, whole);
      say(
        `faults: ${name}, undisturbed: ${(whole.ms / 1000).toFixed(1)} s, ${whole.state.slice(0, 120)}`,
      );
    }
    for (let round = 0; kills() < wanted; round++) {
      for (const [name, done] of chains) {
        const whole = expected.get(name);
        if (whole === undefined || kills() >= wanted) continue;
        const chain = await tryKills(setting, WORK[name], whole, rng.fork(`${name} ${round}`));
        done.push(chain);
        const outcome = chain.reason ?? 'as undisturbed';
        say(`faults: ${name}: ${chain.kills} kills, ${chain.resumed} resumed, ${outcome}`);
        for (const line of tableLines(rowsOf(chains))) say(line);
      }
    }
  } finally {
    await chromium.dispose();
    await server.close();
  }
  return rowsOf(chains);
}

function rowsOf(chains: ReadonlyMap<string, readonly Chain[]>): Row[] {
  return [...chains, ['all', [...chains.values()].flat()] as const].map(([work, all]) => ({
    work,
    pieces: all.length,
    kills: sum(all, 'kills'),
    resumed: sum(all, 'resumed'),
    lost: sum(all, 'kills') - sum(all, 'resumed'),
    repeated: sum(all, 'repeated'),
    mostRepeated: Math.max(0, ...all.map(({ mostRepeated }) => mostRepeated)),
    identical: all.filter(({ identical }) => identical).length,
  }));
}

function sum(chains: readonly Chain[], figure: 'kills' | 'resumed' | 'repeated'): number {
  return chains.reduce((total, chain) => total + chain[figure], 0);
}

function row(fault: Fault, outcomes: readonly FaultOutcome[]): Row {
  const own = outcomes.filter((outcome) => outcome.fault === fault);
  const survived = own.filter((outcome) => outcome.survived).length;
  return {
    fault,
    tried: own.length,
    survived,
    lost: own.length - survived,
    toldOnce: own.filter((outcome) => outcome.isToldOnce).length,
    repeatedSteps: own.reduce((sum, { repeatedSteps }) => sum + repeatedSteps, 0),
    identical: own.filter((outcome) => outcome.identical).length,
  };
}
