/** @file A grid of shaded cells as a drawing for a file: on the page its cells can be walked through. */
import type { Rgb } from '../bit-colors.ts';
import { drawing, INK, INK_RGB, inkOn, QUIET, tint, widest } from './drawing.ts';

export interface GridRow {
  readonly name: string;
  /** Of its cells; left out: ink. */
  readonly rgb?: Rgb;
  /** level: share of the row's colour, 0 to 1; null: nothing there. */
  readonly cells: readonly { readonly level: number | null; readonly text?: string }[];
  /** Cell with a frame. */
  readonly pick?: number;
}

const LEAST_CELL_PX = 26;
const MOST_WIDTH_PX = 1200;
const ROW_PX = 28;
const HEAD_PX = 22;
const GAP_PX = 10;

/** @param columns names over the cells; none: no line for them */
export function gridSvg(rows: readonly GridRow[], columns: readonly string[]): SVGSVGElement {
  const left = widest(rows.map(({ name }) => name)) + GAP_PX;
  const count = Math.max(1, ...rows.map(({ cells }) => cells.length));
  const wanted = Math.max(LEAST_CELL_PX, widest(columns) + GAP_PX);
  const cell = Math.min(wanted, MOST_WIDTH_PX / count);
  const head = columns.length > 0 ? HEAD_PX : 0;
  const { svg, add } = drawing(left + count * cell + 2, head + rows.length * ROW_PX + 2);
  const words = { 'font-size': 12, 'text-anchor': 'middle' };
  columns.forEach((name, c) => {
    add('text', { x: left + (c + 0.5) * cell, y: 14, fill: QUIET, ...words }, name);
  });
  rows.forEach(({ name, rgb = INK_RGB, cells, pick }, r) => {
    const top = head + r * ROW_PX;
    const baseline = top + ROW_PX / 2 + 4;
    add('text', { x: 0, y: baseline, 'font-size': 12, fill: INK }, name);
    cells.forEach(({ level, text }, c) => {
      if (level === null) return;
      const x = left + c * cell;
      add('rect', {
        ...{ x: x + 1, y: top + 1, width: Math.max(cell - 2, 1), height: ROW_PX - 2, rx: 2 },
        fill: tint(rgb, level),
        ...(pick === c && { stroke: INK, 'stroke-width': 2 }),
      });
      if (text !== undefined)
        add('text', { x: x + cell / 2, y: baseline, fill: inkOn(level), ...words }, text);
    });
  });
  return svg;
}
