/** @file A Chromium of one's own with a profile that outlives it, to be killed by its process id. */
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, findBrowser } from '../../scripts/browser.js';

const START_MS = 60_000;

export class KillableChromium {
  #profile = newProfile();
  #process: ChildProcess | null = null;
  #browser: Browser | null = null;
  #page: Page | null = null;

  /** Start it, again after a kill; what the profile stored is there. */
  async start(): Promise<Page> {
    const child = spawn(
      await findBrowser(),
      [
        ...browserFlags(),
        '--headless=new',
        '--remote-debugging-port=0',
        '--disable-session-crashed-bubble',
        '--window-size=1280,900',
        `--user-data-dir=${this.#profile}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: process.platform !== 'win32' },
    );
    this.#process = child;
    this.#browser = await chromium.connectOverCDP(await endpoint(child));
    const context = this.#browser.contexts()[0];
    if (context === undefined) throw new Error('internal: a browser without a context');
    this.#page = context.pages()[0] ?? (await context.newPage());
    return this.#page;
  }

  /** The tab, of a browser that runs: started if need be. */
  async page(): Promise<Page> {
    return this.#page ?? (await this.start());
  }

  /** End the process of the tab at once, as a machine short of memory does. @returns another tab */
  async killTab(): Promise<Page> {
    const page = await this.page();
    const session = await page.context().newCDPSession(page);
    const gone = page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined); // nobody is left to answer
    await gone;
    this.#page = await page.context().newPage();
    await page.close();
    return this.#page;
  }

  /** End it at once, all of its processes, as a power cut does. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // its own group: it was started detached
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
    await ended;
    await this.#browser?.close().catch(() => undefined);
    this.#process = null;
    this.#page = null;
  }

  /** End it, and begin with an empty profile the next time. */
  async forget(): Promise<void> {
    await this.dispose();
    this.#profile = newProfile();
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function newProfile(): string {
  return mkdtempSync(join(tmpdir(), 'instantnet-lab-faults-'));
}

/** The address that Chromium prints when it can be spoken to. */
function endpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`no browser: ${said}`)), START_MS);
    child.once('exit', () => reject(new Error(`the browser ended: ${said}`)));
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const [, url] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
