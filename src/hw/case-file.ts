/**
 * @file The text of a case file: JSON, with a word for the numbers that JSON does not have.
 */
import { SpecError } from '../util/errors.ts';

/** A hundred times the largest case file there is. */
const MAX_CHARACTERS = 64 * 2 ** 20;

/**
 * Parse JSON that some writers fill with NaN or Infinity: those become texts, so that whoever reads
 * the field refuses it by name.
 *
 * @param who what the text is, for the error
 */
export function parseJson(text: string, who: string): unknown {
  if (text.length > MAX_CHARACTERS)
    throw new SpecError(
      `${who}: expected at most ${MAX_CHARACTERS} characters of JSON, got ${text.length}`,
    );
  try {
    return JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(quoteNumberWords(text));
    } catch {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SpecError(`${who}: expected JSON, got text that is none (${reason.slice(0, 120)})`);
    }
  }
}

/** Quote NaN and ±Infinity wherever they stand outside of texts. */
function quoteNumberWords(text: string): string {
  // a text without an end goes to the end: looking for one from every quote would take for ever
  return text.replace(/"(?:[^"\\]|\\[^])*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/g, (match) =>
    match.startsWith('"') ? match : `"${match}"`,
  );
}
