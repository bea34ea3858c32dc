/** @file The map bench as a person sees it: network, search, pictures, comparison, accelerators. */
import { expect } from '@playwright/test';
import type { Download } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { TID } from '../../src/ui/testids.ts';
import { LabPage } from './LabPage.ts';

/** Every expert's dataflow for a small network on a slow machine. */
const COMPARE_MS = 150_000;

export class MapPage extends LabPage {
  /** Open the page; the bench needs no images. */
  async openMap(): Promise<void> {
    await this.page.goto('./');
    await expect(this.tid(TID.mapNetwork)).toBeVisible();
  }

  /** Choose a network that needs no training, and few mappings of it at one width. */
  async prepare(network: string, bits: number): Promise<void> {
    await this.goTo('map');
    await this.tid(TID.mapNetwork).selectOption(network);
    for (const other of [4, 8, 16].filter((width) => width !== bits)) {
      await this.page.locator('label', { has: this.tid(TID.mapWidth(other)) }).click();
      await expect(this.tid(TID.mapWidth(other))).not.toBeChecked();
    }
    await this.tid(TID.budget).fill('200');
  }

  async map(): Promise<void> {
    await this.tid(TID.mapStart).click();
    await this.mapped();
  }

  /** Put the experts beside the mapping; @returns the rows of figures. */
  async compare(): Promise<string[]> {
    await this.tid(TID.mapCompareStart).click();
    await expect(this.tid(TID.mapCompareStart)).toHaveText('Compare again', {
      timeout: COMPARE_MS,
    });
    return this.tid(TID.mapCompareTable).locator('tbody tr').allInnerTexts();
  }

  /** What a download button gives. */
  async exported(what: string): Promise<{ readonly name: string; readonly text: string }> {
    const started: Promise<Download> = this.page.waitForEvent('download');
    await this.tid(TID.mapExport(what)).click();
    const download = await started;
    return {
      name: download.suggestedFilename(),
      text: await readFile(await download.path(), 'utf8'),
    };
  }
}
