/**
 * @file Dependencies, installed from the lock file when they are not there or not the ones it names.
 *
 * Runs on a bare Node: imports nothing that has to be installed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { npm } from './command.js';
import { projectPath } from './root.js';
import { say, stop } from './say.js';

const OLDEST_NODE = [20, 19];

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage>} by folder, e.g. `node_modules/vite`
 */
function lockedPackages(path) {
  const { packages = {} } = JSON.parse(readFileSync(path, 'utf8'));
  delete packages['']; // the project itself
  return packages;
}

/** Whether node_modules holds every package of the lock file, by npm's own list of what it put there. */
function isInstalled() {
  const listed = projectPath('node_modules/.package-lock.json');
  if (!existsSync(listed)) return false;
  const there = lockedPackages(listed);
  return Object.entries(lockedPackages(projectPath('package-lock.json'))).every(
    ([folder, { version, optional, devOptional }]) =>
      there[folder]?.version === version ||
      // binaries for other platforms
      (there[folder] === undefined && (optional === true || devOptional === true)),
  );
}

/** Must come before any import of a dependency. Ends the process when it cannot be done. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    stop(`The lab needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  }
  if (isInstalled()) return;
  say('Installing the dependencies named in package-lock.json …');
  const status = await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    stop(`Installing the dependencies failed: \`npm ci\` ended with status ${status} (see above).`);
  }
}
