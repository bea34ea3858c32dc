/** @file The trade-off of one bit-width in a sentence, against the highest. */
import type { TradePoint } from '../state/trade-off.svelte.ts';
import { formatPercent, formatRatio } from './format.ts';

/** Differences below this many points are noise of the test set, not a finding. */
const SAME_POINTS = 0.5;

export function tradeSentence(point: TradePoint, reference: TradePoint): string {
  const { bits, accuracy, cost } = point;
  if (accuracy === null) return `At ${bits} bits: not tested yet.`;
  const isReference = bits === reference.bits;
  if (isReference)
    return `At ${bits} bits, the highest width, ${formatPercent(accuracy)} of test images are right.`;
  const words = accuracyWords(accuracy - (reference.accuracy ?? NaN), reference.bits);
  if (!cost || !reference.cost) return `${bits} bits: ${words}.`;
  const energy = formatRatio(cost.energyPj / reference.cost.energyPj);
  const latency = formatRatio(cost.latencyCycles / reference.cost.latencyCycles);
  return `${bits} bits: ${words}, for ${energy} the energy and ${latency} the time.`;
}

function accuracyWords(difference: number, highest: number): string {
  const points = Math.abs(difference * 100);
  if (points < SAME_POINTS) return `as accurate as ${highest} bits`;
  const much = points.toFixed(1);
  return difference < 0
    ? `${much} points less accurate than ${highest} bits`
    : `${much} points more accurate than ${highest} bits`;
}
