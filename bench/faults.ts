/**
 * @file Runs that are killed, cut off from their storage or hung at seeded random moments, and what
 * became of them. Each trial trains a small network in a browser of its own.
 *
 * Takes `--count N` trials of each fault (default 1), `--seed S` (default 1), `--only FAULT,…`.
 */
import { parseArgs } from 'node:util';
import { KillableChromium } from '../e2e/faults/chromium.ts';
import { FAULTS, tryFault, undisturbed } from '../e2e/faults/faults.ts';
import type { Fault, FaultOutcome } from '../e2e/faults/faults.ts';
import { ensureBuilt } from '../scripts/build.js';
import { serve } from '../scripts/serve.js';
import { SpecError } from '../src/util/errors.ts';
import type { Row, Rows } from './row.ts';

function faultsOf(only: string | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS;
  return only.split(',').map((name) => {
    const fault = FAULTS.find((known) => known === name);
    if (fault === undefined) {
      throw new SpecError(`faults: --only: expected some of ${FAULTS.join(', ')}, got ${name}`);
    }
    return fault;
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
    },
  });
  const faults = faultsOf(values.only);
  const count = wholeNumber('count', values.count);
  const seed = wholeNumber('seed', values.seed);
  await ensureBuilt();
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

function row(fault: Fault, outcomes: readonly FaultOutcome[]): Row {
  const own = outcomes.filter((outcome) => outcome.fault === fault);
  const survived = own.filter((outcome) => outcome.survived).length;
  return {
    fault,
    tried: own.length,
    survived,
    lost: own.length - survived,
    repeatedSteps: own.reduce((sum, { repeatedSteps }) => sum + repeatedSteps, 0),
    identical: own.filter((outcome) => outcome.identical).length,
  };
}
