import { expectAccessibleInBoth } from './accessible.ts';
import { expect, test } from './lab-test.ts';
import { LabPage } from './pages/LabPage.ts';
import { SearchPage } from './pages/SearchPage.ts';
import type { SearchRecord } from '../src/spec/search-run.ts';
import { TID } from '../src/ui/testids.ts';

test('a search is watched, paused, stepped, cut off, resumed, trained and mapped', async ({
  lab,
  page,
}) => {
  test.slow();
  page.setDefaultTimeout(30_000);
  const search = new SearchPage(lab);
  await lab.open();
  await search.useSmoke();
  await expect(search.tid(TID.searchRange)).toContainText('cheapest');
  await expect(search.tid(TID.searchMemory)).toContainText('MB');
  // long enough to be paused on its way
  await search.tid(TID.searchSetting('search.epochs')).fill('60');
  await search.tid(TID.searchStart).click();

  // three blocks of four choices, each a probability that is told
  await expect(search.cells()).toHaveCount(12);
  await search.tid(TID.searchPause).click();
  await search.has('Paused');
  const paused = await search.step();
  // weights, then the architecture: two half steps make at least one whole
  await search.tid(TID.searchStep).click();
  await search.tid(TID.searchStep).click();
  await expect.poll(() => search.step()).toBeGreaterThan(paused);
  await search.has('Paused');

  await search.cells().first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(search.cells().nth(5)).toBeFocused();
  await expect(search.cells().nth(5)).toHaveAccessibleName(/^Block 2, kernel 3.*%$/);

  await page.reload();
  await lab.hasImages();
  await lab.goTo('search');
  await search.has('Interrupted');
  await search.tid(TID.searchResume).click();
  await search.has('Found');
  expect(await search.step()).toBeGreaterThan(paused);
  await expect(search.tid(TID.searchNetwork)).toContainText('Block 3');
  await expect(search.tid(TID.searchNetwork)).toContainText('Energy');
  await search.tid(TID.searchCosts).locator('summary').first().click();
  await expect(search.tid(`${TID.searchCosts}-grid`).getByRole('gridcell')).toHaveCount(12);

  const saving = page.waitForEvent('download');
  await search.tid(TID.searchExport('csv')).click();
  expect((await saving).suggestedFilename()).toBe('sp-nas-smoke-sp-nas.csv');

  await search.tid(TID.searchTrain).click();
  await expect(search.tid(TID.searchMap)).toBeEnabled({ timeout: 120_000 });
  await expect(lab.tid(TID.currentRun)).toHaveText('sp-nas-smoke sp-nas');
  await search.tid(TID.searchMap).click();
  await expect(search.tid(TID.searchResults)).toContainText('J·cycles', { timeout: 120_000 });

  await expectAccessibleInBoth(page, 'search', '#search');
});

test('a second tab sees a search live and takes it over to the same end', async ({ lab, page }) => {
  test.slow();
  const search = new SearchPage(lab);
  await lab.open();
  await search.useSmoke();
  await search.tid(TID.searchSetting('search.epochs')).fill('100');
  await search.tid(TID.searchStart).click();
  await search.has('Searching');

  const otherLab = new LabPage(await page.context().newPage());
  await otherLab.open(page.url());
  const other = new SearchPage(otherLab);
  await otherLab.goTo('search');
  await other.has('Searching in another tab');
  const seen = await other.step();
  await expect.poll(() => other.step(), { timeout: 30_000 }).toBeGreaterThan(seen);
  await expect(other.tid(TID.searchDelete).first()).toBeDisabled();

  await other.tid(TID.searchTakeOver).click();
  await expect(search.tid(TID.searchAlert)).toContainText('Another tab took this over.', {
    timeout: 30_000,
  });
  await search.has('Searching in another tab');
  await other.has('Found');
  await search.has('Found'); // the first tab saw it end

  // the same search without a second tab
  await search.tid(TID.searchStart).click();
  await expect(search.tid(TID.searchList).getByRole('listitem')).toHaveCount(2);
  await search.has('Found');
  const [taken, whole] = (await lab.stored('searches')) as SearchRecord[];
  expect(whole?.found?.choices).toHaveLength(3);
  expect(taken?.found).toEqual(whole?.found);
  await otherLab.page.close();
});
