import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './lab-test.ts';
import type { BenchName, LabPage } from './pages/LabPage.ts';
import { TID } from '../src/ui/testids.ts';

const BENCHES: readonly BenchName[] = ['data', 'train', 'search', 'map', 'trade'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The whole page, on a slow machine. */
const LOOK_MS = 60_000;

/** Marks of close figures overlap; the bit-width switch beside them does the same (WCAG 2.5.8). */
const isOverlappingMark = (rule: string, html: string): boolean =>
  rule === 'target-size' && html.includes(`data-testid="${TID.tradeMark(0).replace('0', '')}`);

/** One line per fault: rule and element. @param part of the page; default: all of it */
async function faults(lab: LabPage, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page: lab.page }).withTags(TAGS);
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .filter(({ html }) => !isOverlappingMark(id, html))
      .map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/**
 * Assert that axe finds nothing. Looks again for a few seconds: right after a change of colour scheme
 * Chromium may still paint part of the page in the old one, while a real fault stays.
 */
async function expectAccessible(lab: LabPage, where: string, part?: string): Promise<void> {
  await expect(async () => expect(await faults(lab, part), where).toEqual([])).toPass({
    timeout: LOOK_MS,
  });
}

/** How far the page is wider than its window, in CSS pixels. */
function overflow(lab: LabPage): Promise<number> {
  return lab.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

test('every bench is accessible in light and dark and fits from 360 to 1920 pixels', async ({
  lab,
  page,
}) => {
  test.slow(); // axe looks at every element of five benches, six times
  await lab.open();
  await lab.trainAndMap();
  await lab.goTo('trade');
  await lab.choose(TID.imageOption(1));
  await expect(lab.tid(TID.predictions)).toContainText('%');

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1280, height: 900 });
    await expectAccessible(lab, `${colorScheme}, whole page`);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const bench of BENCHES) {
      await lab.goTo(bench);
      await expectAccessible(lab, `${colorScheme}, ${bench} at 360 px`, `#${bench}`);
    }
  }
  for (const width of [360, 390, 768, 1024, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    for (const bench of BENCHES) {
      await lab.goTo(bench);
      expect(await overflow(lab), `${bench} at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
});
