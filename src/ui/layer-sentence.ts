/** @file Why a mapped layer costs what it costs, in two sentences. */
import type { LayerCost } from '../spec/run.ts';
import { formatPercent } from './format.ts';

/** What holds a layer up, and where most of its energy goes. */
export function layerSentence({ name, boundBy, utilizationRatio, parts }: LayerCost): string {
  const busy = formatPercent(utilizationRatio, 0);
  const slow =
    boundBy === 'compute'
      ? `${name} is as fast as the multipliers in use allow: no memory makes them wait, ${busy} of the array’s products are used.`
      : `${name} waits for ${boundBy}; ${busy} of the array’s products are used.`;
  const total = parts.reduce((sum, part) => sum + part.energyPj, 0);
  const [most] = parts.toSorted((a, b) => b.energyPj - a.energyPj);
  if (!most || total === 0) return slow;
  const share = formatPercent(most.energyPj / total, 0);
  const where = most.level === 'MACs' ? 'the MACs' : `moving ${most.dataspace} in ${most.level}`;
  return `${slow} The largest part of its energy, ${share}, goes into ${where}.`;
}
