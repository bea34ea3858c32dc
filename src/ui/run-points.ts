/** @file Accuracy and cost of runs, a point for each bit-width. */
import type { CostTotals } from '../spec/run.ts';
import type { GroupedRun } from '../state/run-group.svelte.ts';
import { METRICS } from '../state/trade-off.svelte.ts';
import type { TradePoint } from '../state/trade-off.svelte.ts';
import { COST_FIGURES } from './cost-figures.ts';
import { toCsv } from './csv.ts';

/** Ascending bits; accuracy on all test images, null before the end of a run. */
export function runPoints({
  record,
  mapping,
}: Pick<GroupedRun, 'record' | 'mapping'>): TradePoint[] {
  return record.recipe.bitWidths.map((bits) => ({
    bits,
    accuracy: record.accuracies?.find((one) => one.bits === bits)?.accuracy ?? null,
    cost: mapping?.byBits.find((one) => one.bits === bits)?.total ?? null,
  }));
}

/** A line for each run and bit-width. */
export function runsCsv(rows: readonly GroupedRun[]): string {
  const points = rows.flatMap((row) => runPoints(row).map((point) => ({ row, point })));
  const cost = (of: (cost: CostTotals) => number) => (line: (typeof points)[number]) =>
    line.point.cost === null ? null : of(line.point.cost);
  const units = { energy: 'pJ', latency: 'cycles', edp: 'pJ cycles' } as const;
  return toCsv<(typeof points)[number]>(
    [
      { head: 'run', of: ({ row }) => row.record.name },
      { head: 'bit-width (bits)', of: ({ point }) => point.bits },
      { head: 'test accuracy (0 to 1)', of: ({ point }) => point.accuracy },
      ...METRICS.map((metric) => ({
        head: `${metric} per image (${units[metric]})`,
        of: cost(COST_FIGURES[metric].of),
      })),
      { head: 'accelerator', of: ({ row }) => row.mapping?.accelerator ?? '' },
    ],
    points,
  );
}
