/** @file Layout of networks compared: accuracy up, cost to the right, a shape for each network. */
import {
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { paretoFront } from '../../util/pareto.ts';
import { axisOf, padded, plotOf } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';
import { placeLabels } from './place-labels.ts';

export interface ResultSeries {
  readonly id: string;
  /** Which of the shapes. */
  readonly shape: number;
  readonly points: readonly {
    readonly bits: number;
    readonly cost: number;
    readonly accuracy: number;
  }[];
}

export interface ResultMark {
  readonly id: string;
  readonly bits: number;
  readonly x: number;
  readonly y: number;
  /** Around the origin. */
  readonly path: string;
  /** Middle of the words beside it. */
  readonly label: { readonly x: number; readonly y: number };
}

export interface ResultsLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly isLog: boolean;
  readonly marks: readonly ResultMark[];
  /** One a network, through its marks. */
  readonly lines: readonly { readonly id: string; readonly path: string }[];
  /** Marks that no other beats, cheapest first, and a line through them. */
  readonly front: { readonly marks: readonly ResultMark[]; readonly path: string };
}

const SHAPES = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolStar,
  symbolWye,
] as const;
const MARK_AREA = 130;
const MARGINS = { top: 18, right: 24, bottom: 46, left: 52 };
const LOG_FROM_RATIO = 6;

/** A shape by its number, as a path around the origin. */
export function shapePath(shape: number, area = MARK_AREA): string {
  return symbol(SHAPES[shape % SHAPES.length], area)() ?? '';
}

export function layoutResults(
  series: readonly ResultSeries[],
  size: Size,
  formatCost: (value: number) => string,
): ResultsLayout {
  const plot = plotOf(size, MARGINS);
  const all = series.flatMap(({ points }) => points);
  const costs = all.map(({ cost }) => cost);
  const isLog = Math.min(...costs) > 0 && Math.max(...costs) / Math.min(...costs) > LOG_FROM_RATIO;
  const x = axisOf({
    domain: padded(costs, { log: isLog, margin: 0.1 }),
    range: [plot.left, plot.right],
    format: formatCost,
    count: Math.max(2, Math.floor((plot.right - plot.left) / 95)),
    log: isLog,
  });
  const [low, high] = padded(
    all.map(({ accuracy }) => accuracy),
    { margin: 0.12 },
  );
  const y = axisOf({
    domain: [Math.max(0, low), Math.min(1, high)],
    range: [plot.bottom, plot.top],
    format: (v) => `${Math.round(v * 1000) / 10} %`,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 50)),
  });
  const places = series.flatMap(({ id, shape, points }) =>
    points.map(({ bits, cost, accuracy }) => ({
      id,
      bits,
      x: x.scale(cost),
      y: y.scale(accuracy),
      path: shapePath(shape),
    })),
  );
  const labels = placeLabels(
    places.map((mark) => ({ x: mark.x, y: mark.y, text: String(mark.bits) })),
    plot,
  );
  const marks = places.map((mark, i): ResultMark => ({ ...mark, label: labels[i] ?? mark }));
  const lines = series.map(({ id, points }) => ({
    id,
    path:
      line<(typeof points)[number]>(
        (p) => x.scale(p.cost),
        (p) => y.scale(p.accuracy),
      )(points) ?? '',
  }));
  const left = paretoFront(
    marks,
    (mark) => mark.x,
    (mark) => -mark.y,
  );
  const path = line<ResultMark>(
    (mark) => mark.x,
    (mark) => mark.y,
  )(left);
  return { plot, x, y, isLog, marks, lines, front: { marks: left, path: path ?? '' } };
}
