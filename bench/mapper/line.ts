/** @file One line of `npm run -s map` as a row: convolutions only, as in the papers. */
import { cpus } from 'node:os';
import { mapNetwork } from '../../scripts/map.ts';
import { parseMapOptions } from '../../scripts/map-options.ts';
import type { Row } from '../row.ts';

/** What every part of the benchmark is told. */
export interface Extent {
  /** Valid evaluations for each distinct layer. */
  readonly evaluations: number;
  /** Searches are repeated with seeds 1 to this. */
  readonly seeds: number;
  readonly say: (line: string) => void;
}

export interface Totals {
  readonly edpPjCycles: number;
  readonly energyPj: number;
  readonly latencyCycles: number;
  readonly utilizationRatio: number;
  readonly framesPerSecond: number | null;
  readonly gops: number | null;
}

/** What of the printed figures the tables take. */
export interface Figures {
  readonly total: Totals;
  readonly against?: { readonly total: Totals };
  readonly byBits?: readonly (Figures & {
    readonly bits: { readonly weights: number };
    readonly oneMapping: { readonly total: Totals };
  })[];
  readonly evaluations: { readonly valid: number; readonly validPerSecond: number };
  readonly wallSeconds: number;
  readonly dsp?: number;
  readonly chunks?: readonly unknown[];
}

/** Threads for what is not a measure of one core. */
export const WORKERS = Math.min(2, cpus().length);

/** Distinct convolutions, among which a budget is split. */
export const DISTINCT = { alexnet: 5, vgg16: 9 } as const;
export type NetworkName = keyof typeof DISTINCT;

export async function map(line: string): Promise<Figures> {
  const options = parseMapOptions([
    ...line.split(' '),
    ...['--layers', 'conv'],
    ...(line.includes('--workers') ? [] : ['--workers', String(WORKERS)]),
    ...(line.includes('--seed') ? [] : ['--seed', '1']),
  ]);
  return (await mapNetwork(options)) as unknown as Figures;
}

/** The figures that every row has. */
export function row(
  network: string,
  accelerator: string,
  algorithm: string,
  total: Totals,
  more: Row = {},
): Row {
  const { edpPjCycles, energyPj, latencyCycles } = total;
  return {
    network,
    accelerator,
    algorithm,
    bits: 16,
    edpPjCycles,
    energyPj,
    latencyCycles,
    ...more,
  };
}

/** The search's own part of a row. */
export function effort({ evaluations, wallSeconds }: Figures): Row {
  return { evaluations: evaluations.valid, wallSeconds };
}

/** By how much `ours` lies below `theirs`. */
export function reductionPercent(ours: number, theirs: number): number {
  return 100 * (1 - ours / theirs);
}
