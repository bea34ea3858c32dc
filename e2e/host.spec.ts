import { headersOf } from '../scripts/headers.js';
import { expect, test } from './lab-test.ts';

test('every kind of file comes with the headers of a real host', async ({ lab, page, request }) => {
  const kinds = new Set<string>();
  page.on('response', (response) => kinds.add(new URL(response.url()).pathname));
  await lab.open();
  for (const path of [
    '/',
    '/index.html',
    '/embed.html',
    '/sw.js',
    '/manifest.webmanifest',
    '/nothing-here',
    ...kinds,
  ]) {
    const headers = (await request.get(path)).headers();
    for (const [name, value] of Object.entries(headersOf(path))) {
      expect(headers[name.toLowerCase()], `${name} of ${path}`).toBe(value);
    }
  }
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('no script of another origin is started', async ({ lab, page }) => {
  await lab.open();
  const outcomes = await page.evaluate(() => {
    const attempts: Record<string, () => unknown> = {
      'a worker': () => new Worker('https://example.invalid/worker.js'),
      'a script': () =>
        (document.createElement('script').src = 'https://example.invalid/script.js'),
    };
    return Object.entries(attempts).map(([name, attempt]) => {
      try {
        attempt();
        return `${name}: ran`;
      } catch (error) {
        return `${name}: ${error instanceof Error ? error.name : String(error)}`;
      }
    });
  });
  expect(outcomes).toEqual(['a worker: TypeError', 'a script: TypeError']);
});
