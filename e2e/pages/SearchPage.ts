/** @file The search bench as a person sees it. */
import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';
import { TID } from '../../src/ui/testids.ts';
import type { LabPage } from './LabPage.ts';

/** A search of the smallest recipe, and its training, on a slow machine. */
const STAGE_MS = 120_000;

export class SearchPage {
  readonly lab: LabPage;

  constructor(lab: LabPage) {
    this.lab = lab;
  }

  tid(id: string): Locator {
    return this.lab.tid(id);
  }

  /** Take the smallest search and its own images. */
  async useSmoke(): Promise<void> {
    await this.lab.goTo('search');
    await this.tid(TID.searchPreset).selectOption('sp-nas-smoke');
    await expect(this.tid(TID.dataCounts)).toContainText('320');
    await expect(this.tid(TID.searchStart)).toBeEnabled();
  }

  /** Take the quick search without its warm-up: the architecture moves from the first step on. */
  async useQuick(): Promise<void> {
    await this.lab.goTo('search');
    await this.tid(TID.searchPreset).selectOption('sp-nas-quick');
    await this.lab.page.locator('#search summary', { hasText: 'More settings' }).click();
    await this.tid(TID.searchSetting('anchor')).selectOption('none');
    await this.tid(TID.searchSetting('search.warmupEpochs')).fill('0');
    await this.tid(TID.searchSetting('search.warmupEpochs')).press('Tab');
    await this.lab.hasImages();
    await expect(this.tid(TID.searchStart)).toBeEnabled();
  }

  async has(status: string): Promise<void> {
    await expect(this.tid(TID.searchStatus)).toHaveText(status, { timeout: STAGE_MS });
  }

  /** Steps done, as shown. */
  async step(): Promise<number> {
    const text = (await this.tid(TID.searchStepCount).textContent()) ?? '';
    return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN);
  }

  cells(): Locator {
    return this.tid(TID.searchGrid).getByRole('gridcell');
  }
}
