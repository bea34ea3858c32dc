/**
 * @file `test` for the lab: a page of its own, and what every test proves beside its own matter:
 * nothing in the console, no uncaught error, no request to another origin.
 */
import { test as base } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { expect } from '@playwright/test';
import { LabPage } from './pages/LabPage.ts';

export { expect };

/** What a page did that it must never do. */
class Watch {
  readonly #lines: string[] = [];

  constructor(context: BrowserContext, origins: readonly string[]) {
    context.on('console', (message) => {
      this.#lines.push(`console ${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (error) => {
      this.#lines.push(`uncaught: ${error.error().message}`);
    });
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol === 'data:' || protocol === 'blob:') return;
      if (!origins.includes(origin)) this.#lines.push(`foreign request: ${request.url()}`);
    });
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** Where the page keeps that its reader has seen the example (src/state/projects.svelte.ts). */
const SEEN_KEY = 'instantnet-lab.examples';

interface Fixtures {
  lab: LabPage;
  origins: string[];
  watch: undefined;
  /** A first visit brings the lab's own run; by default the reader has seen and deleted it. */
  isFirstVisit: boolean;
  visit: undefined;
}

export const test = base.extend<Fixtures>({
  isFirstVisit: [false, { option: true }],
  visit: [
    async ({ context, isFirstVisit }, use) => {
      if (!isFirstVisit) {
        await context.addInitScript((key) => {
          try {
            localStorage.setItem(key, 'seen');
          } catch {
            // a frame without an origin of its own has none
          }
        }, SEEN_KEY);
      }
      await use(undefined);
    },
    { auto: true },
  ],
  /** Origins that may be asked for something. */
  origins: async ({ baseURL }, use) => {
    await use(baseURL === undefined ? [] : [new URL(baseURL).origin]);
  },
  watch: [
    async ({ context, origins }, use) => {
      const watch = new Watch(context, origins);
      await use(undefined);
      expect(watch.lines, 'nothing in the console, no request to another origin').toEqual([]);
    },
    { auto: true },
  ],
  lab: async ({ page }, use) => {
    await use(new LabPage(page));
  },
});
