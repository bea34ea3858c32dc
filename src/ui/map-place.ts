/** @file Where a mapping search stands in its rounds, in words. */
import type { RoundPlace } from '../mapper/run.ts';
import { formatCount } from './format.ts';

/** "layer 5 of 26, round 3 of 5"; a layer counts once for each bit-width. */
export function placeWords({ round, rounds, problemsDone, problems }: RoundPlace): string {
  const at = Math.min(problemsDone + 1, problems);
  const layer = `layer ${formatCount(at)} of ${formatCount(problems)}`;
  return rounds === 1 ? layer : `${layer}, round ${round} of ${rounds}`;
}
