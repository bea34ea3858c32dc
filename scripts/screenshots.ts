/**
 * @file `npm run screenshots [-- --only NAME,… --size NAME,… --theme NAME,…]`: picture every bench,
 * panel and mode of the real page at three sizes in light and dark, into docs/screenshots/.
 */
import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LabPage } from '../e2e/pages/LabPage.ts';
import { browserFlags, findBrowser } from './browser.js';
import { ensureBuilt } from './build.js';
import { projectPath } from './root.js';
import { say } from './say.js';
import { bringExamples, SCENES } from './scenes.ts';
import type { Scene } from './scenes.ts';
import { serve } from './serve.js';

const SIZES = [
  { name: 'phone', width: 390, height: 844 },
  { name: 'laptop', width: 1280, height: 800 },
  { name: 'projector', width: 1920, height: 1080 },
] as const;
/** In which scenes are arranged: every control is there. */
const LAPTOP = SIZES[1];
const THEMES = ['light', 'dark'] as const;
/** Charts follow a change of size a frame or two later. */
const SETTLE_MS = 300;
/** A picture of a long part on a slow machine. */
const DRAW_MS = 120_000;

/** Bars that stay in the window would lie across a part that is longer than it. */
const WITHOUT_BARS = 'header:has(nav) { opacity: 0 !important }';

/** @throws Error for a name that is not among `known` */
function chosen(option: string, known: readonly string[]): readonly string[] {
  const names = option.split(',').filter(Boolean);
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined) {
    throw new Error(`screenshots: expected any of ${known.join(', ')}; got ${stray}`);
  }
  return names.length === 0 ? known : names;
}

const option = { type: 'string', default: '' } as const;
const { values } = parseArgs({ options: { only: option, size: option, theme: option } });
const scenes = chosen(
  values.only,
  SCENES.map(({ name }) => name),
);
const sizes = chosen(
  values.size,
  SIZES.map(({ name }) => name),
);
const themes = chosen(values.theme, THEMES);

const executablePath = await findBrowser();
await ensureBuilt();
const server = await serve([0]);
const folder = projectPath('docs/screenshots');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: browserFlags() });

async function picture(lab: LabPage, { name, part, place, clear }: Scene): Promise<void> {
  for (const size of SIZES.filter((each) => sizes.includes(each.name))) {
    await lab.page.setViewportSize({ width: size.width, height: size.height });
    await place?.(lab);
    for (const colorScheme of THEMES.filter((each) => themes.includes(each))) {
      await lab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await lab.page.waitForTimeout(SETTLE_MS);
      const path = `${folder}/${name}-${size.name}-${colorScheme}.png`;
      if (part) await part(lab).screenshot({ path, style: WITHOUT_BARS, timeout: DRAW_MS });
      else await lab.page.screenshot({ path, timeout: DRAW_MS });
    }
    await clear?.(lab);
  }
}

try {
  const page = await browser.newPage({
    viewport: LAPTOP,
    reducedMotion: 'reduce',
    bypassCSP: true,
  });
  const lab = new LabPage(page);
  await lab.open(server.url);
  await bringExamples(lab);
  for (const scene of SCENES.filter(({ name }) => scenes.includes(name))) {
    say(`${scene.name} …`);
    await scene.arrange(lab);
    await picture(lab, scene);
    await page.setViewportSize({ width: LAPTOP.width, height: LAPTOP.height });
    await scene.leave?.(lab);
  }
} finally {
  await browser.close();
  await server.close();
}
