/** @file What each key does in a talk. */

export type TalkAction =
  | 'next'
  | 'back'
  | 'narrower'
  | 'wider'
  | 'metric'
  | 'train'
  | 'map'
  | 'fullscreen'
  | 'panels'
  | 'leave';

const KEYS: Readonly<Record<string, TalkAction>> = {
  ArrowRight: 'next',
  PageDown: 'next',
  ' ': 'next',
  ArrowLeft: 'back',
  PageUp: 'back',
  ArrowDown: 'narrower',
  ArrowUp: 'wider',
  e: 'metric',
  t: 'train',
  m: 'map',
  f: 'fullscreen',
  p: 'panels',
  Escape: 'leave',
};

/** What the foot of a talk tells; the rest follows from it. */
export const KEY_HINTS: readonly { readonly key: string; readonly does: string }[] = [
  { key: '← →', does: 'panels' },
  { key: '1–9', does: 'bit-width' },
  { key: 'E', does: 'energy, latency, EDP' },
  { key: 'T', does: 'train' },
  { key: 'M', does: 'map' },
  { key: 'F', does: 'full screen' },
  { key: 'P', does: 'choose panels' },
  { key: 'Esc', does: 'leave' },
];

/** A control that takes this key itself: a space on a button, arrows in a list or a set of radios. */
function isTaken(key: string, target: EventTarget | null): boolean {
  if (target === null || !(target instanceof Element)) return false;
  if (key === ' ') return target.closest('button, a, summary, input, select') !== null;
  if (key.startsWith('Arrow'))
    return target.closest('input, select, [role="img"][tabindex]') !== null;
  return target.closest('select, textarea, input:not([type=radio], [type=checkbox])') !== null;
}

/** @returns null for a key that means nothing here, or something to the control in focus */
export function talkAction(event: KeyboardEvent): TalkAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (isTaken(key, event.target)) return null;
  return KEYS[key] ?? null;
}

/**
 * The bit-width that a digit means: itself where there is such a width, else the first that begins
 * with it (1 for 16, 3 for 32); 0 is the highest.
 * @param bitWidths ascending
 */
export function widthOfDigit(digit: string, bitWidths: readonly number[]): number | null {
  if (!/^\d$/.test(digit)) return null;
  if (digit === '0') return bitWidths.at(-1) ?? null;
  const exact = bitWidths.find((bits) => String(bits) === digit);
  return exact ?? bitWidths.find((bits) => String(bits).startsWith(digit)) ?? null;
}
