import type { SearchLogEntry, SearchRecord } from '../../src/spec/search-run.ts';
import { TID } from '../../src/ui/testids.ts';
import { expect, test } from '../lab-test.ts';
import type { LabPage } from '../pages/LabPage.ts';
import { SearchPage } from '../pages/SearchPage.ts';
import { inWorker, refuseWrites } from './inject.ts';

const EPOCHS = 20;
/** Longer than the search takes, shorter than the writer's second try. */
const FULL_MS = 4000;
const FULL = 'is full: the search goes on, but what it does now is kept in memory only';

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
