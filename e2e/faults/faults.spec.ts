import { expect, test } from '@playwright/test';
import { KillableChromium } from './chromium.ts';
import { tryFault, undisturbed } from './faults.ts';
import type { Fault } from './faults.ts';

/** A hang takes minutes to be told from a long step: `npm run -s bench -- faults` has it. */
const SHORT: readonly Fault[] = [
  ...(['tab', 'browser', 'throw', 'helper', 'disk-full', 'stall'] as const),
  ...(['write-made', 'delete-made'] as const),
];
const SEED = 1;

test('a run survives what ends it and what takes its storage, bit for bit', async ({ baseURL }) => {
  test.slow();
  if (baseURL === undefined) throw new Error('internal: no page to test');
  const chromium = new KillableChromium();
  try {
    const setting = { chromium, url: baseURL };
    const expected = await undisturbed(setting);
    for (const fault of SHORT) {
      await test.step(fault, async () => {
        const outcome = await tryFault(fault, SEED, setting, expected);
        expect(outcome).toMatchObject({ survived: true, identical: true, isToldOnce: true });
      });
    }
  } finally {
    await chromium.dispose();
  }
});
