/** @file Drawings for files of what the page shows as boxes and tables: plain colours on white. */
import type { Rgb } from '../bit-colors.ts';

const SVG = 'http://www.w3.org/2000/svg';

export const INK_RGB: Rgb = [21, 23, 27];
export const INK = '#15171b';
/** As text, half of them lighter than this would be hard to read on white. */
export const QUIET = '#636770';
/** Room that a character of 12 px takes, at most. */
export const CHARACTER_PX = 7;

type Attributes = Readonly<Record<string, string | number>>;

export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly add: (tag: string, attributes: Attributes, words?: string) => void;
}

export function drawing(width: number, height: number): Drawing {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return {
    svg,
    add: (tag, attributes, words) => {
      const made = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, String(value));
      if (words !== undefined) made.textContent = words;
      svg.append(made);
    },
  };
}

/** @param share of the colour on white, 0 to 1 */
export function tint(rgb: Rgb, share: number): string {
  const hex = (channel: number): string =>
    Math.round(255 - (255 - channel) * share)
      .toString(16)
      .padStart(2, '0');
  return `#${rgb.map(hex).join('')}`;
}

/** Black or white, whichever reads better on `tint(INK_RGB, share)`. */
export const inkOn = (share: number): string => (share < 0.55 ? INK : '#ffffff');

/** Width of the longest of some words of 12 px. */
export const widest = (words: readonly string[]): number =>
  Math.max(0, ...words.map((word) => word.length)) * CHARACTER_PX;
