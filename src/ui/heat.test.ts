import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { heatFill, heatInk, strengthsOf } from './heat.ts';

const css = readFileSync(join(import.meta.dirname, '../app/app.css'), 'utf8');

/** A token of the page as [light, dark]. */
function token(name: string): string[] {
  const [, light = '', dark = ''] =
    new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
  return [light, dark];
}

const channels = (hex: string): number[] =>
  (hex.length === 4 ? [...hex.slice(1)].map((c) => c + c) : (hex.slice(1).match(/../g) ?? [])).map(
    (part) => parseInt(part, 16),
  );

/** WCAG 2.2 relative luminance. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

it('has text of 4.5:1 at every strength in both themes', () => {
  for (const theme of [0, 1]) {
    const ink = channels(token('ink')[theme] ?? '');
    const surface = channels(token('surface')[theme] ?? '');
    expect([...ink, ...surface].every(Number.isFinite) && ink.length === 3).toBe(true);
    for (let strength = 0; strength <= 1; strength += 0.005) {
      const share = Number(/([\d.]+)%/.exec(heatFill(strength))?.[1]) / 100;
      const fill = luminance(ink.map((c, i) => share * c + (1 - share) * (surface[i] ?? 0)));
      const text = luminance(channels(heatInk(strength).match(/#\w+/g)?.[theme] ?? ''));
      const ratio = (Math.max(fill, text) + 0.05) / (Math.min(fill, text) + 0.05);
      expect(ratio, `theme ${theme}, strength ${strength}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

it('places values between the least and the largest', () => {
  expect(strengthsOf([1, null, 3, 2, Infinity])).toEqual([0, null, 1, 0.5, 1]);
  expect(strengthsOf([4, 4])).toEqual([0.5, 0.5]);
});
