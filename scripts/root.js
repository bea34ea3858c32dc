/** @file Where the project lies, whatever the folder a command is started from. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {...string} parts path below the project's folder */
export function projectPath(...parts) {
  return join(ROOT, ...parts);
}
