/** @file What a first visit loads before the page shows anything: the files that index.html names. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Scripts of the first load, gzip. The build fails over it. */
export const FIRST_LOAD_BUDGET_KB = 150;

/**
 * @param {string} folder of a build
 * @param {'.js' | '.css'} ending
 * @returns {number} kB, gzip
 */
export function firstLoadKb(folder, ending) {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = readdirSync(join(folder, 'assets')).filter(
    (file) => file.endsWith(ending) && html.includes(file),
  );
  if (files.length === 0)
    throw new Error(`first load: expected ${ending} files in ${folder}, got none`);
  const bytes = files.map((file) => gzipSync(readFileSync(join(folder, 'assets', file))).length);
  return bytes.reduce((total, each) => total + each, 0) / 1000;
}
