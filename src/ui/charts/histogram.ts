/** @file Layout of a histogram with the grid that its values are rounded to. */
import type { WeightHistogram } from '../../spec/inspect.ts';
import type { Size } from './axis.ts';

export interface HistogramLayout {
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  /** One line per grid point, as high as weights lie on it. */
  readonly stems: string;
  readonly heads: readonly { readonly x: number; readonly y: number }[];
  readonly base: number;
  readonly ticks: readonly {
    readonly at: number;
    readonly label: string;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
}

const FOOT = 18;
const HEAD = 6;
const SIDE = 5;
/** Every grid point is seen, also one that nothing lies on. */
const LEAST_STEM = 3;

export function layoutHistogram(
  { trained, levels, levelCounts }: WeightHistogram,
  { width, height }: Size,
): HistogramLayout {
  const low = trained.edges[0] ?? 0;
  const high = trained.edges.at(-1) ?? 1;
  const base = Math.max(height - FOOT, HEAD);
  const x = (value: number): number =>
    SIDE + (high > low ? ((value - low) / (high - low)) * (width - 2 * SIDE) : 0);
  const most = Math.max(...trained.counts, 1);
  const mostOnLevel = Math.max(...levelCounts, 1);
  const bars = trained.counts.map((count, i) => {
    const left = x(trained.edges[i] ?? low);
    const tall = (count / most) * (base - HEAD);
    const wide = Math.max(x(trained.edges[i + 1] ?? high) - left - 0.5, 0.5);
    return { x: round(left), y: round(base - tall), width: round(wide), height: round(tall) };
  });
  const heads = levels.map((level, i) => ({
    x: round(x(level)),
    y: round(base - Math.max(((levelCounts[i] ?? 0) / mostOnLevel) * (base - HEAD), LEAST_STEM)),
  }));
  const label = (value: number): string => String(Number(value.toPrecision(2))).replace('-', '−');
  const middle = (low + high) / 2;
  return {
    bars,
    stems: heads.map((head) => `M${head.x} ${base}V${head.y}`).join(''),
    heads,
    base,
    ticks: [
      { at: SIDE, label: label(low), anchor: 'start' },
      ...(high > low
        ? ([
            { at: x(middle), label: label(middle), anchor: 'middle' },
            { at: width - SIDE, label: label(high), anchor: 'end' },
          ] as const)
        : []),
    ],
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
