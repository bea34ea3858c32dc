/** @file lab.html in a real browser: the lab's workers without its page, for commands. */
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, findBrowser } from './browser.js';
import { ensureBuilt } from './build.js';
import { say } from './say.js';
import { serve } from './serve.js';

/**
 * Build where needed, serve, open lab.html in a fresh profile, and close all of it afterwards.
 * Messages of the page go to standard error.
 * @throws Error when the page crashes or the browser is closed while `work` waits
 */
export async function withLabPage<T>(
  { isHeaded }: { readonly isHeaded: boolean },
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const executablePath = await findBrowser();
  await ensureBuilt();
  const server = await serve([0]);
  const profile = mkdtempSync(join(tmpdir(), 'instantnet-lab-'));
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: !isHeaded,
      args: browserFlags(),
    });
    try {
      const page = context.pages()[0] ?? (await context.newPage());
      const crash = new Promise<never>((_resolve, reject) => {
        page.once('crash', () => reject(new Error('lab: the page crashed (out of memory?)')));
        page.once('close', () => reject(new Error('lab: the browser was closed')));
      });
      crash.catch(() => undefined); // it may come when nobody waits any more
      page.on('pageerror', (error) => say(`page: ${error.message}`));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) say(`page: ${message.text()}`);
      });
      await page.goto(new URL('lab.html', server.url).href);
      return await Promise.race([work(page), crash]);
    } finally {
      await context.close();
    }
  } finally {
    await server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
