/**
 * @file Adam on a table of numbers, in float64, for parameters that are few.
 * @source Kingma & Ba, ICLR 2015, Algorithm 1
 */

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

type Table = readonly (readonly number[])[];

/** Plain data. */
export interface AdamState {
  readonly step: number;
  readonly means: Table;
  readonly squares: Table;
}

export function adamStart(parameters: Table): AdamState {
  const zeros = parameters.map((row) => row.map(() => 0));
  return { step: 0, means: zeros, squares: zeros };
}

/** @returns parameters after one step, and the state for the next; the old ones are not changed */
export function adamStep(
  parameters: Table,
  gradients: Table,
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamSettings,
): { readonly parameters: number[][]; readonly state: AdamState } {
  const step = state.step + 1;
  const zip = (a: Table, b: Table, combine: (x: number, y: number) => number): number[][] =>
    a.map((row, i) => row.map((x, j) => combine(x, b[i]?.[j] ?? 0)));
  const means = zip(state.means, gradients, (m, g) => beta1 * m + (1 - beta1) * g);
  const squares = zip(state.squares, gradients, (v, g) => beta2 * v + (1 - beta2) * g * g);
  const moves = zip(means, squares, (m, v) => {
    const mean = m / (1 - beta1 ** step);
    const square = v / (1 - beta2 ** step);
    return (learningRate * mean) / (Math.sqrt(square) + epsilon);
  });
  return {
    parameters: zip(parameters, moves, (p, move) => p - move),
    state: { step, means, squares },
  };
}
