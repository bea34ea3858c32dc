/**
 * @file A Chromium for tests and headless runs: the one named in CHROME_PATH, one that is installed,
 * Playwright's own, or one installed now.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { command } from './command.js';
import { projectPath } from './root.js';
import { say } from './say.js';

const ON_PATH = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const ON_MACOS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const ON_WINDOWS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** @returns {string[]} where a browser may be, best first; not all of them are there */
function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['/Applications', join(process.env['HOME'] ?? '', 'Applications')].flatMap((folder) =>
      ON_MACOS.map((app) => join(folder, app)),
    );
  }
  if (process.platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
      .flatMap((name) => process.env[name] ?? [])
      .flatMap((folder) => ON_WINDOWS.map((file) => join(folder, file)));
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** A launcher may be there without its browser (Ubuntu's snap stub): ask for the version. @param {string} path */
function works(path) {
  if (!existsSync(path)) return false;
  if (process.platform === 'win32') return true; // `--version` opens a window there
  return spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' }).status === 0;
}

async function playwrightPath() {
  const { chromium } = await import('@playwright/test');
  return chromium.executablePath();
}

/** @returns {boolean} whether this is a Debian (or kin) whose packages we may install */
function canInstallPackages() {
  return (
    process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
  );
}

async function install() {
  if (canInstallPackages()) {
    say('Installing Chromium from the distribution …');
    await command('apt-get', ['update', '-qq']);
    await command('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
    const path = usualPlaces().find(works);
    if (path !== undefined) return path;
  }
  say("Installing Playwright's Chromium …");
  const cli = projectPath('node_modules/@playwright/test/cli.js');
  await command(process.execPath, [cli, 'install', '--no-shell', 'chromium']);
  const path = await playwrightPath();
  return works(path) ? path : undefined;
}

/**
 * @returns {Promise<string>} path of a Chromium, Chrome or Edge that starts
 * @throws {Error} one sentence: what to do
 */
export async function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (works(named)) return named;
    throw new Error(`CHROME_PATH: expected the path of a Chrome or Chromium, got ${named}`);
  }
  const found = [...usualPlaces(), await playwrightPath()].find(works) ?? (await install());
  if (found !== undefined) return found;
  throw new Error(
    'No browser was found and none could be installed: install Chrome, Chromium or Edge, or set CHROME_PATH to one.',
  );
}

/**
 * @param {{ softwareGpu?: boolean }} [options] softwareGpu: WebGPU on the processor, which is slow,
 *   but the same everywhere
 * @returns {string[]} command-line flags: quiet, and with WebGPU
 */
export function browserFlags({ softwareGpu = false } = {}) {
  return [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--enable-unsafe-webgpu',
    ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : []),
    ...(softwareGpu ? ['--use-webgpu-adapter=swiftshader'] : []),
    // Chromium's sandbox refuses to start as root
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}
