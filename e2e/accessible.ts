/** @file What axe finds, by the rules of WCAG 2.2 AA. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { TID } from '../src/ui/testids.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** A look at the whole page, on a slow machine. */
const LOOK_MS = 60_000;

/** Marks of close figures overlap; the bit-width switch beside them does the same (WCAG 2.5.8). */
const isOverlappingMark = (rule: string, html: string): boolean =>
  rule === 'target-size' && html.includes(`data-testid="${TID.tradeMark(0).replace('0', '')}`);

/** One line per fault: rule and element. */
async function faults(page: Page, parts: readonly string[]): Promise<string[]> {
  let axe = new AxeBuilder({ page }).withTags(TAGS);
  for (const part of parts) axe = axe.include(part);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .filter(({ html }) => !isOverlappingMark(id, html))
      .map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/**
 * Assert that axe finds nothing. Looks again for a while: right after a change of colour scheme
 * Chromium may still paint part of the page in the old one, while a real fault stays.
 * @param where said when something is found
 * @param parts selectors of what to look at; none: the whole page
 */
export async function expectAccessible(
  page: Page,
  where: string,
  ...parts: readonly string[]
): Promise<void> {
  await expect(async () => expect(await faults(page, parts), where).toEqual([])).toPass({
    timeout: LOOK_MS,
  });
}

/** The same in light and in dark. */
export async function expectAccessibleInBoth(
  page: Page,
  where: string,
  ...parts: readonly string[]
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, `${colorScheme}, ${where}`, ...parts);
  }
}
