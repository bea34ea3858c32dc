/** @file Usual ways to set the widths of weights and activations, by name. */
import { FULL_PRECISION } from '../spec/bits.ts';
import type { PrecisionSpec } from '../spec/bits.ts';

export const PRECISION_PRESETS = ['same', 'weights only', 'activations only', 'apart'] as const;
export type PrecisionPreset = (typeof PRECISION_PRESETS)[number];

/** @returns undefined where nothing is set apart */
export function precisionOf(
  preset: PrecisionPreset,
  bitWidths: readonly number[],
): PrecisionSpec | undefined {
  const full = bitWidths.map(() => FULL_PRECISION);
  switch (preset) {
    case 'same':
      return undefined;
    case 'weights only':
      return { activations: full };
    case 'activations only':
      return { weights: full };
    case 'apart':
      return { weights: [...bitWidths], activations: [...bitWidths] };
    default:
      return preset satisfies never;
  }
}

export function presetOf(precision: PrecisionSpec | undefined): PrecisionPreset {
  if (precision === undefined) return 'same';
  const { weights, activations } = precision;
  const isFull = (list: readonly number[]): boolean =>
    list.every((bits) => bits === FULL_PRECISION);
  if (weights === undefined && activations && isFull(activations)) return 'weights only';
  if (activations === undefined && weights && isFull(weights)) return 'activations only';
  return 'apart';
}
