/** @file Which test images change class between bit-widths, and at which width they first fail. */
import type { TestAnswers } from '../spec/inspect.ts';

export interface Flip {
  /** Place in the test set. */
  readonly index: number;
  readonly label: number;
  /** Class that it is taken for at each bit-width, ascending bits. */
  readonly said: readonly number[];
  /** From the highest width down, the first whose answer is wrong; null: never. */
  readonly failsAt: number | null;
}

/** Images that are not taken for the same class at every bit-width, in the order of the test set. */
export function flipsOf({ labels, byBits }: TestAnswers): Flip[] {
  const flips: Flip[] = [];
  labels.forEach((label, index) => {
    const said = byBits.map(({ predicted }) => predicted[index] ?? 0);
    if (said.every((winner) => winner === said[0])) return;
    const failing = byBits.findLast(({ predicted }) => predicted[index] !== label);
    flips.push({ index, label, said, failsAt: failing?.bits ?? null });
  });
  return flips;
}
