/** @file Links, tour, talk and embedded panels as a person meets them. */
import { expect } from '@playwright/test';
import { TID } from '../../src/ui/testids.ts';
import { LabPage } from './LabPage.ts';

export class StagePage extends LabPage {
  /** Open the share menu, which copies at once; @returns the link that it shows. */
  async copyLink(): Promise<string> {
    await this.tid(TID.shareOpen).click();
    await expect(this.tid(TID.shareSaid)).toHaveText('Link copied.');
    return this.tid(TID.shareLink).inputValue();
  }

  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Go through the tour from its button to its end; @returns the titles of its steps. */
  async takeTour(): Promise<string[]> {
    await this.tid(TID.tourOpen).click();
    const titles: string[] = [];
    const MOST = 30;
    for (let i = 0; i < MOST; i++) {
      const title = this.tid(TID.tourTitle);
      await expect(title).toBeFocused();
      titles.push((await title.textContent())?.trim() ?? '');
      const next = this.tid(TID.tourNext);
      const isLast = (await next.textContent())?.trim() === 'Done';
      await next.click();
      if (isLast) break;
      await expect(title).not.toHaveText(titles.at(-1) ?? '');
    }
    await expect(this.tid(TID.tour)).toBeHidden();
    return titles;
  }

  /** Press a key of a talk and wait for the panel that it leads to. */
  async press(key: string, title: RegExp): Promise<void> {
    await this.page.keyboard.press(key);
    await expect(this.tid(TID.talkTitle)).toHaveText(title);
  }
}
