/**
 * @file From probabilities to one network: the most likely choice of each block, or where its cost must
 * lie within bounds, a likely network of such a cost.
 */
import { Rng } from '../util/rng.ts';
import { costBounds, networkCost } from './cost-table.ts';
import type { CostMetric, CostTable } from './cost-table.ts';
import { argmax, gumbelNoise } from './gumbel.ts';

export interface CostBand {
  readonly low: number;
  readonly high: number;
}

type Probabilities = readonly (readonly number[])[];

/** Spaces of at most so many networks are gone through one by one. */
const ENUMERABLE = 20_000;

/** Random starts where the most likely network leads nowhere. */
const RESTARTS = 40;

/** The most likely choice of each block. */
export function mostLikely(probabilities: Probabilities): number[] {
  return probabilities.map(argmax);
}

/**
 * A likely network whose cost lies in a band: the likeliest of all in a small space; in a large one
 * from the most likely network, block by block (`repaired`), and where that gets stuck, the likeliest
 * of many that start from draws.
 * @returns null when none is found
 */
export function likelyWithin(
  probabilities: Probabilities,
  table: CostTable,
  metric: CostMetric,
  band: CostBand,
): number[] | null {
  const [cheapest, dearest] = costBounds(table, metric);
  if (band.high < cheapest || band.low > dearest) return null;
  const logs = probabilities.map((row) => row.map((p) => Math.log(Math.max(p, 1e-300))));
  const likelihood = (picks: readonly number[]): number =>
    picks.reduce((sum, pick, block) => sum + (logs[block]?.[pick] ?? -Infinity), 0);
  const likeliest = (found: readonly number[][]): number[] | null =>
    found.reduce<number[] | null>(
      (best, picks) => (best === null || likelihood(picks) > likelihood(best) ? picks : best),
      null,
    );
  const search = { logs, table, metric, band };
  const sizes = probabilities.map(({ length }) => length);
  if (sizes.reduce((product, size) => product * size, 1) <= ENUMERABLE) {
    return likeliest(
      [...combinations(sizes)].filter(
        (picks) => distance(networkCost(table, picks, metric), band) === 0,
      ),
    );
  }
  const first = repaired(search, mostLikely(probabilities));
  if (first !== null) return first;
  const rng = new Rng(0);
  const starts = Array.from({ length: RESTARTS }, () =>
    logs.map((row) => {
      const noise = gumbelNoise(row.length, rng);
      return argmax(row.map((log, i) => log + (noise[i] ?? 0)));
    }),
  );
  return likeliest(starts.map((start) => repaired(search, start)).filter((one) => one !== null));
}

function* combinations(sizes: readonly number[]): Generator<number[]> {
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let n = 0; n < total; n++) {
    let rest = n;
    yield sizes.map((size) => {
      const pick = rest % size;
      rest = Math.floor(rest / size);
      return pick;
    });
  }
}

/** How far a cost lies outside of a band; 0 inside. */
function distance(cost: number, { low, high }: CostBand): number {
  return Math.max(0, low - cost, cost - high);
}

interface Repair {
  /** Logarithms of probabilities. */
  readonly logs: readonly (readonly number[])[];
  readonly table: CostTable;
  readonly metric: CostMetric;
  readonly band: CostBand;
}

/**
 * From some picks into the band: always the change of one block that loses least likelihood for the
 * distance it gains; then changes that stay inside and gain likelihood. Greedy, not exact.
 */
function repaired(
  { logs, table, metric, band }: Repair,
  start: readonly number[],
): number[] | null {
  const picks = [...start];
  const changes = (): { block: number; option: number; gain: number; off: number }[] =>
    logs.flatMap((row, block) =>
      row.flatMap((log, option) => {
        const current = picks[block] ?? 0;
        if (option === current) return [];
        const cost = networkCost(table, picks.with(block, option), metric);
        return [{ block, option, gain: log - (row[current] ?? 0), off: distance(cost, band) }];
      }),
    );
  let off = distance(networkCost(table, picks, metric), band);
  while (off > 0) {
    let best: { block: number; option: number; off: number; price: number } | null = null;
    for (const change of changes()) {
      if (change.off >= off) continue;
      const price = -change.gain / (off - change.off);
      if (best === null || price < best.price) best = { ...change, price };
    }
    if (best === null) return null;
    picks[best.block] = best.option;
    off = best.off;
  }
  for (;;) {
    const inside = changes().filter((change) => change.off === 0 && change.gain > 1e-12);
    const [first, ...others] = inside;
    if (first === undefined) return picks;
    const best = others.reduce((a, b) => (b.gain > a.gain ? b : a), first);
    picks[best.block] = best.option;
  }
}
