/** One line, whatever a stranger's text in it holds. */
function oneLine(message: string): string {
  return message.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?');
}

/**
 * Bad input: one sentence that says who refused it, what was expected and what came.
 *
 * Thrown for input that a person or a file gave. A broken invariant of our own throws a plain
 * `Error` whose message starts with `internal:`.
 */
export class SpecError extends Error {
  override readonly name = 'SpecError';

  constructor(message: string) {
    super(oneLine(message));
  }
}
