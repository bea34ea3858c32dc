import { defineConfig } from '@playwright/test';
import { browserFlags, findBrowser } from '../scripts/browser.js';
import { projectPath } from '../scripts/root.js';
import { freePort } from './free-port.ts';

// every worker process reads this file again: what is found once goes through the environment
process.env['CHROME_PATH'] ??= await findBrowser();
process.env['E2E_PORT'] ??= String(await freePort());
const url = `http://localhost:${process.env['E2E_PORT']}/`;
const isCi = Boolean(process.env['CI']);

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  reporter: [['list']],
  forbidOnly: isCi,
  // a flaky test is told as such; machines there are shared
  retries: isCi ? 1 : 0,
  // each trains a network on all cores there are
  workers: 1,
  // a test trains, maps and looks with axe; on two slow cores that takes minutes
  timeout: 600_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: url,
    viewport: { width: 1280, height: 900 },
    // a trace films the page, which takes half a core; `--trace on` where one is wanted
    trace: 'on-first-retry',
    launchOptions: {
      executablePath: process.env['CHROME_PATH'],
      args: browserFlags(),
    },
  },
  webServer: {
    command: `node "${projectPath('scripts/start.js')}" --no-open --port ${process.env['E2E_PORT']}`,
    url,
    timeout: 180_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 2000 },
  },
});
