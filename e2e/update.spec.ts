import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from '../scripts/root.js';
import { serve } from '../scripts/serve.js';
import { TID } from '../src/ui/testids.ts';
import { expect, test as base } from './lab-test.ts';

const NEW_TITLE = 'InstantNet Lab, the next version';

/** A copy of the build behind a server of its own, which can be made to serve the next version. */
class Host {
  readonly #folder: string;
  #server: Awaited<ReturnType<typeof serve>>;

  private constructor(folder: string, server: Awaited<ReturnType<typeof serve>>) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<Host> {
    const folder = mkdtempSync(join(tmpdir(), 'instantnet-lab-host-'));
    cpSync(projectPath('dist'), folder, { recursive: true });
    return new Host(folder, await serve([0], folder));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Another title, and a service worker that knows the page by another revision. */
  async release(): Promise<void> {
    const edit = (file: string, from: RegExp, to: string): void => {
      const path = join(this.#folder, file);
      const before = readFileSync(path, 'utf8');
      const after = before.replace(from, to);
      if (after === before) throw new Error(`internal: nothing to change in ${file}`);
      writeFileSync(path, after);
    };
    edit('index.html', /<title>.*<\/title>/, `<title>${NEW_TITLE}</title>`);
    edit('sw.js', /url:"index\.html",revision:"/, '$&2');
    await this.#server.close();
    this.#server = await serve([Number(new URL(this.url).port)], this.#folder);
  }

  async stop(): Promise<void> {
    await this.#server.close();
    rmSync(this.#folder, { recursive: true });
  }
}

const test = base.extend<{ host: Host }>({
  host: async ({}, use) => {
    const host = await Host.start();
    await use(host);
    await host.stop();
  },
  origins: async ({ host }, use) => {
    await use([new URL(host.url).origin]);
  },
});

test('a new version waits while the lab is open and is taken when it is next opened', async ({
  lab,
  page,
  context,
  host,
}) => {
  const isWaiting = (): Promise<boolean> =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration?.update();
      return Boolean(registration?.waiting);
    });
  await lab.open(host.url);
  const title = await page.title();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await lab.useSmoke();
  await host.release();
  await expect.poll(isWaiting).toBe(true);

  // a run in this tab, the lab opened in another: both stay with the version that is open
  await lab.goTo('train');
  await lab.tid(TID.trainStart).click();
  const other = await context.newPage();
  await other.goto(host.url);
  await expect(other.getByTestId(TID.dataPreview)).toBeVisible();
  expect(await other.title()).toBe(title);
  await other.close();
  await lab.trained();
  expect(await page.title()).toBe(title);
  expect(await isWaiting()).toBe(true);

  await page.reload();
  await expect(page).toHaveTitle(NEW_TITLE);
  await lab.hasImages();
  expect(await lab.stored('runs')).toHaveLength(1);
});
