/**
 * @file `npm test`: install what is missing, then every check, cheapest first; stops at the first
 * that fails.
 */
import { findBrowser } from './browser.js';
import { npm } from './command.js';
import { ensureInstalled } from './install.js';
import { say, stop } from './say.js';

const STEPS = [
  { title: 'format', script: 'format:check' },
  { title: 'lint and layers', script: 'lint' },
  { title: 'kernels', script: 'build:wasm' },
  { title: 'types', script: 'check' },
  { title: 'unit tests', script: 'test:unit' },
  { title: 'build', script: 'build' },
  { title: 'end-to-end tests', script: 'e2e' },
];

await ensureInstalled();
try {
  say(`Browser: ${await findBrowser()}`);
} catch (error) {
  stop(error instanceof Error ? error.message : String(error));
}
for (const { title, script } of STEPS) {
  const start = performance.now();
  say(`\n— ${title} (npm run ${script})`);
  const status = await npm(['run', '-s', script]);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  if (status !== 0) stop(`\nnpm test: ${title} failed after ${seconds} s (npm run ${script}).`);
  say(`  ${title}: passed in ${seconds} s`);
}
say('\nnpm test: everything passed.');
