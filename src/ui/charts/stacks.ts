/** @file Layout of stacked bars: where the energy of each bit-width goes, by level or dataspace. */
import type { BitMapping } from '../../spec/run.ts';

export const GROUPINGS = ['level', 'dataspace'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const DATASPACES = ['Weights', 'Inputs', 'Outputs'];

export interface StackPart {
  readonly name: string;
  readonly energyPj: number;
  /** Of the widest bar: 0 to 1. */
  readonly widthRatio: number;
  /** Of its own bar: 0 to 1. */
  readonly shareRatio: number;
}

export interface StackRow {
  readonly bits: number;
  readonly energyPj: number;
  readonly parts: readonly StackPart[];
}

export interface StacksLayout {
  /** In the order of the parts, the outermost level first, MACs last. */
  readonly names: readonly string[];
  /** Ascending bits; every row has a part of every name. */
  readonly rows: readonly StackRow[];
}

/**
 * @param byBits     ascending bits
 * @param levelNames inner to outer, as in the accelerator; levels it lacks come after
 */
export function layoutStacks(
  byBits: readonly BitMapping[],
  grouping: Grouping,
  levelNames: readonly string[],
): StacksLayout {
  const sums = byBits.map((mapping) => {
    const sum = new Map<string, number>();
    for (const layer of mapping.layers)
      for (const part of layer.parts) {
        const name = part.dataspace === 'MACs' ? 'MACs' : part[grouping];
        sum.set(name, (sum.get(name) ?? 0) + part.energyPj);
      }
    return { bits: mapping.bits, sum };
  });
  const seen = [...new Set(sums.flatMap(({ sum }) => [...sum.keys()]))];
  const order = [...levelNames.toReversed(), ...DATASPACES];
  const rank = (name: string): number =>
    name === 'MACs' ? Infinity : order.includes(name) ? order.indexOf(name) : order.length;
  const names = seen.sort((a, b) => rank(a) - rank(b));
  const totals = sums.map(({ sum }) => [...sum.values()].reduce((a, b) => a + b, 0));
  const widest = Math.max(...totals, Number.MIN_VALUE);
  const rows = sums.map(({ bits, sum }, i): StackRow => {
    const energyPj = totals[i] ?? 0;
    const parts = names.map((name): StackPart => {
      const part = sum.get(name) ?? 0;
      return {
        name,
        energyPj: part,
        widthRatio: part / widest,
        shareRatio: energyPj > 0 ? part / energyPj : 0,
      };
    });
    return { bits, energyPj, parts };
  });
  return { names, rows };
}
