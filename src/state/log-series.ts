/** @file From a training log to the series that charts draw: one per bit-width and split. */
import type { BitMetrics, LogEntry } from '../spec/run.ts';

export interface SeriesPoint {
  readonly x: number;
  readonly y: number;
}

export interface BitSeries {
  readonly bits: number;
  readonly split: 'train' | 'test';
  /** Ascending x (training step or epoch). */
  readonly points: readonly SeriesPoint[];
}

export type LogMetric = 'crossEntropy' | 'accuracy' | 'distillation';

/** Ascending bits, the train series of a width before its test series; empty ones left out. */
export function logSeries(
  log: readonly LogEntry[],
  metric: LogMetric,
  over: 'step' | 'epoch' = 'step',
): BitSeries[] {
  const series = new Map<
    string,
    { bits: number; split: 'train' | 'test'; points: SeriesPoint[] }
  >();
  for (const entry of log) {
    if (entry.kind === 'event') continue;
    for (const metrics of entry.metrics) {
      const y = metrics[metric];
      if (!Number.isFinite(y)) continue;
      const key = `${metrics.bits}/${entry.kind}`;
      const found = series.get(key) ?? { bits: metrics.bits, split: entry.kind, points: [] };
      found.points.push({ x: entry[over], y });
      series.set(key, found);
    }
  }
  return [...series.values()].sort(
    (a, b) => a.bits - b.bits || (a.split === b.split ? 0 : a.split === 'train' ? -1 : 1),
  );
}

/**
 * What pulled a bit-width towards each of its teachers as it trained: a series a teacher, ascending.
 * None for a width without teachers, and in logs of older versions.
 */
export function teacherSeries(log: readonly LogEntry[], student: number): BitSeries[] {
  const series = new Map<number, SeriesPoint[]>();
  for (const entry of log) {
    if (entry.kind !== 'train') continue;
    const { teachers = [] } = entry.metrics.find(({ bits }) => bits === student) ?? {};
    for (const { bits, term } of teachers) {
      const points = series.get(bits) ?? [];
      points.push({ x: entry.step, y: term });
      series.set(bits, points);
    }
  }
  return [...series]
    .sort(([a], [b]) => a - b)
    .map(([bits, points]) => ({ bits, split: 'train', points }));
}

/** The newest metrics of a split, ascending bits; null before the first. */
export function latestMetrics(
  log: readonly LogEntry[],
  split: 'train' | 'test',
): readonly BitMetrics[] | null {
  for (let i = log.length - 1; i >= 0; i--) {
    const entry = log[i];
    if (entry?.kind === split) return entry.metrics;
  }
  return null;
}

/**
 * Append what a worker reported. A run resumed from a checkpoint repeats steps: what the old log
 * had at or after the first repeated step of a kind gives way to the new entries.
 */
export function appendLog(
  log: readonly LogEntry[],
  entries: readonly LogEntry[],
): readonly LogEntry[] {
  const first = entries[0];
  const last = log[log.length - 1];
  if (!first || !last || last.step < first.step) return [...log, ...entries];
  const firstStep = new Map<string, number>();
  for (const entry of entries)
    if (!firstStep.has(entry.kind)) firstStep.set(entry.kind, entry.step);
  const kept = log.filter(
    (entry) => entry.kind === 'event' || entry.step < (firstStep.get(entry.kind) ?? Infinity),
  );
  return [...kept, ...entries];
}
