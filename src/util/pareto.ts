/** @file The Pareto front of points that cost something and are worth something. */

/**
 * The points that no other beats: none that costs no more and is worth no less, one of them strictly.
 * @returns ascending cost, then in the order given; equal points stay together
 */
export function paretoFront<T>(
  points: readonly T[],
  costOf: (point: T) => number,
  worthOf: (point: T) => number,
): T[] {
  const sorted = [...points].sort((a, b) => costOf(a) - costOf(b) || worthOf(b) - worthOf(a));
  const front: T[] = [];
  let best = -Infinity;
  let bestCost = NaN;
  for (const point of sorted) {
    const isEqual = worthOf(point) === best && costOf(point) === bestCost;
    if (worthOf(point) <= best && !isEqual) continue;
    best = worthOf(point);
    bestCost = costOf(point);
    front.push(point);
  }
  return front;
}
