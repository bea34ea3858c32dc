/** @file How a mapping search went: the best of each bit-width over the mappings tried. */
import type { MapProgress } from '../rpc/progress.ts';
import type { BitSeries, SeriesPoint } from './log-series.ts';

type SearchProgress = Extract<MapProgress, { kind: 'search' }>;

/** Points kept of a line; then every other one goes, so that an hour takes no more room. */
export const MOST_POINTS = 600;

/**
 * Add what a report says.
 *
 * @returns a line for each bit-width: mappings tried, and the decimal logarithm of the best objective
 *   (values fall by orders of magnitude within seconds)
 */
export function appendSearch(
  series: readonly BitSeries[],
  { evaluations, networks }: Pick<SearchProgress, 'evaluations' | 'networks'>,
): readonly BitSeries[] {
  const newer = networks.map(({ bits, best }): BitSeries => {
    const points = series.find((s) => s.bits === bits)?.points ?? [];
    // a pipeline's next cut starts anew: the best so far stays the best
    const y = Math.min(Math.log10(best), points.at(-1)?.y ?? Infinity);
    return { bits, split: 'train', points: withPoint(points, { x: evaluations, y }) };
  });
  const others = series.filter(({ bits }) => !newer.some((s) => s.bits === bits));
  return [...others, ...newer].sort((a, b) => a.bits - b.bits);
}

function withPoint(points: readonly SeriesPoint[], point: SeriesPoint): readonly SeriesPoint[] {
  const last = points.at(-1);
  if (last && point.x <= last.x) return points;
  // a level stretch needs its two ends only
  const isLevel = last?.y === point.y && points.at(-2)?.y === point.y;
  const next = [...(isLevel ? points.slice(0, -1) : points), point];
  if (next.length <= MOST_POINTS) return next;
  return next.filter((_, i) => (next.length - 1 - i) % 2 === 0 || i === 0);
}
