/** @file Layout of stacked bars: where the energy of each bar goes, by level or dataspace. */
import type { BitMapping, EnergyPart } from '../../spec/run.ts';

export const GROUPINGS = ['level', 'dataspace'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const DATASPACES = ['Weights', 'Inputs', 'Outputs'];

/** One bar to be: parts of the same name are added up. */
export interface StackInput<Key> {
  readonly key: Key;
  readonly parts: readonly EnergyPart[];
}

export interface StackPart {
  readonly name: string;
  readonly energyPj: number;
  /** Of the widest bar: 0 to 1. */
  readonly widthRatio: number;
  /** Of its own bar: 0 to 1. */
  readonly shareRatio: number;
}

export interface StackRow<Key> {
  readonly key: Key;
  readonly energyPj: number;
  readonly parts: readonly StackPart[];
}

export interface StacksLayout<Key> {
  /** In the order of the parts, the outermost level first, MACs last. */
  readonly names: readonly string[];
  /** In the order given; every row has a part of every name. */
  readonly rows: readonly StackRow<Key>[];
}

/** A bar for each bit-width, all layers together. */
export function stacksOf(byBits: readonly BitMapping[]): StackInput<number>[] {
  return byBits.map(({ bits, layers }) => ({
    key: bits,
    parts: layers.flatMap(({ parts, count = 1 }) =>
      parts.map((part) => ({ ...part, energyPj: part.energyPj * count })),
    ),
  }));
}

/** @param levelNames inner to outer, as in the accelerator; levels it lacks come after */
export function layoutStacks<Key>(
  bars: readonly StackInput<Key>[],
  grouping: Grouping,
  levelNames: readonly string[],
): StacksLayout<Key> {
  const sums = bars.map(({ parts }) => {
    const sum = new Map<string, number>();
    for (const part of parts) {
      const name = part.dataspace === 'MACs' ? 'MACs' : part[grouping];
      sum.set(name, (sum.get(name) ?? 0) + part.energyPj);
    }
    return sum;
  });
  const seen = [...new Set(sums.flatMap((sum) => [...sum.keys()]))];
  const order = [...levelNames.toReversed(), ...DATASPACES];
  const rank = (name: string): number =>
    name === 'MACs' ? Infinity : order.includes(name) ? order.indexOf(name) : order.length;
  const names = seen.sort((a, b) => rank(a) - rank(b));
  const totals = sums.map((sum) => [...sum.values()].reduce((a, b) => a + b, 0));
  const widest = Math.max(...totals, Number.MIN_VALUE);
  const rows = bars.map(({ key }, i): StackRow<Key> => {
    const energyPj = totals[i] ?? 0;
    const parts = names.map((name): StackPart => {
      const part = sums[i]?.get(name) ?? 0;
      return {
        name,
        energyPj: part,
        widthRatio: part / widest,
        shareRatio: energyPj > 0 ? part / energyPj : 0,
      };
    });
    return { key, energyPj, parts };
  });
  return { names, rows };
}
