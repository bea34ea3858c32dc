/** @file Layout of a sweep: the swept setting to the right, accuracy up, a line per bit-width. */
import { line } from 'd3-shape';
import { axisOf, padded, plotOf, spread } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';

export interface SweepPoint {
  /** As on the axis. */
  readonly label: string;
  /** null: a name, which has its place by its turn. */
  readonly at: number | null;
  readonly accuracies: readonly { readonly bits: number; readonly accuracy: number }[];
}

export interface SweepLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly isLog: boolean;
  readonly lines: readonly {
    readonly bits: number;
    readonly path: string;
    readonly dots: readonly { readonly x: number; readonly y: number }[];
    /** Where its name stands, apart from the others. */
    readonly labelY: number;
  }[];
}

const MARGINS = { top: 12, right: 44, bottom: 46, left: 52 };
const LOG_FROM_RATIO = 8;
const LABEL_GAP_PX = 13;
/** Names nearer than this would run into each other: every other one is left out, and so on. */
const PX_PER_CHARACTER = 7;

/** @param points in the order of the sweep; numbers are sorted */
export function layoutSweep(points: readonly SweepPoint[], size: Size): SweepLayout {
  const plot = plotOf(size, MARGINS);
  const isNumeric = points.every(({ at }) => at !== null);
  const placed = isNumeric
    ? [...points].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    : points.map((point, i) => ({ ...point, at: i }));
  const places = placed.map(({ at }) => at ?? 0);
  const low = Math.min(...places);
  const isLog = isNumeric && low > 0 && Math.max(...places) / low > LOG_FROM_RATIO;
  const base = axisOf({
    domain: padded(places, { log: isLog, margin: 0.06 }),
    range: [plot.left, plot.right],
    format: String,
    count: 2,
    log: isLog,
  });
  const x: Axis = { scale: base.scale, ticks: ticksOf(placed, base) };
  const all = points.flatMap(({ accuracies }) => accuracies.map(({ accuracy }) => accuracy));
  const [bottom, top] = padded(all, { margin: 0.12 });
  const y = axisOf({
    domain: [Math.max(0, bottom), Math.min(1, top)],
    range: [plot.bottom, plot.top],
    format: (value) => `${Math.round(value * 1000) / 10} %`,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 46)),
  });
  const widths = [
    ...new Set(points.flatMap(({ accuracies }) => accuracies.map(({ bits }) => bits))),
  ].sort((a, b) => a - b);
  const lines = widths.map((bits) => {
    const dots = placed.flatMap(({ at, accuracies }) => {
      const found = accuracies.find((one) => one.bits === bits);
      return found ? [{ x: base.scale(at ?? 0), y: y.scale(found.accuracy) }] : [];
    });
    const path = line<(typeof dots)[number]>(
      (dot) => dot.x,
      (dot) => dot.y,
    )(dots);
    return { bits, dots, path: path ?? '' };
  });
  const labels = spread(
    lines.map(({ dots }) => dots.at(-1)?.y ?? plot.bottom),
    LABEL_GAP_PX,
    [plot.top, plot.bottom],
  );
  return {
    ...{ plot, x, y, isLog },
    lines: lines.map((one, i) => ({ ...one, labelY: labels[i] ?? plot.bottom })),
  };
}

/** One at each value, left to right, without those that would cover the one before. */
function ticksOf(points: readonly SweepPoint[], { scale }: Axis): { at: number; label: string }[] {
  const ticks: { at: number; label: string }[] = [];
  let end = -Infinity;
  for (const { at, label } of points) {
    const middle = scale(at ?? 0);
    const half = (label.length * PX_PER_CHARACTER) / 2;
    if (middle - half <= end) continue;
    ticks.push({ at: middle, label });
    end = middle + half;
  }
  return ticks;
}
