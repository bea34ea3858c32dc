/** @file A first visit: the panel on top of the page, and the drawer's project files. */
import { expect } from '@playwright/test';
import type { Download, Locator } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { TID } from '../../src/ui/testids.ts';
import { LabPage } from './LabPage.ts';

const FIGURES = ['accuracy', 'energy', 'latency', 'edp'] as const;

export interface SavedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export async function savedFile(download: Download): Promise<SavedFile> {
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export class FirstMinutePage extends LabPage {
  get panel(): Locator {
    return this.tid(TID.first);
  }

  async arrive(url = './'): Promise<void> {
    await this.page.goto(url);
    await expect(this.panel).toBeVisible();
  }

  /** What the panel says now: the four figures and the prediction. */
  async says(): Promise<string[]> {
    const figures = FIGURES.map((what) => this.tid(TID.firstFigure(what)));
    return Promise.all([...figures, this.tid(TID.firstPrediction)].map((l) => l.innerText()));
  }

  async flip(bits: number): Promise<string[]> {
    await this.choose(TID.firstSwitchOption(bits));
    return this.says();
  }

  /** Click what saves a file. */
  async save(button: Locator): Promise<SavedFile> {
    const coming = this.page.waitForEvent('download');
    await button.click();
    return savedFile(await coming);
  }

  async openRuns(): Promise<Locator> {
    await this.tid(TID.openRuns).click();
    return this.tid(TID.runs);
  }

  async importProject(file: SavedFile): Promise<void> {
    await this.tid(TID.projectImport).setInputFiles({
      name: file.name,
      mimeType: 'application/octet-stream',
      buffer: file.bytes,
    });
  }
}
