import { serve } from '../scripts/serve.js';
import { expect, test as base } from './lab-test.ts';
import { TID } from '../src/ui/testids.ts';

/** A server of the test's own, to be stopped in the middle. */
const test = base.extend<{ server: Awaited<ReturnType<typeof serve>> }>({
  server: async ({}, use) => {
    const server = await serve([0]);
    await use(server);
    await server.close();
  },
  origins: async ({ server }, use) => {
    await use([new URL(server.url).origin]);
  },
});

test('after one visit the whole path works with the server gone and the network off', async ({
  lab,
  page,
  context,
  server,
}) => {
  await lab.open(server.url);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await server.close();
  await context.setOffline(true);

  await page.goto('about:blank');
  await lab.open(server.url);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await lab.trainAndMap();
  await lab.goTo('trade');
  await expect(lab.tid(TID.tradeTable).locator('tbody tr')).toHaveCount(4);
});
