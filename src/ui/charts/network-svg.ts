/** @file Networks as drawings for files: one that a search found, and the graph of a trained one. */
import { formatCount, formatMacs } from '../format.ts';
import { choiceWords, shade } from '../search-figures.ts';
import type { NetworkRow } from '../search-network.ts';
import { drawing, INK, INK_RGB, inkOn, QUIET, tint, widest } from './drawing.ts';
import type { NetworkGraph } from './network-graph.ts';

const ROW_PX = 28;
const BAR_PX = 220;
const GAP_PX = 18;
const BOX_PX = 150;
/** Where boxes begin: lines around them run left of it. */
const BOX_LEFT = 60;
const LANE_PX = 14;

const at = (row: number): number => row * ROW_PX + ROW_PX / 2;

/** A row for each layer: its choice, a bar as wide as its channels, its MACs. */
export function foundSvg(rows: readonly NetworkRow[]): SVGSVGElement {
  const most = Math.max(1, ...rows.map(({ channels }) => channels));
  const choices = rows.map(({ choice }) => (choice === null ? '' : choiceWords(choice).join(' ')));
  const macs = rows.map((row) => formatMacs(row.macs));
  const choiceX = widest(rows.map(({ name }) => name)) + GAP_PX;
  const barX = choiceX + widest(choices) + GAP_PX;
  const macsX = barX + BAR_PX + GAP_PX + 40 + widest(macs);
  const { svg, add } = drawing(macsX, rows.length * ROW_PX);
  rows.forEach((row, r) => {
    const y = at(r) + 4;
    const width = BAR_PX * Math.sqrt(row.channels / most);
    add('text', { x: 0, y, 'font-size': 12, fill: INK }, row.name);
    add('text', { x: choiceX, y, 'font-size': 12, fill: INK }, choices[r]);
    add('rect', {
      ...{ x: barX, y: at(r) - 9, width, height: 18, rx: 3 },
      ...(row.choice === null
        ? { fill: 'none', stroke: QUIET }
        : { fill: tint(INK_RGB, 0.2 + 0.8 * shade(row.costRatio)) }),
    });
    add(
      'text',
      { x: barX + width + 8, y, 'font-size': 12, fill: QUIET },
      formatCount(row.channels),
    );
    add('text', { x: macsX, y, 'font-size': 12, fill: INK, 'text-anchor': 'end' }, macs[r]);
  });
  return svg;
}

/**
 * Boxes from the image to the classes with the lines between them.
 * @param of for each row of the graph, how dark its box is (null: white) and the figure beside it
 */
export function graphSvg(
  { rows, edges }: NetworkGraph,
  of: (row: number) => { readonly strength: number | null; readonly figure: string },
): SVGSVGElement {
  const shown = rows.map((_, row) => of(row));
  const right = BOX_LEFT + BOX_PX + GAP_PX + widest(shown.map(({ figure }) => figure));
  const { svg, add } = drawing(right, rows.length * ROW_PX);
  const line = { fill: 'none', stroke: QUIET, 'stroke-width': 1.5 };
  for (const { from, to, lane } of edges) {
    const stem = BOX_LEFT + 16;
    const x = BOX_LEFT - lane * LANE_PX;
    const d =
      lane === 0
        ? `M${stem} ${at(from)}V${at(to)}`
        : `M${BOX_LEFT} ${at(from) + 4}H${x}V${at(to) - 4}H${BOX_LEFT - 5}`;
    add('path', { d, ...line });
    if (lane > 0) add('path', { d: `M${BOX_LEFT} ${at(to) - 4}l-6 -3.5v7z`, fill: QUIET });
  }
  rows.forEach((row, r) => {
    const { strength, figure } = shown[r] ?? { strength: null, figure: '' };
    const y = at(r) + 4;
    if (row.kind === 'sum') {
      add('circle', { cx: BOX_LEFT + 16, cy: at(r), r: 9, fill: '#ffffff', stroke: QUIET });
      const plus = { x: BOX_LEFT + 16, y, 'font-size': 12, fill: INK, 'text-anchor': 'middle' };
      add('text', plus, '+');
      return;
    }
    add('rect', {
      ...{ x: BOX_LEFT, y: at(r) - 11, width: BOX_PX, height: 22, rx: 4, stroke: QUIET },
      fill: strength === null ? '#ffffff' : tint(INK_RGB, strength),
    });
    add('text', { x: BOX_LEFT + 8, y, 'font-size': 12, fill: inkOn(strength ?? 0) }, row.name);
    add('text', { x: right, y, 'font-size': 12, fill: INK, 'text-anchor': 'end' }, figure);
  });
  return svg;
}
