/** @file Bit-widths: which there are, and what a set of them must look like. */
import * as v from 'valibot';
import { listOf } from './list.ts';

/** "32" means fp32: not quantized. */
export const FULL_PRECISION = 32;

/** In one set. */
export const MOST_WIDTHS = 6;

/** One width: 2 to 16, or 32. */
export const bitWidthSchema = v.pipe(
  v.number(),
  v.integer(),
  v.check(
    (bits) => (bits >= 2 && bits <= 16) || bits === FULL_PRECISION,
    'expected a bit-width from 2 to 16, or 32',
  ),
);

/** Two to six widths, each 2 to 16 or 32, ascending. */
export const bitWidthsSchema = v.pipe(
  listOf(bitWidthSchema, MOST_WIDTHS, 2),
  v.check(
    (set) => set.every((bits, i) => i === 0 || bits > (set[i - 1] ?? Infinity)),
    'expected bit-widths in ascending order, each once',
  ),
);

export type BitWidths = readonly number[];

/**
 * Widths of weights and of activations where they are set apart: one of each per bit-width of the
 * recipe, in its order. What is left out follows the recipe's.
 */
export const precisionSchema = v.strictObject({
  weights: v.exactOptional(listOf(bitWidthSchema, MOST_WIDTHS)),
  activations: v.exactOptional(listOf(bitWidthSchema, MOST_WIDTHS)),
});

export type PrecisionSpec = v.InferOutput<typeof precisionSchema>;

/** Widths of the operands of a layer; 32 is not quantized. */
export interface Precision {
  readonly weights: number;
  readonly activations: number;
}

/**
 * What each bit-width of a recipe stands for.
 * @returns by bit-width, ascending
 */
export function precisionsOf(
  bitWidths: BitWidths,
  spec: PrecisionSpec = {},
): ReadonlyMap<number, Precision> {
  return new Map(
    bitWidths.map((bits, i) => [
      bits,
      { weights: spec.weights?.[i] ?? bits, activations: spec.activations?.[i] ?? bits },
    ]),
  );
}

/**
 * Why widths set apart are not one ordered set, as the end of a sentence; null where they are.
 *
 * One rule of order: from one bit-width to the next, neither operand gets narrower and one gets
 * wider; a bit-width is named after one of its two.
 */
export function precisionFault(bitWidths: BitWidths, spec: PrecisionSpec): string | null {
  for (const list of [spec.weights, spec.activations]) {
    if (list !== undefined && list.length !== bitWidths.length) {
      return `expected one width for each of the ${bitWidths.length} bit-widths, got ${list.length}`;
    }
  }
  let before: Precision = { weights: 0, activations: 0 };
  for (const [bits, precision] of precisionsOf(bitWidths, spec)) {
    const { weights, activations } = precision;
    const got = `got ${weights}/${activations} at ${bits}`;
    if (weights !== bits && activations !== bits) {
      return `expected weights or activations of the width that names them, ${got}`;
    }
    const narrower = weights < before.weights || activations < before.activations;
    const same = weights === before.weights && activations === before.activations;
    if (narrower || same) return `expected widths in ascending order, ${got}`;
    before = precision;
  }
  return null;
}
