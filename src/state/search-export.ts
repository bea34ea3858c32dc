/** @file A search as files: everything as JSON, its log as CSV. */
import type { CostTable } from '../search/cost-table.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';

/** One row per entry; probabilities in columns named `p block choice`. RFC 4180, LF. */
export function searchCsv(log: readonly SearchLogEntry[], choices: readonly string[]): string {
  const [first] = log;
  if (first === undefined) return '';
  const widths = first.metrics.map(({ bits }) => bits);
  const blocks = first.probabilities.map((_, block) => block + 1);
  const header = [
    'step',
    'epoch',
    'temperature',
    'lambda',
    'entropy',
    'expectedCost',
    'cost',
    'validationCrossEntropy',
    'validationAccuracy',
    'imagesPerSecond',
    ...widths.flatMap((bits) => [`crossEntropy ${bits}-bit`, `accuracy ${bits}-bit`]),
    ...blocks.map((block) => `pick ${block}`),
    ...blocks.flatMap((block) => choices.map((choice) => `p ${block} ${choice}`)),
  ];
  const rows = log.map((entry) => [
    entry.step,
    entry.epoch,
    entry.temperature,
    entry.lambda,
    entry.entropy,
    entry.expectedCost,
    entry.cost,
    entry.validation?.crossEntropy ?? '',
    entry.validation?.accuracy ?? '',
    entry.imagesPerSecond,
    ...widths.flatMap((bits) => {
      const metrics = entry.metrics.find((one) => one.bits === bits);
      return [metrics?.crossEntropy ?? '', metrics?.accuracy ?? ''];
    }),
    ...entry.picks.map((pick) => choices[pick] ?? ''),
    ...entry.probabilities.flat(),
  ]);
  return `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

export interface SearchFile {
  readonly version: 1;
  readonly search: SearchRecord;
  readonly log: readonly SearchLogEntry[];
  readonly table: CostTable | null;
}

/** A name for a file, from that of a search. */
export function searchFileName({ name }: SearchRecord, kind: 'json' | 'csv'): string {
  return `${name.replaceAll(/[^\w.-]+/g, '-')}.${kind}`;
}
