import { expectAccessible } from './accessible.ts';
import { expect, test } from './lab-test.ts';
import type { BenchName, LabPage } from './pages/LabPage.ts';
import { TID } from '../src/ui/testids.ts';

const BENCHES: readonly BenchName[] = ['data', 'train', 'search', 'map', 'trade'];
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
    await expectAccessible(page, `${colorScheme}, whole page`);
    await page.setViewportSize({ width: 360, height: 740 });
    for (const bench of BENCHES) {
      await lab.goTo(bench);
      await expectAccessible(page, `${colorScheme}, ${bench} at 360 px`, `#${bench}`);
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
