/** @file Layout of the line chart: a value over training steps, a train and a test line per width. */
import { line } from 'd3-shape';
import type { BitSeries, SeriesPoint } from '../../state/log-series.ts';
import { formatCount } from '../format.ts';
import { axisOf, plotOf, spread } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';

export interface LinesOptions {
  /** Left out: from the data. */
  readonly yDomain?: readonly [number, number];
  readonly xMax?: number;
  readonly format: (value: number) => string;
}

export interface LineMark {
  readonly bits: number;
  readonly split: 'train' | 'test';
  readonly path: string;
  /** Of a test line, as far as they have room. */
  readonly dots: readonly { readonly x: number; readonly y: number }[];
}

export interface LinesLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly LineMark[];
  /** One per width, at the end of its line, apart from each other. */
  readonly labels: readonly { readonly bits: number; readonly x: number; readonly y: number }[];
  /** Steps that the cursor can stand on, ascending. */
  readonly stops: readonly number[];
}

const MARGINS = { top: 10, right: 34, bottom: 28, left: 46 };
const LABEL_GAP_PX = 13;
/** More dots than this leaves room for would hide their line. */
const DOT_ROOM_PX = 10;
/** A narrower domain would draw noise as news. */
const LEAST_SPAN = 0.2;
const TYPICAL_SHARE = 0.98;
/** More points than this in a line are averaged: a pixel shows one. */
const POINTS_PER_PIXEL = 1;

export function layoutLines(
  series: readonly BitSeries[],
  size: Size,
  options: LinesOptions,
): LinesLayout {
  const plot = plotOf(size, MARGINS);
  const points = series.flatMap((s) => s.points);
  const xMax = Math.max(options.xMax ?? 1, ...points.map((p) => p.x));
  const x = axisOf({
    domain: [0, xMax],
    range: [plot.left, plot.right],
    format: (v) => (Number.isInteger(v) ? formatCount(v) : ''),
    count: Math.max(2, Math.floor((plot.right - plot.left) / 90)),
  });
  const y = axisOf({
    domain: options.yDomain ?? domainOf(series),
    range: [plot.bottom, plot.top],
    format: options.format,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 44)),
  });
  const path = line<SeriesPoint>()
    .x((p) => round(x.scale(p.x)))
    .y((p) => round(clamp(y.scale(p.y), plot)));
  const marks = series.map((s): LineMark => ({
    bits: s.bits,
    split: s.split,
    path: path(thin(s.points, (plot.right - plot.left) * POINTS_PER_PIXEL)) ?? '',
    dots:
      s.split === 'test' && s.points.length * DOT_ROOM_PX <= plot.right - plot.left
        ? s.points.map((p) => ({ x: round(x.scale(p.x)), y: round(clamp(y.scale(p.y), plot)) }))
        : [],
  }));
  return { plot, x, y, marks, labels: endLabels(series, x, y, plot), stops: stopsOf(series) };
}

/** Values at a step, or at the last one before it: what the cursor reads out. */
export function valuesAt(
  series: readonly BitSeries[],
  step: number,
): { bits: number; train: number | null; test: number | null }[] {
  const rows = new Map<number, { bits: number; train: number | null; test: number | null }>();
  for (const s of series) {
    const row = rows.get(s.bits) ?? { bits: s.bits, train: null, test: null };
    row[s.split] = s.points.findLast((p) => p.x <= step)?.y ?? null;
    rows.set(s.bits, row);
  }
  return [...rows.values()];
}

function endLabels(
  series: readonly BitSeries[],
  x: Axis,
  y: Axis,
  plot: Plot,
): { bits: number; x: number; y: number }[] {
  const ends = new Map<number, number>();
  for (const s of series) {
    const last = s.points.at(-1);
    if (last) ends.set(s.bits, clamp(y.scale(last.y), plot)); // test comes after train and wins
  }
  const bits = [...ends.keys()];
  const placed = spread([...ends.values()], LABEL_GAP_PX, [plot.top, plot.bottom]);
  const end = Math.max(...series.map((s) => x.scale(s.points.at(-1)?.x ?? 0)), plot.left);
  return bits.map((b, i) => ({ bits: b, x: round(end), y: round(placed[i] ?? 0) }));
}

function stopsOf(series: readonly BitSeries[]): number[] {
  return [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].sort((a, b) => a - b);
}

/**
 * Up to the 98th percentile, so that one wild step does not flatten the rest; a test value, which
 * stands for an epoch, is shown up to half as high again.
 */
function domainOf(series: readonly BitSeries[]): [number, number] {
  const sorted = series.flatMap((s) => s.points.map((p) => p.y)).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const low = sorted[0] ?? 0;
  const most = sorted[Math.floor(TYPICAL_SHARE * (sorted.length - 1))] ?? 0;
  const test = Math.max(
    ...series.flatMap((s) => (s.split === 'test' ? s.points.map((p) => p.y) : [])),
  );
  const high = Math.max(most, Math.min(test, most * 1.5));
  const missing = Math.max(0, LEAST_SPAN - (high - low)) / 2;
  const margin = (high - low) * 0.06;
  return [Math.max(0, low - missing - margin), high + missing + margin];
}

/** Mean of neighbours, so that a long log stays as many points as there are pixels. */
function thin(points: readonly SeriesPoint[], most: number): readonly SeriesPoint[] {
  const each = Math.ceil(points.length / Math.max(most, 2));
  if (each <= 1) return points;
  const thinned: SeriesPoint[] = [];
  for (let i = 0; i < points.length; i += each) {
    const group = points.slice(i, i + each);
    const sum = group.reduce((s, p) => ({ x: s.x + p.x, y: s.y + p.y }), { x: 0, y: 0 });
    thinned.push({ x: sum.x / group.length, y: sum.y / group.length });
  }
  return thinned;
}

const clamp = (y: number, plot: Plot): number => Math.min(Math.max(y, plot.top), plot.bottom);
const round = (value: number): number => Math.round(value * 10) / 10;
