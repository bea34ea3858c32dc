/** @file Build the page when its sources are not the ones that the last build was made from. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { npm } from './command.js';
import { projectPath } from './root.js';
import { say, stop } from './say.js';

const SOURCES = [
  'embed.html',
  'index.html',
  'lab.html',
  'package-lock.json',
  'public',
  'recipes',
  'scripts/build-wasm.js',
  'scripts/headers.js',
  'src',
  'svelte.config.js',
  'vite.config.ts',
  'workers',
];
const STAMP = projectPath('.cache/built-from');

/** @param {string} path @returns {string[]} the file, or all files below the folder, sorted */
function filesBelow(path) {
  if (!existsSync(projectPath(path))) return [];
  if (!statSync(projectPath(path)).isDirectory()) return [path];
  return readdirSync(projectPath(path))
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

/** @returns 64 hex digits over the names and contents of everything the page is built from */
export function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesBelow)) {
    if (/\.test\.ts$/.test(file)) continue;
    hash.update(`${file}\0`).update(readFileSync(projectPath(file)));
  }
  return hash.digest('hex');
}

/** Ends the process when the build fails. */
export async function ensureBuilt() {
  const hash = sourcesHash();
  const built =
    existsSync(projectPath('dist/index.html')) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === hash;
  if (built) return;
  say('Building the page …');
  const status = await npm(['run', '-s', 'build', '--', '--logLevel', 'warn']);
  if (status !== 0) stop(`Building the page failed with status ${status} (see above).`);
  mkdirSync(projectPath('.cache'), { recursive: true });
  writeFileSync(STAMP, hash);
}
