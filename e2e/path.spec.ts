import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import type { LabPage } from './pages/LabPage.ts';

const BITS = [2, 4, 8, 32];

/** The trade-off of the smoke recipe: a mark and a row for each width, fewer bits for less energy. */
async function showsTradeOff(lab: LabPage): Promise<void> {
  for (const bits of BITS) await expect(lab.tid(TID.tradeMark(bits))).toBeVisible();
  await expect(lab.tid(TID.tradeTable).locator('tbody tr')).toHaveCount(BITS.length);
  const [mapping] = (await lab.stored('mappings')) as {
    byBits: { bits: number; total: { energyPj: number; edpPjCycles: number } }[];
  }[];
  expect(mapping?.byBits.map(({ bits }) => bits)).toEqual(BITS);
  const totals = mapping?.byBits.map(({ total }) => total) ?? [];
  for (const [i, total] of totals.entries()) {
    const before = totals[i - 1];
    if (before === undefined) continue;
    expect(total.energyPj).toBeGreaterThan(before.energyPj);
    expect(total.edpPjCycles).toBeGreaterThan(before.edpPjCycles);
  }
}

test('images to trade-off by mouse', async ({ lab }) => {
  await lab.open();
  await lab.useSmoke();

  await lab.train();
  await expect(lab.tid(TID.backendReport)).not.toBeEmpty();
  for (const bits of BITS) await expect(lab.tid(TID.bitReadout(bits))).toContainText('%');

  await lab.goTo('map');
  await lab.tid(TID.mapStart).click();
  await lab.mapped();
  await expect(lab.tid(TID.mapTotals).locator('tbody tr')).toHaveCount(BITS.length);

  await lab.goTo('trade');
  await showsTradeOff(lab);
  await lab.choose(TID.imageOption(1));
  await expect(lab.tid(TID.predictions)).toContainText('%');
  const energies = new Set<string | null>();
  for (const bits of BITS) {
    await lab.choose(TID.bitSwitchOption(bits));
    energies.add(await lab.tid(TID.readoutEnergy).textContent());
  }
  expect(energies.size).toBe(BITS.length);
});

test('images to trade-off by keyboard alone', async ({ lab, page }) => {
  await lab.open();
  await lab.tabTo(lab.tid(TID.preset));
  await page.keyboard.type('smoke');
  await lab.hasSmokeImages();

  await lab.tabTo(lab.tid(TID.trainStart));
  await page.keyboard.press('Enter');
  await lab.trained();

  await lab.tabTo(lab.tid(TID.mapStart));
  await page.keyboard.press('Enter');
  await lab.mapped();

  await lab.tabTo(lab.tid(TID.bitSwitch).getByRole('radio', { checked: true }));
  const before = await lab.tid(TID.readoutEnergy).textContent();
  await page.keyboard.press('ArrowLeft');
  await expect(lab.tid(TID.readoutEnergy)).not.toHaveText(before ?? '');
  await showsTradeOff(lab);
});
