/** @file `npm run dev [-- --port N]`: install, compile the kernels, and Vite's development server. */
import { command, npm } from './command.js';
import { ensureInstalled } from './install.js';
import { projectPath } from './root.js';
import { stop } from './say.js';

await ensureInstalled();
if ((await npm(['run', '-s', 'build:wasm'])) !== 0)
  stop('Compiling the kernels failed (see above).');
const vite = projectPath('node_modules/vite/bin/vite.js');
process.exitCode = await command(process.execPath, [vite, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
