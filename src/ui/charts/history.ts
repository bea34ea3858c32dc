/** @file Layout of one value over steps: a line, perhaps a second, perhaps a band to stay in. */
import { line } from 'd3-shape';
import type { SeriesPoint } from '../../state/log-series.ts';
import { formatCount } from '../format.ts';
import { axisOf, plotOf } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';

export interface HistoryOptions {
  readonly format: (value: number) => string;
  readonly xMax: number;
  readonly band?: { readonly low: number; readonly high: number; readonly target: number };
  /** Left out: from the data. */
  readonly yDomain?: readonly [number, number];
  readonly isSmall?: boolean;
}

export interface HistoryLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly path: string;
  readonly second: string;
  /** The newest point of the line. */
  readonly end: { readonly x: number; readonly y: number } | null;
  readonly band: { readonly top: number; readonly bottom: number; readonly target: number } | null;
}

const MARGINS = { top: 10, right: 14, bottom: 28, left: 58 };
const SMALL_MARGINS = { top: 8, right: 16, bottom: 24, left: 42 };
const MARGIN_RATIO = 0.08;

export function layoutHistory(
  points: readonly SeriesPoint[],
  second: readonly SeriesPoint[],
  size: Size,
  { format, xMax, band, yDomain, isSmall = false }: HistoryOptions,
): HistoryLayout {
  const plot = plotOf(size, isSmall ? SMALL_MARGINS : MARGINS);
  const values = [...points, ...second].map(({ y }) => y);
  if (band) values.push(band.low, band.high);
  const x = axisOf({
    domain: [0, Math.max(1, xMax, ...points.map((p) => p.x))],
    range: [plot.left, plot.right],
    format: (v) => (Number.isInteger(v) ? formatCount(v) : ''),
    count: Math.max(2, Math.floor((plot.right - plot.left) / (isSmall ? 70 : 90))),
  });
  const y = axisOf({
    domain: yDomain ?? domainOf(values),
    range: [plot.bottom, plot.top],
    format,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 40)),
  });
  const path = line<SeriesPoint>()
    .x((p) => round(x.scale(p.x)))
    .y((p) => round(y.scale(p.y)));
  const last = points.at(-1);
  return {
    plot,
    x,
    y,
    path: path(points) ?? '',
    second: path(second) ?? '',
    end: last ? { x: round(x.scale(last.x)), y: round(y.scale(last.y)) } : null,
    band: band
      ? { top: y.scale(band.high), bottom: y.scale(band.low), target: y.scale(band.target) }
      : null,
  };
}

/** From the data with a margin, which does not go below 0 where the data does not. */
function domainOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || high || 1;
  const bottom = low - span * MARGIN_RATIO;
  return [low < 0 ? bottom : Math.max(0, bottom), high + span * MARGIN_RATIO];
}

const round = (value: number): number => Math.round(value * 10) / 10;
