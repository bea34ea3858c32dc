/** @file Stacked bars as a drawing for a file: on the page they are boxes that can be clicked. */
import type { Rgb } from '../bit-colors.ts';
import { formatEnergy } from '../format.ts';
import { drawing, INK, INK_RGB, tint } from './drawing.ts';
import type { StacksLayout } from './stacks.ts';

const WIDTH = 720;
const LABEL_WIDTH = 190;
const TOTAL_WIDTH = 80;
const BAR_HEIGHT = 26;
const ROW_HEIGHT = 34;
const KEY_HEIGHT = 30;
const KEY_STEP = 100;

export function stacksSvg<Key extends string | number>(
  { names, rows }: StacksLayout<Key>,
  colorOf: (key: Key) => Rgb,
  nameOf: (key: Key) => string,
): SVGSVGElement {
  const { svg, add } = drawing(WIDTH, KEY_HEIGHT + rows.length * ROW_HEIGHT);
  const share = (i: number): number => 1 - (0.8 * i) / Math.max(names.length - 1, 1);
  names.forEach((name, i) => {
    const x = i * KEY_STEP;
    add('rect', { x, y: 2, width: 12, height: 12, rx: 3, fill: tint(INK_RGB, share(i)) });
    add('text', { x: x + 17, y: 12, 'font-size': 11, fill: INK }, name);
  });
  const room = WIDTH - LABEL_WIDTH - TOTAL_WIDTH;
  rows.forEach((row, r) => {
    const top = KEY_HEIGHT + r * ROW_HEIGHT;
    const middle = top + BAR_HEIGHT / 2 + 4;
    add('text', { x: 0, y: middle, 'font-size': 12, fill: INK }, nameOf(row.key));
    let x = LABEL_WIDTH;
    row.parts.forEach((part, i) => {
      const width = part.widthRatio * room;
      const fill = tint(colorOf(row.key), share(i));
      add('rect', { x, y: top, width: Math.max(width - 1, 0), height: BAR_HEIGHT, rx: 2, fill });
      x += width;
    });
    const total = { x: x + 8, y: middle, 'font-size': 12, 'font-weight': 560, fill: INK };
    add('text', total, formatEnergy(row.energyPj));
  });
  return svg;
}
