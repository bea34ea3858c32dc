import type { MappingRecord } from '../../src/spec/run.ts';
import { TID } from '../../src/ui/testids.ts';
import { expect, test } from '../lab-test.ts';
import { MapPage } from '../pages/MapPage.ts';
import { inWorker, refuseWrites } from './inject.ts';

const FULL_MS = 8_000;
const FULL = 'is full: the mapping is kept in memory only until there is room again.';

test('a mapping that ends on a full disk is shown, and stored when there is room', async ({
  page,
}) => {
  test.slow();
  const lab = new MapPage(page);
  await lab.openMap();
  await lab.prepare('network:alexnet', 8);
  await lab.tid(TID.mapStart).click();
  await inWorker(page, 'mapper', refuseWrites, FULL_MS);
  await lab.mapped();
  await expect(lab.tid(TID.mapAlert)).toContainText(FULL);
  const mappings = async (): Promise<MappingRecord[]> =>
    ((await lab.stored('mappings')) as MappingRecord[]).filter(({ network }) => network);
  expect((await mappings()).filter(({ done }) => done)).toEqual([]);
  const total = await lab.tid(TID.mapStatus).textContent();

  await expect(lab.tid(TID.mapAlert)).toHaveCount(0, { timeout: 3 * FULL_MS });
  const [stored] = await mappings();
  expect(stored).toMatchObject({ done: true });
  await page.reload();
  await lab.prepare('network:alexnet', 8);
  await expect(lab.tid(TID.mapStatus)).toHaveText(total ?? '');
});
