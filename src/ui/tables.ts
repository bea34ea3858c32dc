/** @file The columns of the lab's tables as CSV. */
import { METRICS } from '../state/trade-off.svelte.ts';
import type { Metric, TradePoint } from '../state/trade-off.svelte.ts';
import type { Rival } from '../rpc/map-api.ts';
import type { BitSeries } from '../state/log-series.ts';
import type {
  BitMapping,
  BitMetrics,
  CostTotals,
  LayerCost,
  LogEntry,
  MappingRecord,
} from '../spec/run.ts';
import { COST_FIGURES } from './cost-figures.ts';
import { valuesAt } from './charts/lines.ts';
import { toCsv } from './csv.ts';
import type { CsvColumn } from './csv.ts';

const COST_HEADS: Readonly<Record<Metric, string>> = {
  energy: 'energy per image (pJ)',
  latency: 'latency per image (cycles)',
  edp: 'EDP per image (pJ cycles)',
};

function costColumns<Row>(of: (row: Row) => CostTotals | null): CsvColumn<Row>[] {
  return METRICS.map((metric) => ({
    head: COST_HEADS[metric],
    of: (row) => {
      const cost = of(row);
      return cost === null ? null : COST_FIGURES[metric].of(cost);
    },
  }));
}

export function tradeCsv(points: readonly TradePoint[]): string {
  return toCsv<TradePoint>(
    [
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'test accuracy (0 to 1)', of: ({ accuracy }) => accuracy },
      ...costColumns<TradePoint>(({ cost }) => cost),
    ],
    points,
  );
}

export function totalsCsv({ byBits }: MappingRecord): string {
  return toCsv<BitMapping>(
    [
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'MACs per image', of: ({ total }) => total.macs },
      ...costColumns<BitMapping>(({ total }) => total),
      { head: 'utilization (0 to 1)', of: ({ total }) => total.utilizationRatio },
      {
        head: 'EDP with the mappings of the widest width (pJ cycles)',
        of: ({ oneMapping }) => oneMapping?.edpPjCycles ?? null,
      },
    ],
    byBits,
  );
}

export function layersCsv({ bits, layers }: BitMapping): string {
  return toCsv<LayerCost>(
    [
      { head: 'layer', of: ({ name }) => name },
      { head: 'equal layers', of: ({ count }) => count ?? 1 },
      { head: 'bit-width (bits)', of: () => bits },
      { head: 'MACs per image', of: ({ macs }) => macs },
      ...costColumns<LayerCost>((layer) => layer),
      { head: 'utilization (0 to 1)', of: ({ utilizationRatio }) => utilizationRatio },
      { head: 'bound by', of: ({ boundBy }) => boundBy },
    ],
    layers,
  );
}

/** Energy of every level and dataspace at every bit-width. */
export function energyCsv({ byBits }: MappingRecord): string {
  const rows = byBits.flatMap(({ bits, layers }) =>
    layers.flatMap((layer) =>
      layer.parts.map((part) => ({ bits, layer: layer.name, count: layer.count ?? 1, ...part })),
    ),
  );
  return toCsv<(typeof rows)[number]>(
    [
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'layer', of: ({ layer }) => layer },
      { head: 'equal layers', of: ({ count }) => count },
      { head: 'level', of: ({ level }) => level },
      { head: 'operand', of: ({ dataspace }) => dataspace },
      { head: 'energy per layer and image (pJ)', of: ({ energyPj }) => energyPj },
    ],
    rows,
  );
}

export function rivalsCsv(rivals: readonly Rival[]): string {
  return toCsv<Rival>(
    [
      { head: 'mapping by', of: ({ title }) => title },
      ...costColumns<Rival>(({ total }) => total),
      { head: 'source', of: ({ source }) => source ?? '' },
    ],
    rivals,
  );
}

/** Every point of a line chart. @param what the lines show, with its unit */
export function seriesCsv(
  series: readonly BitSeries[],
  stops: readonly number[],
  unit: string,
  what: string,
  lines: readonly [thin: string, full?: string],
): string {
  const rows = stops.map((step) => ({ step, values: valuesAt(series, step) }));
  return toCsv<(typeof rows)[number]>(
    [
      { head: unit, of: ({ step }) => step },
      ...series.flatMap(({ bits }, i) =>
        lines.map((line, at) => ({
          head: `${what}, ${bits} bits, ${line ?? ''}`,
          of: ({ values }: (typeof rows)[number]) =>
            (at === 0 ? values[i]?.train : values[i]?.test) ?? null,
        })),
      ),
    ],
    rows,
  );
}

/** A training log: a line for each entry and bit-width; events have none. */
export function logCsv(log: readonly LogEntry[]): string {
  interface Row {
    readonly entry: LogEntry;
    readonly metrics: BitMetrics | null;
  }
  const rows = log.flatMap((entry): Row[] =>
    entry.kind === 'event'
      ? [{ entry, metrics: null }]
      : entry.metrics.map((metrics) => ({ entry, metrics })),
  );
  const teachers = [
    ...new Set(rows.flatMap(({ metrics }) => metrics?.teachers?.map(({ bits }) => bits) ?? [])),
  ].sort((a, b) => a - b);
  return toCsv<Row>(
    [
      { head: 'kind', of: ({ entry }) => entry.kind },
      { head: 'step', of: ({ entry }) => entry.step },
      { head: 'epoch', of: ({ entry }) => entry.epoch },
      { head: 'bit-width (bits)', of: ({ metrics }) => metrics?.bits ?? null },
      { head: 'cross-entropy (nat)', of: ({ metrics }) => metrics?.crossEntropy ?? null },
      { head: 'distillation', of: ({ metrics }) => metrics?.distillation ?? null },
      ...teachers.map((teacher) => ({
        head: `distillation from ${teacher} bits`,
        of: ({ metrics }: Row) =>
          metrics?.teachers?.find(({ bits }) => bits === teacher)?.term ?? null,
      })),
      { head: 'accuracy (0 to 1)', of: ({ metrics }) => metrics?.accuracy ?? null },
      {
        head: 'learning rate',
        of: ({ entry }) => (entry.kind === 'train' ? entry.learningRate : null),
      },
      {
        head: 'training rate (images/s)',
        of: ({ entry }) => (entry.kind === 'train' ? entry.imagesPerSecond : null),
      },
      { head: 'text', of: ({ entry }) => (entry.kind === 'event' ? entry.text : '') },
    ],
    rows,
  );
}
