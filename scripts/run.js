/**
 * @file `npm run -s lab|map|cost|bench|pretrain|screenshots -- …`: install, compile the kernels, run the TypeScript file.
 *
 * Arguments and exit status go through; standard output is the command's alone.
 */
import { command, npm } from './command.js';
import { ensureInstalled } from './install.js';
import { nodeFlags } from './node-flags.js';
import { projectPath } from './root.js';
import { stop } from './say.js';

/** @type {Record<string, { file: string, wasm: boolean }>} */
const COMMANDS = {
  lab: { file: 'scripts/lab.ts', wasm: false }, // the page's build compiles them
  map: { file: 'scripts/map.ts', wasm: false },
  cost: { file: 'scripts/cost.ts', wasm: false },
  pretrain: { file: 'scripts/pretrain.ts', wasm: false },
  screenshots: { file: 'scripts/screenshots.ts', wasm: false },
  bench: { file: 'bench/run.ts', wasm: true },
};

const [name = '', ...args] = process.argv.slice(2);
const chosen = COMMANDS[name];
if (chosen === undefined) {
  stop(`run: expected one of ${Object.keys(COMMANDS).join(', ')}, got ${name || 'nothing'}`, 2);
}
await ensureInstalled();
if (chosen.wasm && (await npm(['run', '-s', 'build:wasm'])) !== 0) {
  stop('Compiling the kernels failed (see above).');
}
process.exitCode = await command(
  process.execPath,
  [...nodeFlags(), '--import', 'tsx', projectPath(chosen.file), ...args],
  { stdio: 'inherit' },
);
