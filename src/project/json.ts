/**
 * @file JSON of a project file: numbers that JSON has no word for survive, and what has no business
 * in data (a prototype, a depth without end) is refused before any schema looks at it.
 */
import { SpecError } from '../util/errors.ts';

const MAX_DEPTH = 40;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
/** Stand for what `JSON.stringify` turns into null; no text of the lab begins with a zero byte. */
const LARGE = { infinity: '\u0000+', negative: '\u0000-' };

/** @returns UTF-8; keys in the order they have, ±Infinity as a number past the range of doubles */
export function writeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === Infinity) return LARGE.infinity;
    if (inner === -Infinity) return LARGE.negative;
    return inner;
  })
    .replaceAll(JSON.stringify(LARGE.infinity), '1e999')
    .replaceAll(JSON.stringify(LARGE.negative), '-1e999');
  return new TextEncoder().encode(text);
}

/** @throws SpecError naming `who` for what is no JSON, too deep, or has a key that is no field */
export function readJson(bytes: Uint8Array, who: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new SpecError(`${who}: expected JSON, got ${bytes.length} bytes of something else`);
  }
  assertPlain(value, who, 0);
  return value;
}

function assertPlain(value: unknown, who: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH)
    throw new SpecError(`${who}: expected at most ${MAX_DEPTH} levels, got more`);
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.includes(key)) throw new SpecError(`${who}: expected no field ${key}, got one`);
    assertPlain((value as Record<string, unknown>)[key], who, depth + 1);
  }
}
