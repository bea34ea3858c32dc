import { describe, expect, it } from 'vitest';
import { bitInk, bitRgb } from './bit-colors.ts';
import type { Rgb, Theme } from './bit-colors.ts';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32];
/** Panel and page surfaces of app.css. */
const SURFACES: Record<Theme, Rgb[]> = {
  light: [
    [255, 255, 255],
    [246, 246, 243],
  ],
  dark: [
    [22, 25, 30],
    [14, 16, 19],
  ],
};

const linear = (c: number): number =>
  c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
/** WCAG 2.2 relative luminance. */
const luminance = ([r, g, b]: Rgb): number =>
  0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const contrast = (a: Rgb, b: Rgb): number => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
};

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB. */
const BLINDNESS: Record<string, number[][]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE L*a*b* of linear RGB, D65. */
function lab([r, g, b]: number[]): [number, number, number] {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29);
  const [R = 0, G = 0, B = 0] = [r, g, b];
  const x = f((0.4124 * R + 0.3576 * G + 0.1805 * B) / 0.9505);
  const y = f(0.2126 * R + 0.7152 * G + 0.0722 * B);
  const z = f((0.0193 * R + 0.1192 * G + 0.9505 * B) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(['light', 'dark'] as const)('bit colours on %s', (theme) => {
  it('marks stand out 3:1 and text 4.5:1 from every surface', () => {
    for (const bits of WIDTHS)
      for (const surface of SURFACES[theme]) {
        expect(contrast(bitRgb(bits, theme), surface), `${bits} mark`).toBeGreaterThanOrEqual(3);
        expect(
          contrast(bitRgb(bits, theme, 'text'), surface),
          `${bits} text`,
        ).toBeGreaterThanOrEqual(4.5);
      }
  });

  it('words on a mark are readable: 4.5:1', () => {
    for (const bits of WIDTHS) {
      const [light, dark] = bitInk(bits).match(/#\w+/g) ?? [];
      const ink: Rgb = (theme === 'light' ? light : dark) === '#000' ? [0, 0, 0] : [255, 255, 255];
      expect(contrast(bitRgb(bits, theme), ink), `${bits}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('gets darker from the lowest to the highest width, so the order survives grey', () => {
    const levels = WIDTHS.map((bits) => luminance(bitRgb(bits, theme)));
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
  });

  it.each(Object.keys(BLINDNESS))('keeps 2, 4, 8, 16 and 32 bits apart under %s', (kind) => {
    const seen = [2, 4, 8, 16, 32].map((bits) => {
      const rgb = bitRgb(bits, theme).map(linear);
      return lab(
        (BLINDNESS[kind] ?? []).map((row) => row.reduce((sum, w, i) => sum + w * (rgb[i] ?? 0), 0)),
      );
    });
    for (let i = 1; i < seen.length; i++) {
      const [a, b] = [seen[i - 1], seen[i]];
      if (!a || !b) throw new Error('internal: no colour');
      // CIE76 distance; 2.3 is just noticeable, 8 is told apart at a glance
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(8);
    }
  });
});
