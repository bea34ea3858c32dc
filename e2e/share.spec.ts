import { chromium } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { browserFlags } from '../scripts/browser.js';
import { TID } from '../src/ui/testids.ts';
import { expectAccessibleInBoth } from './accessible.ts';
import { expect, test as base } from './lab-test.ts';
import { StagePage } from './pages/StagePage.ts';

const test = base.extend<{ stage: StagePage }>({
  stage: async ({ page }, use) => {
    await use(new StagePage(page));
  },
});

const accessible = (stage: StagePage, id: string): Promise<void> =>
  expectAccessibleInBoth(stage.page, id, `[data-testid="${id}"]`);

test('a copied link rebuilds the set-up in another browser; a bad one changes nothing', async ({
  stage,
  context,
  browser,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await stage.open();
  await stage.useSmoke();
  await stage.tid(TID.epochs).fill('3');
  await stage.page.locator('#train summary', { hasText: 'More settings' }).click();
  await stage.tid(TID.seed).fill('7');
  await stage.choose(TID.bitOption(3));
  const entries = await stage.page.evaluate(() => history.length);
  const link = await stage.copyLink();
  expect(await stage.clipboard()).toBe(link);
  expect(stage.page.url()).toBe(link);
  expect(await stage.page.evaluate(() => history.length)).toBe(entries);
  await accessible(stage, TID.share);

  const other = new StagePage(await browser.newPage());
  await other.open(link);
  await expect(other.tid(TID.epochs)).toHaveValue('3');
  await other.page.locator('#train summary', { hasText: 'More settings' }).click();
  await expect(other.tid(TID.seed)).toHaveValue('7');
  await expect(other.tid(TID.bitOption(3))).toBeChecked();
  await expect(other.tid(TID.dataCounts)).toContainText('320');
  await expect(other.tid(TID.notice)).toBeHidden();

  // the same tab, another hash
  await other.page.evaluate(() => (location.hash = '#v=1&training.epochs=99999'));
  await expect(other.tid(TID.notice)).toContainText('The link was not opened');
  await expect(other.tid(TID.epochs)).toHaveValue('3');
  await other.page.evaluate(() => (location.hash = '#v=1&training.epochs=2&colour=red'));
  await expect(other.tid(TID.epochs)).toHaveValue('2');
  await expect(other.tid(TID.notice)).toContainText('colour');
  await other.page.close();
});

test('tour, talk and embedded panels on a trained and mapped run', async ({ stage, page }) => {
  await stage.open();
  // left early, before anything is trained: the page is as it was, and the focus is back
  await stage.tid(TID.tourOpen).focus();
  await page.keyboard.press('Enter');
  await expect(stage.tid(TID.tourTitle)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(stage.tid(TID.tour)).toContainText('2 of');
  await page.keyboard.press('Escape');
  await expect(stage.tid(TID.tour)).toBeHidden();
  await expect(stage.tid(TID.tourOpen)).toBeFocused();

  await stage.trainAndMap();
  await stage.goTo('trade');
  await stage.choose(TID.bitSwitchOption(8));
  const titles = await stage.takeTour();
  expect(titles.length).toBeGreaterThan(8);
  await expect(stage.tid(TID.bitSwitchOption(2))).toBeChecked();

  await stage.tid(TID.tourOpen).click();
  await stage.tid(TID.tourNext).click();
  await expect(stage.tid(TID.tourSpot)).toBeVisible();
  await accessible(stage, TID.tour);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(stage.tid(TID.tourNext)).toBeInViewport({ ratio: 1 });
  await stage.tid(TID.tourLeave).click();
  await page.setViewportSize({ width: 1280, height: 900 });

  // an explanation: unit, formula as MathML, source
  await page.getByRole('button', { name: 'What is Energy-delay product?' }).last().click();
  const bubble = page.locator('[popover]:popover-open');
  await expect(bubble.locator('math')).toBeVisible();
  await expect(bubble).toContainText('Unit');
  await expect(bubble).toContainText('Source');
  await page.keyboard.press('Escape');

  // the talk, by keys alone
  await stage.tid(TID.talkOpen).focus();
  await page.keyboard.press('Enter');
  await expect(stage.tid(TID.talkTitle)).toBeFocused();
  await expect(stage.tid(TID.rail)).toBeHidden();
  await page.keyboard.press('3');
  await expect(stage.tid(TID.bitSwitchOption(32))).toBeChecked();
  await page.keyboard.press('4');
  await expect(stage.tid(TID.bitSwitchOption(4))).toBeChecked();
  await accessible(stage, TID.talk);
  await stage.press('ArrowRight', /costs/);
  for (const bits of [2, 4, 8, 32]) await expect(stage.tid(TID.tradeMark(bits))).toBeVisible();
  await stage.press(' ', /believes/);
  await stage.press('PageDown', /learns/);
  await stage.press('ArrowRight', /energy goes/);
  await expect(stage.tid(TID.mapEnergy)).toBeVisible();
  await accessible(stage, TID.talk);
  await stage.press('ArrowRight', /loops/);
  await expect(stage.tid(TID.loopNest)).toBeVisible();
  await stage.press('t', /learns/);
  await stage.trained();
  // what was mapped before stays to be shown, and says whose it is
  await stage.press('ArrowRight', /energy goes/);
  await expect(stage.tid(TID.talk)).toContainText('the run shown has no mapping yet');
  await expect(stage.tid(TID.mapEnergy)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(stage.tid(TID.rail)).toBeVisible();

  await page.goto('embed.html#v=1&panels=["trade"]');
  await expect(stage.tid(TID.embed)).toBeVisible();
  await expect(stage.tid(TID.tradeChart)).toBeVisible();
  await expect(stage.tid(TID.openRuns)).toBeHidden();
  await accessible(stage, TID.embed);
});

const framed = base.extend<{ around: string }>({
  /** A course page on another site (127.0.0.1 is not localhost), with both pages in frames. */
  around: async ({ baseURL }, use) => {
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        `<!doctype html><title>A course</title><link rel="icon" href="data:,"><iframe name="panel" width="900" height="700" src="${baseURL}embed.html#v=1&amp;panels=%5B%22train%22%5D"></iframe><iframe name="whole" src="${baseURL}"></iframe>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await use(`http://127.0.0.1:${port}/`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
});

/** Frames of other sites get storage or do not, whatever this browser's own default is. */
async function browserWith(cookies: 'allowed' | 'blocked', folder: string) {
  await mkdir(join(folder, 'Default'), { recursive: true });
  const profile =
    cookies === 'allowed'
      ? { cookie_controls_mode: 0, block_third_party_cookies: false }
      : { cookie_controls_mode: 1, block_third_party_cookies: true };
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }));
  return chromium.launchPersistentContext(folder, {
    executablePath: process.env['CHROME_PATH'] ?? '',
    args: browserFlags(),
  });
}

framed.describe('on a course page', () => {
  framed.use({ watch: undefined });

  for (const cookies of ['allowed', 'blocked'] as const) {
    framed(
      `the panel shows with cookies of other sites ${cookies}, and the lab itself cannot be framed`,
      async ({ around, baseURL }, testInfo) => {
        const context = await browserWith(cookies, testInfo.outputPath('profile'));
        try {
          const page = await context.newPage();
          await page.goto(around);
          const panel = page.frameLocator('[name=panel]');
          await expect(panel.getByTestId(TID.embed)).toBeVisible();
          if (cookies === 'allowed') {
            await expect(panel.getByTestId(TID.trainStart)).toBeEnabled({ timeout: 120_000 });
            await expect(panel.getByTestId(TID.notice)).toBeHidden();
          } else {
            await expect(panel.getByTestId(TID.notice)).toContainText('open the lab in a tab');
            await expect(panel.getByTestId(TID.trainStart)).toHaveCount(0);
          }
          const href = await panel.getByTestId(TID.embedOpen).getAttribute('href');
          expect(href).toMatch(new RegExp(`^${baseURL}#v=1`));
          expect(href).not.toContain('mode=embed');
          await expect(page.frameLocator('[name=whole]').getByTestId(TID.rail)).toHaveCount(0);
        } finally {
          await context.close();
        }
      },
    );
  }
});
