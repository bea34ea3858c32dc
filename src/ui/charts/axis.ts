/** @file Axes as data: a scale and its ticks, linear or logarithmic. */
import { scaleLinear, scaleLog } from 'd3-scale';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The part of the chart between the axes, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Axis {
  /** From a value to pixels. */
  readonly scale: (value: number) => number;
  readonly ticks: readonly Tick[];
}

export interface AxisOptions {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly format: (value: number) => string;
  /** About how many ticks. */
  readonly count: number;
  readonly log?: boolean;
}

export function plotOf(size: Size, margins: Margins): Plot {
  return {
    left: margins.left,
    right: Math.max(margins.left + 1, size.width - margins.right),
    top: margins.top,
    bottom: Math.max(margins.top + 1, size.height - margins.bottom),
  };
}

export function axisOf({ domain, range, format, count, log = false }: AxisOptions): Axis {
  if (log && domain[0] > 0) {
    const scale = scaleLog().domain(domain).range(range);
    return {
      scale,
      ticks: logTicks(domain, count).map((v) => ({ at: scale(v), label: format(v) })),
    };
  }
  const scale = scaleLinear().domain(domain).range(range);
  return { scale, ticks: scale.ticks(count).map((v) => ({ at: scale(v), label: format(v) })) };
}

/** 1, 2 and 5 of each decade in a narrow domain; whole decades in a wide one. */
function logTicks([low, high]: readonly [number, number], count: number): number[] {
  const decades = Math.log10(high / low);
  const steps = decades <= count / 3 ? [1, 2, 5] : decades <= count / 2 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
    }
  return ticks;
}

/** The domain of values with a margin on each side: a share of their span, or of their ratio. */
export function padded(
  values: readonly number[],
  { log = false, margin = 0.08 }: { log?: boolean; margin?: number } = {},
): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (log && low > 0) {
    const factor = Math.max((high / low) ** margin, 1.15);
    return [low / factor, high * factor];
  }
  const span = high - low || Math.abs(high) || 1;
  return [low - span * margin, high + span * margin];
}

/** Push labels apart so that neighbours are `gap` pixels apart, inside [top, bottom]; keeps order. */
export function spread(
  at: readonly number[],
  gap: number,
  [top, bottom]: readonly [number, number],
): number[] {
  const order = at.map((_, i) => i).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0));
  const placed = [...at];
  let floor = top;
  for (const i of order) {
    placed[i] = Math.max(at[i] ?? 0, floor);
    floor = (placed[i] ?? 0) + gap;
  }
  let ceiling = bottom;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] ?? 0, ceiling);
    ceiling = (placed[i] ?? 0) - gap;
  }
  return placed;
}
