import type { SearchLogEntry, SearchRecord } from '../../src/spec/search-run.ts';
import { TID } from '../../src/ui/testids.ts';
import { expect, test } from '../lab-test.ts';
import type { LabPage } from '../pages/LabPage.ts';
import { SearchPage } from '../pages/SearchPage.ts';
import { inWorker, listen, refuseWrites, ruinNumbers } from './inject.ts';
import type { Told } from './inject.ts';

const EPOCHS = 20;
/** Longer than the search takes, shorter than the writer's second try. */
const FULL_MS = 4000;
const FULL = 'is full: the search goes on, but what it does now is kept in memory only';

const RUINED =
  /^The search diverged by step \d+: .+\. Back to step \d+, and on at 0\.25 of the recipe’s/;

const searches = async (lab: LabPage): Promise<SearchRecord[]> =>
  ((await lab.stored('searches')) as SearchRecord[]).sort((a, b) => a.createdAt - b.createdAt);

test('a search goes on over a full disk, to the same network and log', async ({ lab, page }) => {
  test.slow();
  await lab.open();
  const search = new SearchPage(lab);
  await search.useSmoke();
  await search.tid(TID.searchSetting('search.epochs')).fill(String(EPOCHS));
  await search.tid(TID.searchStart).click();
  await search.has('Found');

  await search.tid(TID.searchStart).click();
  await expect.poll(async () => (await searches(lab)).at(-1)?.status).toBe('searching');
  await expect.poll(async () => (await searches(lab)).length).toBe(2);
  await inWorker(page, 'search', refuseWrites, FULL_MS);
  await expect(search.tid(TID.searchAlert)).toContainText(FULL);
  await search.has('Found');
  await expect.poll(async () => (await searches(lab)).at(-1)?.status).toBe('found');
  await expect(search.tid(TID.searchAlert)).toHaveCount(0);

  const [whole, full] = await searches(lab);
  expect(full?.found).toEqual(whole?.found);
  const rows = (await lab.stored('searchLogs')) as { searchId: string; entry: SearchLogEntry }[];
  const logOf = (id?: string) =>
    rows
      .filter(({ searchId }) => searchId === id)
      .map(({ entry }) => ({ ...entry, imagesPerSecond: 0 }));
  expect(logOf(full?.id)).toEqual(logOf(whole?.id));
});

test('a search whose numbers are ruined goes back and on, and says so once', async ({
  lab,
  page,
}) => {
  test.slow();
  await lab.open();
  const search = new SearchPage(lab);
  await search.useSmoke();
  await search.tid(TID.searchSetting('search.epochs')).fill(String(EPOCHS));
  await page.evaluate(listen, TID.searchAlert);
  await search.tid(TID.searchStart).click();
  await expect.poll(async () => (await lab.stored('searchLogs')).length).toBeGreaterThan(3);
  await inWorker(page, 'search', ruinNumbers, 1);
  await search.has('Found');

  const told = await page.evaluate(() => (window as Told).told ?? []);
  expect(told).toEqual([expect.stringMatching(RUINED)]);
  await search.tid(TID.searchEvents).locator('summary').click();
  await expect(search.tid(TID.searchEvents).locator('li')).toHaveCount(1);
  await expect(search.tid(TID.searchEvents)).toContainText('Back to step');
  const [record] = await searches(lab);
  expect(record?.found).toBeDefined();
  const steps = ((await lab.stored('searchLogs')) as { entry: SearchLogEntry }[])
    .filter(({ entry }) => entry.event === undefined)
    .map(({ entry }) => entry.step);
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(steps.at(-1)).toBe(record?.totalSteps);
});
