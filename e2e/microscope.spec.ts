import { expectAccessible } from './accessible.ts';
import { SCOPE_VIEWS } from '../src/ui/scope-views.ts';
import type { ScopeView } from '../src/ui/scope-views.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import type { LabPage } from './pages/LabPage.ts';

const BITS = [2, 4, 8, 32];
async function view(lab: LabPage, name: ScopeView): Promise<void> {
  await lab.tid(TID.scopeTab(name)).click();
}

test('a trained network is looked at from every side', async ({ lab, page }) => {
  await lab.open();
  await lab.useSmoke();
  await lab.train();
  await lab.goTo('trade');
  await lab.tid(TID.scope).scrollIntoViewIfNeeded();

  // the network as a graph: a row for each layer, the chosen one tied to the other views
  const layers = lab.tid(TID.scopeGraph).getByRole('button');
  await expect(layers.first()).toBeVisible();
  const count = await layers.count();
  expect(count).toBeGreaterThan(5);
  await layers.filter({ hasText: 'expand' }).first().click();
  await page.keyboard.press('ArrowDown');
  await expect(layers.filter({ hasText: 'depthwise' }).first()).toBeFocused();
  await lab.tid(TID.scopeColor).selectOption('sqnr');
  await lab.choose(TID.bitSwitchOption(4));
  await expect(lab.tid(TID.scopeGraph)).toContainText('dB');

  await view(lab, 'weights');
  await expect(lab.tid(TID.scopeLayer)).toHaveValue(/depthwise/);
  await expect(lab.tid(TID.scopeHistogram(2))).toContainText(/\d of 4 points in use/);
  await expect(lab.tid(TID.scopeHistogram(32))).toContainText('not quantized');

  await view(lab, 'activations');
  for (const bits of BITS) await expect(lab.tid(TID.scopeMaps(bits))).toBeVisible();
  await expect(lab.tid(TID.scopeMaps(2))).toContainText(/differs by [\d.]+\s%/);

  await view(lab, 'noise');
  const noise = lab.tid(TID.scopeSqnr('weights')).getByRole('slider');
  await noise.focus();
  await expect(noise).toHaveAttribute('aria-valuetext', /at 8 bits: [\d.]+\sdB/);
  await page.keyboard.press('ArrowDown');
  await expect(noise).toHaveAttribute('aria-valuetext', /at 4 bits/);

  await view(lab, 'mistakes');
  const table = lab.tid(TID.scopeConfusion).locator('xpath=../..').locator('details');
  await table.locator('summary').click();
  const cells = await table.locator('tbody td').allInnerTexts();
  expect(cells.map(Number).reduce((a, b) => a + b, 0)).toBe(128); // every test image once
  await expect(lab.tid(TID.scopeFlips).getByRole('img').first()).toBeVisible();

  await view(lab, 'teachers');
  await expect(lab.tid(TID.scopeTeachers).getByRole('img')).toHaveAttribute(
    'aria-label',
    /32-bit teaches 2-bit/,
  );
  // every teacher of the lowest width has a line of its own, from the log
  const pull = lab.tid(TID.scopeTerms(2)).getByRole('slider');
  await expect(pull).toHaveAttribute('aria-valuetext', /4-bit [\d.]+, 8-bit [\d.]+, 32-bit [\d.]+/);
  await expect(lab.tid(TID.scopeTerms('labels')).getByRole('slider')).toBeVisible();
  const terms = page.waitForEvent('download');
  await lab.tid(TID.scopeTeachers).getByTestId(TID.chartSave('csv')).click();
  expect((await terms).suggestedFilename()).toBe('who-teaches-whom.csv');

  // a bad file is refused in a sentence; a drawing is answered at every width
  await view(lab, 'own');
  await lab.tid(TID.scopeFile).setInputFiles({
    name: 'notes.png',
    mimeType: 'image/png',
    buffer: Buffer.from('not a picture'),
  });
  await expect(lab.tid(TID.scopeOwnAlert)).toContainText('notes.png: expected a picture');
  await lab.tid(TID.scopePad).focus();
  for (const key of ['Shift+ArrowRight', 'Shift+ArrowDown', 'Space'])
    await page.keyboard.press(key);
  await expect(lab.tid(TID.scopeBeliefs).locator('tbody tr')).toHaveCount(BITS.length);
  await expect(lab.tid(TID.scopeOwnAlert)).toHaveCount(0);
  await expect(lab.tid(TID.scopeMaps(2))).toBeVisible();

  await view(lab, 'lesson');
  await expect(lab.tid(TID.scopeLesson).locator('tbody tr')).toHaveCount(BITS.length);
  const alone = lab.tid(TID.scopeLesson).locator('tbody td:nth-of-type(2)');
  await expect(alone).toHaveText(['–', '–', '–', '–']);
  await lab.tid(TID.scopeAlone).click();
  await expect(lab.tid(TID.scopeObstacle)).toContainText('in training');
  await lab.trained();
  await expect(alone).toHaveText(BITS.map(() => /[\d.]+\s%/));

  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 360],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await lab.goTo('trade');
    for (const name of SCOPE_VIEWS) {
      await view(lab, name);
      await expectAccessible(page, `${colorScheme}, ${name}`, `[data-testid="${TID.scope}"]`);
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
});
