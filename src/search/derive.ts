/**
 * @file From probabilities to one network: the most likely choice of each block, and where its cost
 * must lie within bounds, the cheapest deviation from that in likelihood.
 */
import { networkCost } from './cost-table.ts';
import type { CostMetric, CostTable } from './cost-table.ts';
import { argmax } from './gumbel.ts';

export interface CostBand {
  readonly low: number;
  readonly high: number;
}

/** The most likely choice of each block. */
export function mostLikely(probabilities: readonly (readonly number[])[]): number[] {
  return probabilities.map(argmax);
}

/** How far a cost lies outside of a band; 0 inside. */
function distance(cost: number, { low, high }: CostBand): number {
  return Math.max(0, low - cost, cost - high);
}

/**
 * A likely network whose cost lies in a band: from the most likely choices, always the change of one
 * block that loses least likelihood for the distance it gains; then single changes that stay inside
 * and gain likelihood. Greedy, not exact.
 * @returns null when it gets stuck outside
 */
export function likelyWithin(
  probabilities: readonly (readonly number[])[],
  table: CostTable,
  metric: CostMetric,
  band: CostBand,
): number[] | null {
  const picks = mostLikely(probabilities);
  const logLikelihood = (block: number, option: number): number =>
    Math.log(Math.max(probabilities[block]?.[option] ?? 0, 1e-300));
  const changes = (): { block: number; option: number; gain: number; off: number }[] =>
    probabilities.flatMap((row, block) =>
      row.flatMap((_, option) => {
        const current = picks[block] ?? 0;
        if (option === current) return [];
        const gain = logLikelihood(block, option) - logLikelihood(block, current);
        const cost = networkCost(table, picks.with(block, option), metric);
        return [{ block, option, gain, off: distance(cost, band) }];
      }),
    );
  const isBetter = (a: number, b: number): boolean => a > b * (1 + 1e-12) + 1e-12;

  let off = distance(networkCost(table, picks, metric), band);
  while (off > 0) {
    let best: { block: number; option: number; off: number; price: number } | null = null;
    for (const change of changes()) {
      if (change.off >= off) continue;
      const price = -change.gain / (off - change.off);
      if (best === null || isBetter(best.price, price)) best = { ...change, price };
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
