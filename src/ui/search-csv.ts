/** @file The log of a search as CSV. */
import type { SearchLogEntry } from '../spec/search-run.ts';
import { toCsv } from './csv.ts';
import type { CsvColumn } from './csv.ts';

type Column = CsvColumn<SearchLogEntry>;

/** One row per entry; probabilities in columns named `p block choice`. Empty without entries. */
export function searchCsv(log: readonly SearchLogEntry[], choices: readonly string[]): string {
  const [first] = log;
  if (first === undefined) return '';
  const widths = [...new Set(log.flatMap(({ metrics }) => metrics.map(({ bits }) => bits)))];
  const metricsAt = (entry: SearchLogEntry, bits: number) =>
    entry.metrics.find((one) => one.bits === bits);
  return toCsv<SearchLogEntry>(
    [
      ...(
        ['step', 'epoch', 'temperature', 'lambda', 'entropy', 'expectedCost', 'cost'] as const
      ).map((head): Column => ({ head, of: (entry) => entry[head] })),
      {
        head: 'validationCrossEntropy',
        of: ({ validation }) => validation?.crossEntropy ?? null,
      },
      { head: 'validationAccuracy', of: ({ validation }) => validation?.accuracy ?? null },
      { head: 'imagesPerSecond', of: ({ imagesPerSecond }) => imagesPerSecond },
      { head: 'event', of: ({ event }) => event ?? null },
      ...widths.flatMap((bits): Column[] => [
        {
          head: `crossEntropy ${bits}-bit`,
          of: (entry) => metricsAt(entry, bits)?.crossEntropy ?? null,
        },
        { head: `accuracy ${bits}-bit`, of: (entry) => metricsAt(entry, bits)?.accuracy ?? null },
      ]),
      ...first.picks.map((_, block): Column => ({
        head: `pick ${block + 1}`,
        of: ({ picks }) => choices[picks[block] ?? NaN] ?? null,
      })),
      ...first.probabilities.flatMap((_, block) =>
        choices.map((choice, i): Column => ({
          head: `p ${block + 1} ${choice}`,
          of: ({ probabilities }) => probabilities[block]?.[i] ?? null,
        })),
      ),
    ],
    log,
  );
}
