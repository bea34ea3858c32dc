/**
 * @file `npm start [-- --no-open] [--port N]`: install, build, serve, open the browser.
 *
 * Does only what is not done yet, so that a second start is up at once.
 */
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.js';
import { ensureInstalled } from './install.js';
import { openInBrowser } from './open-browser.js';
import { say, stop } from './say.js';

const FIRST_PORT = 4173;
const PORTS_TRIED = 20;

/** @returns {{ open: boolean, port: number | undefined }} */
function options() {
  try {
    const { values } = parseArgs({
      options: {
        open: { type: 'boolean', default: true },
        'no-open': { type: 'boolean', default: false },
        port: { type: 'string' },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      stop(`start: --port: expected a port from 0 to 65535, got ${values.port}`, 2);
    }
    const inCi = Boolean(process.env['CI']);
    return { open: values.open && !values['no-open'] && !inCi, port };
  } catch (error) {
    stop(`start: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

const { open, port } = options();
await ensureInstalled();
await ensureBuilt();
const near = Array.from({ length: PORTS_TRIED }, (_, i) => FIRST_PORT + i);
const { serve } = await import('./serve.js'); // needs what was just installed
try {
  const server = await serve(port === undefined ? [...near, 0] : [port]);
  process.stdout.write(`InstantNet Lab is at ${server.url}  (Ctrl+C ends it)\n`);
  if (open) openInBrowser(server.url);
  const end = () => void server.close().then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
