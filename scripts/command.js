/** @file Running another program and waiting for it. */
import { spawn } from 'node:child_process';
import { ROOT } from './root.js';

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ stdio?: import('node:child_process').StdioOptions, shell?: boolean }} [options]
 *   stdio: by default all output goes to standard error
 * @returns {Promise<number>} exit status; 1 when it cannot be started or a signal ended it
 */
export function command(file, args, { stdio = ['ignore', 2, 2], shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, stdio, shell });
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => child.kill(signal);
    process.once('SIGINT', pass).once('SIGTERM', pass);
    const end = (/** @type {number} */ status) => {
      process.removeListener('SIGINT', pass).removeListener('SIGTERM', pass);
      resolve(status);
    };
    child.once('error', () => end(1));
    child.once('exit', (code) => end(code ?? 1));
  });
}

/**
 * npm as this process was started by, else the one on the path.
 * @param {readonly string[]} args
 */
export function npm(args) {
  const own = process.env['npm_execpath'];
  if (own !== undefined && /npm-cli\.c?js$/.test(own)) {
    return command(process.execPath, [own, ...args]);
  }
  return command('npm', args, { shell: process.platform === 'win32' });
}
