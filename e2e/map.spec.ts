import { expectAccessible } from './accessible.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import { MapPage } from './pages/MapPage.ts';

test('a network of the literature is mapped, compared, exported; an accelerator edited', async ({
  page,
}) => {
  const map = new MapPage(page);
  await map.openMap();
  await map.prepare('network:alexnet', 8);
  await map.map();
  await expect(map.tid(TID.mapLayers).locator('tbody tr')).toHaveCount(8);
  await expect(map.tid(TID.mapArray).getByRole('img')).toBeVisible();
  await expect(map.tid(TID.mapTiles)).toContainText('GlobalBuffer');

  // every picojoule has a source, and the terms are the whole
  await map.tid(TID.mapTermsOpen(8)).click();
  const terms = map.tid(TID.mapEnergy).getByTestId(TID.mapTerms);
  await expect(terms.locator('tbody tr').last()).toContainText('100 %');
  await expect(terms).toContainText('ERT_summary.yaml');

  // a change that cannot fit is refused in a sentence, and taken back
  await page.locator('#map summary', { hasText: 'Try a change' }).click();
  await map.tid(TID.mapTryFactor('PsumSpad', 'temporal', 'K')).fill('4096');
  await expect(map.tid(TID.mapTryAnswer)).toContainText(/would have to hold \d+ bits|% /);
  await map.tid(TID.mapTryReset).click();
  await expect(map.tid(TID.mapTryAnswer)).toContainText('As the search found it');

  const rivals = await map.compare();
  expect(rivals.length).toBeGreaterThan(4);
  expect(rivals.slice(1).every((row) => /[−+±][\d.]+\s%/.test(row))).toBe(true);

  const all = await map.exported('all');
  const record = JSON.parse(all.text) as { byBits: { bits: number; layers: unknown[] }[] };
  expect(record.byBits.map(({ bits, layers }) => [bits, layers.length])).toEqual([[8, 8]]);
  const yaml = await map.exported('layer-yaml');
  expect(yaml.name).toMatch(/\.yaml$/);
  for (const part of ['arch:', 'problem:', 'mapping:']) expect(yaml.text).toContain(`\n${part}`);
  await expectAccessible(page, 'map', '#map');

  await map.tid(TID.acceleratorOpen).click();
  await map.tid(TID.acceleratorCopy).click();
  await expect(map.tid(TID.acceleratorName)).toHaveValue('eyeriss copy');
  const capacity = map.tid(TID.acceleratorField('GlobalBuffer', 'capacityBits'));
  await capacity.fill('-5');
  await expect(map.tid(TID.acceleratorFault)).toContainText(
    'capacityBits: expected a whole number',
  );
  await expect(map.tid(TID.acceleratorSave)).toBeDisabled();
  await capacity.fill('1000000');
  await expectAccessible(page, 'map', '#map');
  await map.tid(TID.acceleratorSave).click();
  await expect(map.tid(TID.acceleratorSave)).toHaveText('Saved');
  const saved = await map.exported('accelerator');
  await page.getByRole('button', { name: 'Close' }).click();
  await map.map();

  const open = async (text: string): Promise<void> =>
    map.tid(TID.acceleratorFile).setInputFiles({
      name: saved.name,
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
  await open(saved.text.replace('"wordBits"', '"words"'));
  await expect(map.tid(TID.mapAlert)).toContainText('wordBits');
  await expect(map.tid(TID.accelerator)).toHaveValue('eyeriss copy');
  await open(saved.text);
  await expect(map.tid(TID.accelerator)).toHaveValue('eyeriss copy 2');
  await expect(map.tid(TID.mapAlert)).toHaveCount(0);
  await page.reload();
  await map.goTo('map');
  await expect(map.tid(TID.accelerator).locator('option')).toContainText(['eyeriss copy']);
});
