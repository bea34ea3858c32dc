/** @file Where a network search stands, as it comes from storage: every bound checked before it is used. */
import * as v from 'valibot';
import type { SpNasState } from '../search/sp-nas.ts';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { MOST_BLOCKS, MOST_CHOICES } from './search-space.ts';

const real = v.pipe(v.number(), v.finite());
const table = listOf(listOf(real, MOST_CHOICES), MOST_BLOCKS);
const stateSchema = v.strictObject({
  step: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  next: v.picklist(['weights', 'architecture']),
  logits: table,
  adam: v.strictObject({
    step: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    means: table,
    squares: table,
  }),
  lambda: v.number(),
  rollBacks: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), // `train/recovery.ts`
});

/**
 * @param choices of each block of the space
 * @throws SpecError for what is no state of a search of that space
 */
export function parseSearchState(value: unknown, choices: readonly number[]): SpNasState {
  const read = v.safeParse(stateSchema, value);
  const isCut = (rows: readonly (readonly number[])[]): boolean =>
    rows.length === choices.length && rows.every((row, i) => row.length === choices[i]);
  if (read.success) {
    const { rollBacks: _rollBacks, ...state } = read.output;
    const { logits, adam } = state;
    if ([logits, adam.means, adam.squares].every(isCut)) return state;
  }
  throw new SpecError(
    `search: expected a checkpoint of a search of ${choices.length} blocks, got something else: start it anew`,
  );
}
