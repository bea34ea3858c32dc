/**
 * @file One colour per bit-width, everywhere: an ordered ramp from warm (2 bits) to deep (32 bits).
 *
 * Hue and lightness both move one way along log2(bits), so the order survives colour blindness and
 * grey print. Marks have at least 3:1 against the panel surface, text variants at least 4.5:1
 * (bit-colors.test.ts). Values come as CSS `light-dark()`, so a theme switch needs no redraw.
 */

/** OKLCH: lightness 0 to 1, chroma, hue in degrees. */
type Oklch = readonly [lightness: number, chroma: number, hue: number];

/** Stops at 2, 4, 8, 16 and 32 bits. */
const LIGHT_STOPS: readonly Oklch[] = [
  [0.648, 0.175, 50],
  [0.595, 0.205, 18],
  [0.495, 0.205, 345],
  [0.4, 0.19, 305],
  [0.3, 0.145, 275],
];
const DARK_STOPS: readonly Oklch[] = [
  [0.865, 0.155, 85],
  [0.77, 0.16, 50],
  [0.7, 0.185, 5],
  [0.66, 0.185, 318],
  [0.61, 0.175, 278],
];

/** Text of the warm end must be darker than its marks to stay readable on light surfaces. */
const LIGHT_TEXT_MAX_LIGHTNESS = 0.545;
const DARK_TEXT_MIN_LIGHTNESS = 0.7;

export type Theme = 'light' | 'dark';
export type Rgb = readonly [red: number, green: number, blue: number];

function stopAt(stops: readonly Oklch[], bits: number): Oklch {
  const at = Math.min(Math.max(Math.log2(bits / 2), 0), stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const from = stops[low] ?? [0, 0, 0];
  const to = stops[low + 1] ?? from;
  const t = at - low;
  const turn = ((to[2] - from[2] + 540) % 360) - 180; // the short way round
  return [
    from[0] + (to[0] - from[0]) * t,
    from[1] + (to[1] - from[1]) * t,
    (from[2] + turn * t + 360) % 360,
  ];
}

/** @returns sRGB 0 to 255, clipped. @source Ottosson, "A perceptual color space", 2020. */
function oklchToRgb([lightness, chroma, hue]: Oklch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channel = (linear: number): number => {
    const v = Math.min(Math.max(linear, 0), 1);
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  };
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const hex = (rgb: Rgb): string => `#${rgb.map((c) => c.toString(16).padStart(2, '0')).join('')}`;

/** @param bits 2 to 32 */
export function bitRgb(bits: number, theme: Theme, use: 'mark' | 'text' = 'mark'): Rgb {
  const [lightness, chroma, hue] = stopAt(theme === 'light' ? LIGHT_STOPS : DARK_STOPS, bits);
  if (use === 'mark') return oklchToRgb([lightness, chroma, hue]);
  return theme === 'light'
    ? oklchToRgb([Math.min(lightness, LIGHT_TEXT_MAX_LIGHTNESS), chroma * 0.86, hue])
    : oklchToRgb([Math.max(lightness, DARK_TEXT_MIN_LIGHTNESS), chroma * 0.86, hue]);
}

const cache = new Map<string, string>();

function themed(bits: number, use: 'mark' | 'text'): string {
  const key = `${use}${bits}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = `light-dark(${hex(bitRgb(bits, 'light', use))}, ${hex(bitRgb(bits, 'dark', use))})`;
  cache.set(key, value);
  return value;
}

/** For lines, bars, marks and badges. */
export function bitColor(bits: number): string {
  return themed(bits, 'mark');
}

/** For figures and words on a panel surface. */
export function bitTextColor(bits: number): string {
  return themed(bits, 'text');
}

/** Black or white, whichever is easier to read on the mark colour: always 4.5:1. */
export function bitInk(bits: number): string {
  return `light-dark(${inkOn(bitRgb(bits, 'light'))}, ${inkOn(bitRgb(bits, 'dark'))})`;
}

/** @source WCAG 2.2, relative luminance; black and white contrast alike at 0.179 */
function inkOn(rgb: Rgb): string {
  const [r, g, b] = rgb.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}
