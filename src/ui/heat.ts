/** @file One scale for figures without an order of bit-widths: from the panel's surface to its ink. */

/** Even the least is seen. */
const LEAST = 0.05;
const MOST = 0.95;

/** @param strength 0 to 1 @returns share of ink, 0 to 1 */
function inkShare(strength: number): number {
  return LEAST + (MOST - LEAST) * Math.min(Math.max(strength, 0), 1);
}

/** A CSS colour that follows the theme. */
export function heatFill(strength: number): string {
  return `color-mix(in srgb, var(--ink) ${(inkShare(strength) * 100).toFixed(1)}%, var(--surface))`;
}

/** Black or white, whichever has 4.5:1 on `heatFill` in each theme (heat.test.ts). */
export function heatInk(strength: number): string {
  const share = inkShare(strength);
  return `light-dark(${share < 0.59 ? '#000' : '#fff'}, ${share < 0.435 ? '#fff' : '#000'})`;
}

/** Where each value stands between the least and the largest; null stays null. */
export function strengthsOf(values: readonly (number | null)[]): (number | null)[] {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v));
  const low = Math.min(...known);
  const high = Math.max(...known);
  return values.map((v) => {
    if (v === null) return null;
    if (!Number.isFinite(v)) return 1;
    return high > low ? (v - low) / (high - low) : 0.5;
  });
}
