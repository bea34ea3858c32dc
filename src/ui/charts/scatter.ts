/** @file Layout of the trade-off: accuracy up, cost to the right, one mark per bit-width. */
import { line } from 'd3-shape';
import { axisOf, padded, plotOf } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';

export interface ScatterPoint {
  readonly bits: number;
  readonly cost: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

export interface ScatterMark extends ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Where the middle of its label stands, clear of other marks and labels where there is room. */
  readonly labelX: number;
  readonly labelY: number;
}

export interface ScatterLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly isLog: boolean;
  readonly marks: readonly ScatterMark[];
  /** Through the marks in the order of their bits. */
  readonly path: string;
}

const MARGINS = { top: 18, right: 24, bottom: 46, left: 52 };
/** Costs that differ by more than this go on a log axis. */
const LOG_FROM_RATIO = 6;
/** A label and its mark, in pixels. */
const LABEL = { width: 46, height: 14 } as const;
const MARK_RADIUS = 9;
/** Places of a label around its mark, the best first: above, right, left, below. */
const PLACES = [
  { dx: 0, dy: -21 },
  { dx: 38, dy: 0 },
  { dx: -38, dy: 0 },
  { dx: 0, dy: 21 },
] as const;

/** @param points ascending bits */
export function layoutScatter(
  points: readonly ScatterPoint[],
  size: Size,
  formatCost: (value: number) => string,
): ScatterLayout {
  const plot = plotOf(size, MARGINS);
  const costs = points.map((p) => p.cost);
  const isLog = Math.min(...costs) > 0 && Math.max(...costs) / Math.min(...costs) > LOG_FROM_RATIO;
  const x = axisOf({
    domain: padded(costs, { log: isLog, margin: 0.1 }),
    range: [plot.left, plot.right],
    format: formatCost,
    count: Math.max(2, Math.floor((plot.right - plot.left) / 95)),
    log: isLog,
  });
  const y = axisOf({
    domain: accuracyDomain(points.map((p) => p.accuracy)),
    range: [plot.bottom, plot.top],
    format: (v) => `${Math.round(v * 1000) / 10} %`,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 50)),
  });
  const spots = points.map((p) => ({ ...p, x: x.scale(p.cost), y: y.scale(p.accuracy) }));
  const marks = withLabels(spots, plot);
  const path = line<ScatterMark>(
    (m) => m.x,
    (m) => m.y,
  )(marks);
  return { plot, x, y, isLog, marks, path: path ?? '' };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** Each label takes the first place that covers no mark, no earlier label and little of the line. */
function withLabels(
  spots: readonly (ScatterPoint & { x: number; y: number })[],
  plot: Plot,
): ScatterMark[] {
  const taken: Box[] = spots.map(({ x, y }) => ({
    x,
    y,
    halfWidth: MARK_RADIUS,
    halfHeight: MARK_RADIUS,
  }));
  return spots.map((spot, i) => {
    const next = spots[i + 1];
    const boxes = PLACES.map(({ dx, dy }): Box => ({
      x: spot.x + dx,
      y: spot.y + dy,
      halfWidth: LABEL.width / 2,
      halfHeight: LABEL.height / 2,
    }));
    const costs = boxes.map(
      (box, place) =>
        taken.reduce((sum, other) => sum + overlap(box, other), 0) * 10 +
        (isOutside(box, plot) ? 1e6 : 0) +
        (next && crosses(box, spot, next) ? LABEL.height * LABEL.width * 0.5 : 0) +
        place, // else the best place
    );
    const box = boxes[costs.indexOf(Math.min(...costs))] ?? { x: spot.x, y: spot.y };
    taken.push({ ...box, halfWidth: LABEL.width / 2, halfHeight: LABEL.height / 2 });
    return { ...spot, labelX: box.x, labelY: box.y };
  });
}

function overlap(a: Box, b: Box): number {
  const width = a.halfWidth + b.halfWidth - Math.abs(a.x - b.x);
  const height = a.halfHeight + b.halfHeight - Math.abs(a.y - b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function isOutside(box: Box, plot: Plot): boolean {
  return (
    box.x - box.halfWidth < plot.left ||
    box.x + box.halfWidth > plot.right + MARGINS.right ||
    box.y - box.halfHeight < 0 ||
    box.y + box.halfHeight > plot.bottom
  );
}

/** True where the line from one mark to the next runs through the box. */
function crosses(box: Box, from: { x: number; y: number }, to: { x: number; y: number }): boolean {
  const STEPS = 24;
  for (let i = 1; i <= STEPS; i++) {
    const x = from.x + ((to.x - from.x) * i) / STEPS;
    const y = from.y + ((to.y - from.y) * i) / STEPS;
    if (Math.abs(x - box.x) < box.halfWidth && Math.abs(y - box.y) < box.halfHeight) return true;
  }
  return false;
}

/** At least ten points wide, so that noise does not look like a cliff; never beyond 0 to 1. */
function accuracyDomain(values: readonly number[]): [number, number] {
  const [low, high] = padded(values, { margin: 0.18 });
  const missing = Math.max(0, 0.1 - (high - low)) / 2;
  return [Math.max(0, low - missing), Math.min(1, high + missing)];
}
