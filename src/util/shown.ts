/** @file A value from outside in a few words, for the end of a sentence that refuses it. */

const MOST_CHARACTERS = 40;
const MOST_ITEMS = 8;

/** E.g. `"abc"`, `[2, 2]`, `a list of 300`, `an object`, `nothing`. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const cut = value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
    return `"${cut}"`;
  }
  if (Array.isArray(value)) {
    const isShort = value.length > 0 && value.length <= MOST_ITEMS;
    return isShort && value.every((item) => typeof item === 'number' || typeof item === 'string')
      ? `[${value.map((item) => String(item).slice(0, MOST_CHARACTERS)).join(', ')}]`
      : `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
