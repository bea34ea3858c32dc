/** @file Layout of accuracy over bit-width: up to three lines, one for each way to get there. */
import { line } from 'd3-shape';
import type { LessonPoint } from '../../state/lesson.ts';
import { axisOf, padded, plotOf, spread } from './axis.ts';
import type { Axis, Plot, Size } from './axis.ts';

export const LESSON_LINES = ['trained', 'alone', 'rounded'] as const;
export type LessonLine = (typeof LESSON_LINES)[number];

export interface LessonLayout {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly {
    readonly id: LessonLine;
    readonly path: string;
    readonly dots: readonly { readonly x: number; readonly y: number }[];
    /** Of the line's name, at its lowest width. */
    readonly labelY: number;
  }[];
}

const MARGINS = { top: 12, right: 16, bottom: 44, left: 46 };
const LABEL_GAP_PX = 15;

/** Bit-widths are as far apart as their logarithms. */
export function layoutLesson(
  points: readonly LessonPoint[],
  size: Size,
  format: (value: number) => string,
): LessonLayout {
  const plot = plotOf(size, MARGINS);
  const at = points.map(({ bits }) => Math.log2(bits));
  const [low, high] = [Math.min(...at), Math.max(...at)];
  const room = plot.right - plot.left;
  const scale = (bits: number): number =>
    high > low
      ? plot.left + room * (0.06 + (0.88 * (Math.log2(bits) - low)) / (high - low))
      : plot.left + room / 2;
  const x: Axis = {
    scale,
    ticks: points.map(({ bits }) => ({ at: scale(bits), label: String(bits) })),
  };
  const known = points.flatMap((point) =>
    LESSON_LINES.flatMap((id) => (point[id] === null ? [] : [point[id]])),
  );
  const [least, most] = padded(known);
  const y = axisOf({
    domain: [Math.max(0, least), Math.min(1, most)],
    range: [plot.bottom, plot.top],
    format,
    count: Math.max(2, Math.floor((plot.bottom - plot.top) / 44)),
  });
  const path = line<{ x: number; y: number }>()
    .x((p) => p.x)
    .y((p) => p.y);
  const drawn = LESSON_LINES.flatMap((id) => {
    const dots = points.flatMap((point) => {
      const value = point[id];
      return value === null ? [] : [{ x: round(scale(point.bits)), y: round(y.scale(value)) }];
    });
    return dots.length === 0 ? [] : [{ id, dots, path: path(dots) ?? '' }];
  });
  const labels = spread(
    drawn.map(({ dots }) => dots[0]?.y ?? 0),
    LABEL_GAP_PX,
    [plot.top, plot.bottom],
  );
  return {
    plot,
    x,
    y,
    lines: drawn.map((one, i) => ({ ...one, labelY: round(labels[i] ?? 0) })),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
