/** @file Opening an address in the person's own browser. */
import { spawn } from 'node:child_process';

/** Tries once and says nothing where there is no desktop: the address is printed anyway. @param {string} url */
export function openInBrowser(url) {
  const [file = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', url]
        : ['xdg-open', url];
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
