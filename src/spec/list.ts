/** @file Lists from outside, counted before any of their items is looked at. */
import * as v from 'valibot';

/** Valibot's own `maxLength` after `array` would look at every item of a list of millions first. */
export function listOf<const T extends v.GenericSchema>(item: T, most: number, least = 0) {
  return v.pipe(v.array(v.unknown()), v.minLength(least), v.maxLength(most), v.array(item));
}
