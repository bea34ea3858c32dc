/** @file The page as a person sees it: benches, controls and figures, by test id. */
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { records } from '../records.ts';
import type { StoreName } from '../records.ts';
import { TID } from '../../src/ui/testids.ts';

/** Training and mapping of the smoke recipe on a slow machine. */
const STAGE_MS = 180_000;

export type BenchName = 'data' | 'train' | 'search' | 'map' | 'trade';

export class LabPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  tid(id: string): Locator {
    return this.page.getByTestId(id);
  }

  /** Open the page and wait until it has images. */
  async open(url = './'): Promise<void> {
    await this.page.goto(url);
    await this.hasImages();
  }

  async hasImages(): Promise<void> {
    await expect(this.tid(TID.dataPreview)).toBeVisible({ timeout: STAGE_MS });
    await expect(this.tid(TID.trainStart)).toBeEnabled();
  }

  /** Take the smallest recipe and its own images. */
  async useSmoke(): Promise<void> {
    await this.tid(TID.preset).selectOption('smoke');
    await this.hasSmokeImages();
  }

  async hasSmokeImages(): Promise<void> {
    await expect(this.tid(TID.dataCounts)).toContainText('320');
    await this.hasImages();
  }

  /** Choose a radio or checkbox as a mouse does: by its label, the input itself is out of sight. */
  async choose(id: string): Promise<void> {
    await this.page.locator('label', { has: this.tid(id) }).click();
    await expect(this.tid(id)).toBeChecked();
  }

  async goTo(bench: BenchName): Promise<void> {
    await this.tid(TID.station(bench)).click();
  }

  async trained(): Promise<void> {
    await expect(this.tid(TID.trainStatus)).toHaveText('Trained', { timeout: STAGE_MS });
  }

  async mapped(): Promise<void> {
    await expect(this.tid(TID.mapStatus)).toHaveText('Mapped', { timeout: STAGE_MS });
  }

  /** Train what is set up, by mouse. */
  async train(): Promise<void> {
    await this.goTo('train');
    await this.tid(TID.trainStart).click();
    await this.trained();
  }

  /** Train the smoke recipe and map it, by mouse. */
  async trainAndMap(): Promise<void> {
    await this.useSmoke();
    await this.train();
    await this.goTo('map');
    await this.tid(TID.mapStart).click();
    await this.mapped();
  }

  /** Steps done, as shown. */
  async step(): Promise<number> {
    const text = (await this.tid(TID.trainStepCount).textContent()) ?? '';
    return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN);
  }

  /** Press Tab until the control has the focus: it can be reached without a mouse. */
  async tabTo(target: Locator): Promise<void> {
    const MOST_STOPS = 200;
    for (let i = 0; i < MOST_STOPS; i++) {
      await this.page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`Tab never reaches ${String(target)}`);
  }

  /** Drop files on the page as from a folder of the desktop. */
  async dropFiles(files: readonly { name: string; bytes: Uint8Array }[]): Promise<void> {
    const plain = files.map(({ name, bytes }) => ({
      name,
      base64: Buffer.from(bytes).toString('base64'),
    }));
    const transfer = await this.page.evaluateHandle((dropped) => {
      const data = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      return data;
    }, plain);
    await this.tid(TID.dataDrop).dispatchEvent('drop', { dataTransfer: transfer });
  }

  /** Everything stored of a kind, straight from IndexedDB. */
  stored(store: StoreName): Promise<unknown[]> {
    return records(this.page, store);
  }
}
