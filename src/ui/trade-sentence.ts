/** @file The trade-off of one bit-width in a sentence: against the highest, and against the next wider. */
import type { TradePoint } from '../state/trade-off.svelte.ts';
import { formatPercent, formatRatio } from './format.ts';

/** Differences below this many points are noise of the test set, not a finding. */
const SAME_POINTS = 0.5;

/** @param wider the next bit-width up; null at the highest */
export function tradeSentence(
  point: TradePoint,
  reference: TradePoint,
  wider: TradePoint | null,
): string {
  const { bits, accuracy } = point;
  if (accuracy === null) return `At ${bits} bits: not tested yet.`;
  if (bits === reference.bits)
    return `At ${bits} bits, the highest width, ${formatPercent(accuracy)} of test images are right.`;
  const whole = `${bits} bits: ${accuracyWords(point, reference)}${costWords(point, reference)}.`;
  if (wider === null || wider.bits === reference.bits || wider.accuracy === null) return whole;
  return `${whole} From ${wider.bits} to ${bits} bits: ${pointsWords(point, wider)}${costWords(point, wider)}.`;
}

const pointsOf = (point: TradePoint, other: TradePoint): number =>
  100 * ((point.accuracy ?? NaN) - (other.accuracy ?? NaN));

function pointsWords(point: TradePoint, other: TradePoint): string {
  const points = pointsOf(point, other);
  if (Math.abs(points) < SAME_POINTS) return 'as accurate';
  return `${Math.abs(points).toFixed(1)} points ${points < 0 ? 'less' : 'more'} accurate`;
}

function accuracyWords(point: TradePoint, other: TradePoint): string {
  const isSame = Math.abs(pointsOf(point, other)) < SAME_POINTS;
  return `${pointsWords(point, other)} ${isSame ? 'as' : 'than'} ${other.bits} bits`;
}

/** Nothing where one of them is not mapped. */
function costWords({ cost }: TradePoint, { cost: other }: TradePoint): string {
  if (!cost || !other) return '';
  const energy = formatRatio(cost.energyPj / other.energyPj);
  const latency = formatRatio(cost.latencyCycles / other.latencyCycles);
  return `, for ${energy} the energy and ${latency} the time`;
}
