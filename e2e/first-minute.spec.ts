import { unzipSync } from 'fflate';
import { serve } from '../scripts/serve.js';
import { TID } from '../src/ui/testids.ts';
import { expect, test as base } from './lab-test.ts';
import { FirstMinutePage } from './pages/FirstMinutePage.ts';

/** A server of the test's own, to be stopped in the middle; and a page that nobody has opened before. */
const test = base.extend<{
  first: FirstMinutePage;
  server: Awaited<ReturnType<typeof serve>>;
}>({
  server: async ({}, use) => {
    const server = await serve([0]);
    await use(server);
    await server.close();
  },
  origins: async ({ server }, use) => {
    await use([new URL(server.url).origin]);
  },
  first: async ({ page }, use) => {
    await use(new FirstMinutePage(page));
  },
});

test.use({ isFirstVisit: true });

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('a first visit opens on a finished run whose bit-width can be flipped, offline too', async ({
  first,
  page,
  context,
  server,
}) => {
  await first.arrive(server.url);
  const widths: string[][] = [];
  for (const bits of [32, 8, 4, 2]) widths.push(await first.flip(bits));
  for (const figure of [0, 1, 2, 3, 4]) {
    expect(new Set(widths.map((said) => said[figure])).size, `figure ${figure}`).toBeGreaterThan(2);
  }
  // what is shown at once is what the network says when it is asked: another image needs a worker
  await first.hasImages();
  await first.choose(TID.imageOption(39));
  await expect(first.tid(TID.predictions)).toContainText('%');

  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await server.close();
  await context.setOffline(true);
  await page.goto('about:blank');
  await first.arrive(server.url);
  expect(await first.flip(8)).toEqual(widths[1]);

  // the run can be deleted, stays away, and can be had again
  const drawer = await first.openRuns();
  await drawer.getByTestId(TID.runDelete).click();
  await page.reload();
  await first.hasImages();
  await expect(first.panel).toHaveCount(0);
  await first.openRuns();
  await first.tid(TID.examples).click();
  await first.tid(TID.example('quick.instantnet')).click();
  await expect(first.panel).toBeVisible();
  expect(await first.flip(2)).toEqual(widths[3]);

  // the way to a run of one's own
  await first.tid(TID.firstTrain).click();
  await expect(first.tid(TID.trainStatus)).toHaveText('Training', { timeout: 60_000 });
  await expect(page.locator('#train-title')).toBeFocused();
  await first.tid(TID.trainStop).click();
  await expect(first.tid(TID.trainStatus)).toHaveText('Stopped early', { timeout: 60_000 });
});

test('a project file brings runs to another profile, byte for byte, and files can be read', async ({
  first,
  page,
  server,
  browser,
}) => {
  await first.arrive(server.url);
  const saved = await first.save((await first.openRuns()).getByTestId(TID.runExport));
  expect(saved.name).toBe('quick.instantnet');

  const context = await browser.newContext({ baseURL: server.url });
  await context.addInitScript(() => localStorage.setItem('instantnet-lab.examples', 'seen'));
  const other = new FirstMinutePage(await context.newPage());
  await other.open(server.url);
  await other.openRuns();
  const torn = saved.bytes.subarray(0, saved.bytes.length / 2);
  await other.importProject({ name: 'torn.instantnet', bytes: Buffer.from(torn) });
  await expect(other.tid(TID.runs).getByTestId(TID.projectAlert)).toContainText(
    'torn.instantnet: expected',
  );
  expect(await other.stored('runs')).toEqual([]);
  await other.importProject(saved);
  await expect(other.tid(TID.projectSaid)).toHaveText('1 run imported.');
  await other.importProject(saved);
  await expect(other.tid(TID.projectSaid)).toHaveText('1 run was here already, to the byte.');
  const again = await other.save(other.tid(TID.runs).getByTestId(TID.runExport));
  expect(again.bytes.equals(saved.bytes)).toBe(true);
  await context.close();

  // what can be saved of it
  await page.getByRole('button', { name: 'Close' }).click();
  await first.goTo('trade');
  const trade = first.tid(TID.bench('trade'));
  const chart = await first.save(trade.getByTestId(TID.chartSave('svg')));
  const reader = await browser.newContext();
  const svg = await (
    await reader.newPage()
  ).evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
    const drawn = [...parsed.querySelectorAll('circle, path, text')];
    return {
      errors: parsed.querySelectorAll('parsererror').length,
      words: parsed.documentElement.textContent,
      styled: drawn.filter((mark) => mark.hasAttribute('fill')).length / drawn.length,
      left: /light-dark|var\(--|class=/.test(source),
    };
  }, text(chart.bytes));
  await reader.close();
  expect(svg).toMatchObject({ errors: 0, styled: 1, left: false });
  for (const words of ['Accuracy against Energy', 'Test accuracy (%)', 'per image', '32-bit']) {
    expect(svg.words).toContain(words);
  }
  const png = await first.save(trade.getByTestId(TID.chartSave('png')));
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(600); // pixels wide
  const csv = await first.save(trade.getByTestId(TID.chartSave('csv')));
  const [head = '', ...rows] = text(csv.bytes).trim().split('\r\n');
  expect(head).toContain('energy per image (pJ)');
  expect(rows.map((row) => row.split(',').length)).toEqual([5, 5, 5, 5]);
  const log = await first.save(first.tid(TID.takeLog('json')));
  expect((JSON.parse(text(log.bytes)) as unknown[]).length).toBeGreaterThan(10);
  const weights = unzipSync((await first.save(first.tid(TID.takeWeights))).bytes);
  expect(JSON.parse(text(weights['model.json'] ?? new Uint8Array(0)))).toHaveProperty(
    'weightsManifest',
  );
  await first.tid(TID.takeAway).getByText('Methods paragraph').click();
  await expect(first.tid(TID.methods)).toContainText('DAC 2021');
});
