/** @file Colours for the built-in images: pleasant ones, and pairs that can be told apart. */
import type { Rng } from '../../util/rng.ts';

/** Red, green, blue, each 0 to 1. */
export type Colour = readonly [number, number, number];

/** @param hue in turns @param saturation 0 to 1 @param value 0 to 1 */
export function fromHsv(hue: number, saturation: number, value: number): Colour {
  const channel = (offset: number): number => {
    const k = (offset + hue * 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** @returns how unlike two colours look, 0 to about 1: mostly by lightness, as the eye does */
export function contrast(a: Colour, b: Colour): number {
  const r = a[0] - b[0];
  const g = a[1] - b[1];
  const bl = a[2] - b[2];
  return Math.sqrt(0.3 * r * r + 0.59 * g * g + 0.11 * bl * bl);
}

/** Least and most value (HSV) of a colour, each 0 to 1. */
export type Tone = readonly [number, number];
export const ANY_TONE: Tone = [0.18, 1];
export const DARK_TONE: Tone = [0.12, 0.5];
export const LIGHT_TONE: Tone = [0.62, 1];

/** @returns any colour of the tone, from muted to vivid */
export function anyColour(rng: Rng, tone: Tone): Colour {
  return fromHsv(rng.float(), rng.uniform(0.1, 0.9), rng.uniform(tone[0], tone[1]));
}

/**
 * @param others   colours it must stand out from
 * @param least    wanted contrast to each
 * @returns        the first of a few random colours that has it, or the best of them
 */
export function colourAgainst(
  rng: Rng,
  tone: Tone,
  others: readonly Colour[],
  least: number,
): Colour {
  let best: Colour = [0, 0, 0];
  let bestContrast = -1;
  for (let attempt = 0; attempt < 12; attempt++) {
    const colour = anyColour(rng, tone);
    let worst = Infinity;
    for (const other of others) worst = Math.min(worst, contrast(colour, other));
    if (worst >= least) return colour;
    if (worst > bestContrast) {
      bestContrast = worst;
      best = colour;
    }
  }
  return best;
}
