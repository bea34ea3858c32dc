import { expect, it } from 'vitest';
import { RUN_COLORS } from '../spec/run-schema.ts';
import { RUN_PALETTE } from './run-colors.ts';

/** @source WCAG 2.2, relative luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

it('there is a colour for every number that a run may have', () => {
  expect(RUN_PALETTE).toHaveLength(RUN_COLORS);
  expect(new Set(RUN_PALETTE.map(({ name }) => name)).size).toBe(RUN_COLORS);
});

it.each(RUN_PALETTE)('$name is readable as text on panels and insets', ({ light, dark }) => {
  for (const surface of ['#ffffff', '#f1f1ed']) {
    expect(contrast(light, surface)).toBeGreaterThanOrEqual(4.5);
  }
  for (const surface of ['#16191e', '#1d2127']) {
    expect(contrast(dark, surface)).toBeGreaterThanOrEqual(4.5);
  }
});
