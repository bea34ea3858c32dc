/**
 * @file Kills at seeded random moments of a piece of work: a tab's process, or the whole browser. The
 * work is taken up again as a person does, cut off again, and at last brought to its end, which is
 * compared with that of the same work that nothing happened to.
 */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Rng } from '../../src/util/rng.ts';
import { LabPage } from '../pages/LabPage.ts';
import type { KillableChromium } from './chromium.ts';
import type { Work } from './works.ts';

export interface KillSetting {
  readonly chromium: KillableChromium;
  readonly url: string;
}

export interface Undisturbed {
  readonly state: string;
  /** From its start to its end, here. */
  readonly ms: number;
}

export interface Chain {
  readonly kills: number;
  /** Kills after which the work went on with all that was said to be kept. */
  readonly resumed: number;
  /** Done again, in the work's own unit. */
  readonly repeated: number;
  readonly mostRepeated: number;
  /** It ended in the state of the work that nothing happened to. */
  readonly identical: boolean;
  /** What went wrong, where it did. */
  readonly reason?: string;
}

const END_MS = 400_000;
/** Kills of one piece of work at most. */
const MOST_KILLS = 5;
/** Of the kills, those of the whole browser. */
const BROWSER_RATIO = 0.3;

async function opened(page: Page, url: string): Promise<LabPage> {
  page.setDefaultTimeout(120_000);
  const lab = new LabPage(page);
  await lab.open(url);
  return lab;
}

async function ended(lab: LabPage, work: Work): Promise<void> {
  await expect.poll(() => work.isDone(lab), { timeout: END_MS, intervals: [200] }).toBe(true);
}

/** Nothing happens to it. Leaves the browser running, with the work taken away. */
export async function undisturbed(
  { chromium, url }: KillSetting,
  work: Work,
): Promise<Undisturbed> {
  const lab = await opened(await chromium.page(), url);
  await work.begin(lab);
  const start = performance.now();
  await ended(lab, work);
  const ms = performance.now() - start;
  const state = await work.state(lab);
  await work.clear(lab);
  return { state, ms };
}

/** One piece of work, cut off a few times. Leaves the browser running, with the work taken away. */
export async function tryKills(
  { chromium, url }: KillSetting,
  work: Work,
  expected: Undisturbed,
  rng: Rng,
): Promise<Chain> {
  const planned = 1 + rng.int(MOST_KILLS);
  let [kills, resumed, repeated, mostRepeated] = [0, 0, 0, 0];
  try {
    let lab = await opened(await chromium.page(), url);
    await work.begin(lab);
    while (kills < planned) {
      await lab.page.waitForTimeout(rng.uniform(0.02, 0.4) * expected.ms);
      const shown = await work.shown(lab);
      const kept = await work.kept(lab);
      if (await work.isDone(lab)) break;
      kills++;
      if (rng.float() < BROWSER_RATIO) await chromium.kill();
      else await chromium.killTab();
      lab = await opened(await chromium.page(), url);
      await work.assertWhole(lab);
      const after = await work.kept(lab);
      if (after < kept) throw new Error(`${kept} was kept, ${after} is there`);
      await work.goOn(lab);
      resumed++;
      const lost = Math.max(0, shown - after);
      repeated += lost;
      mostRepeated = Math.max(mostRepeated, lost);
    }
    await ended(lab, work);
    await work.assertWhole(lab);
    const state = await work.state(lab);
    await work.clear(lab);
    const sums = { kills, resumed, repeated, mostRepeated };
    if (state === expected.state) return { ...sums, identical: true };
    return { ...sums, identical: false, reason: `ended as ${state.slice(0, 200)}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await chromium.forget(); // whatever state it is in
    return { kills, resumed, repeated, mostRepeated, identical: false, reason };
  }
}
