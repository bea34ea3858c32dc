/** @file Why the browser's storage took nothing, in words for the reader. */
import { SpecError } from '../util/errors.ts';

/** Browsers say it as a DOMException of this name, newer ones as an error of their own. */
export function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

/** The beginning of a sentence. */
export function storeFault(error: unknown): string {
  if (isQuota(error)) return 'The disk, or the browser’s share of it, is full';
  if (error instanceof SpecError) return 'What is stored cannot be opened any more';
  const name = error instanceof Error ? error.name : typeof error;
  return `The browser’s storage failed (${name})`;
}
