/** @file From a search's log to the lines of its charts. */
import type { SearchLogEntry } from '../spec/search-run.ts';
import type { BitSeries, SeriesPoint } from './log-series.ts';

export type HistoryMeasure = 'expectedCost' | 'cost' | 'entropy' | 'temperature' | 'lambda';

/** One value over the steps; what is not finite is left out. */
export function history(
  log: readonly SearchLogEntry[],
  measure: HistoryMeasure,
): readonly SeriesPoint[] {
  return log
    .map((entry) => ({ x: entry.step, y: entry[measure] }))
    .filter(({ y }) => Number.isFinite(y));
}

/**
 * Of the supernet: at each width on the weights' half as its 'train' line, and on the architecture's
 * half, at the width that judges, as a 'test' line.
 */
export function supernetSeries(
  log: readonly SearchLogEntry[],
  metric: 'crossEntropy' | 'accuracy',
  judgedBits: number,
): readonly BitSeries[] {
  const widths = [...new Set(log.flatMap(({ metrics }) => metrics.map(({ bits }) => bits)))].sort(
    (a, b) => a - b,
  );
  const trained = widths.map((bits): BitSeries => ({
    bits,
    split: 'train',
    points: log.flatMap(({ step, metrics }) => {
      const y = metrics.find((one) => one.bits === bits)?.[metric];
      return y !== undefined && Number.isFinite(y) ? [{ x: step, y }] : [];
    }),
  }));
  const judged: BitSeries = {
    bits: judgedBits,
    split: 'test',
    points: log.flatMap(({ step, validation }) =>
      validation !== null && Number.isFinite(validation[metric])
        ? [{ x: step, y: validation[metric] }]
        : [],
    ),
  };
  return [...trained, judged].filter(({ points }) => points.length > 0);
}
