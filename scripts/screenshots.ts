/**
 * @file `npm run screenshots [-- --recipe NAME]`: run a recipe in the real page and picture every
 * bench at three sizes in light and dark, into docs/screenshots/.
 */
import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LabPage } from '../e2e/pages/LabPage.ts';
import type { BenchName } from '../e2e/pages/LabPage.ts';
import { TID } from '../src/ui/testids.ts';
import { browserFlags, findBrowser } from './browser.js';
import { ensureBuilt } from './build.js';
import { projectPath } from './root.js';
import { say } from './say.js';
import { serve } from './serve.js';

const SIZES = [
  { name: 'phone', width: 390, height: 844 },
  { name: 'laptop', width: 1280, height: 800 },
  { name: 'projector', width: 1920, height: 1080 },
] as const;
const BENCHES: readonly BenchName[] = ['data', 'train', 'search', 'map', 'trade'];
/** Tabs of the microscope. */
const VIEWS = ['network', 'weights', 'activations', 'mistakes'] as const;
const RUN_MS = 15 * 60_000;

const { values } = parseArgs({ options: { recipe: { type: 'string', default: 'quick' } } });
const executablePath = await findBrowser();
await ensureBuilt();
const server = await serve([0]);
const folder = projectPath('docs/screenshots');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: browserFlags() });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const lab = new LabPage(page);
  await lab.open(server.url);
  await lab.tid(TID.preset).selectOption(values.recipe);
  await lab.hasImages();
  await lab.goTo('train');
  await lab.tid(TID.trainStart).click();
  say(`training ${values.recipe} …`);
  const status = lab.tid(TID.trainStatus);
  await status.filter({ hasText: 'Trained' }).waitFor({ timeout: RUN_MS });
  await lab.goTo('map');
  await lab.tid(TID.mapStart).click();
  await lab.tid(TID.mapStatus).filter({ hasText: 'Mapped' }).waitFor({ timeout: RUN_MS });
  for (const { name, ...size } of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const bench of BENCHES) {
        await lab.goTo(bench);
        await page.waitForTimeout(400); // scrolling and charts settle
        await page.screenshot({ path: `${folder}/${bench}-${name}-${colorScheme}.png` });
      }
      for (const view of VIEWS) {
        await lab.tid(TID.scopeTab(view)).click();
        await page.waitForTimeout(1500); // the trainer answers
        const path = `${folder}/scope-${view}-${name}-${colorScheme}.png`;
        await lab.tid(TID.scope).screenshot({ path });
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}
