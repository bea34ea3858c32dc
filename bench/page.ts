/**
 * @file Figures of the page in a real browser, from the production build: how soon it is there, how
 * much it loads for that, how soon a bit-width switch shows, with and without a network; how smooth it
 * stays while it trains, searches and maps on all cores; Lighthouse's figures where npx can get it.
 *
 * Takes nothing. Trains and maps the smoke recipe first; some minutes.
 */
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { LabPage } from '../e2e/pages/LabPage.ts';
import { browserFlags, findBrowser } from '../scripts/browser.js';
import { ensureBuilt } from '../scripts/build.js';
import { FIRST_LOAD_BUDGET_KB, firstLoadKb } from '../scripts/first-load.js';
import { projectPath } from '../scripts/root.js';
import { serve } from '../scripts/serve.js';
import { TID } from '../src/ui/testids.ts';
import { lighthouseRows } from './lighthouse.ts';
import { busyRows } from './page-busy.ts';
import type { Row, Rows } from './row.ts';

const VIEWPORT = { width: 1280, height: 900 } as const;
const VISITS = 5;
const SWITCHES = 40;

export const rows: Rows = async (_args, say) => {
  await ensureBuilt();
  const server = await serve([0]);
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: browserFlags(),
  });
  try {
    const cold = await firstVisitMs(browser, server.url);
    const context = await browser.newContext({ viewport: VIEWPORT });
    const page = await context.newPage();
    const lab = new LabPage(page);
    await page.goto(server.url);
    say('training and mapping the smoke recipe');
    await lab.hasImages();
    await lab.trainAndMap();
    await lab.goTo('trade');
    say(`switching the bit-width ${SWITCHES} times`);
    const switches = await switchMs(page);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    const busy = await busyRows(page, lab, say);
    say('Lighthouse');
    const judged = await lighthouseRows(server.url, await findBrowser());
    await server.close();
    await context.setOffline(true);
    await page.reload();
    const offline = await paintMs(page);
    return [
      ...loadRows(),
      { metric: 'first paint, first visit, median', value: cold, unit: 'ms', budget: 1000 },
      { metric: 'first paint, offline', value: offline, unit: 'ms', budget: 1000 },
      {
        metric: 'bit-width switch to next frame, median',
        value: switches[switches.length >> 1],
        unit: 'ms',
        budget: 50,
      },
      {
        metric: 'bit-width switch to next frame, slowest',
        value: switches.at(-1),
        unit: 'ms',
        budget: 50,
      },
      ...busy,
      ...judged,
    ];
  } finally {
    await browser.close();
    await server.close();
  }
};

function loadRows(): Row[] {
  const dist = projectPath('dist');
  return [
    {
      metric: 'scripts of the first load, gzip',
      value: firstLoadKb(dist, '.js'),
      unit: 'kB',
      budget: FIRST_LOAD_BUDGET_KB,
    },
    {
      metric: 'styles of the first load, gzip',
      value: firstLoadKb(dist, '.css'),
      unit: 'kB',
      budget: 20,
    },
  ];
}

/** The median over profiles that have never been here. */
async function firstVisitMs(browser: Browser, url: string): Promise<number | undefined> {
  const times: number[] = [];
  for (let i = 0; i < VISITS; i++) {
    const context = await browser.newContext({ viewport: VIEWPORT });
    const page = await context.newPage();
    await page.goto(url);
    times.push(await paintMs(page));
    await context.close();
  }
  return times.sort((a, b) => a - b)[VISITS >> 1];
}

/** Milliseconds from the start of navigation to the first content. */
async function paintMs(page: Page): Promise<number> {
  await page.locator('h1').waitFor();
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const paint = list.getEntriesByName('first-contentful-paint')[0];
          if (paint !== undefined) resolve(paint.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}

/** From the choice of a width to the frame that shows it, ascending. No named function may be inside: tsx would have it call a helper that the page has not. */
function switchMs(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ testid, count }) => {
      const options = [
        ...document.querySelectorAll<HTMLInputElement>(`[data-testid="${testid}"] input`),
      ];
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        options[i % options.length]?.click();
        await new Promise(requestAnimationFrame);
        await new Promise((resolve) => setTimeout(resolve)); // after that frame was drawn
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b);
    },
    { testid: TID.bitSwitch, count: SWITCHES },
  );
}
