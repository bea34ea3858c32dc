/** @file Words for the person at the terminal: standard error, so that standard output stays data. */

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * One sentence and the end.
 * @param {string} sentence
 * @param {number} [status] 1: it failed; 2: bad input
 * @returns {never}
 */
export function stop(sentence, status = 1) {
  say(sentence);
  process.exit(status);
}
