/** @file Kernels that take lists: from numbered inputs (`numbered` of ./kernels.ts) back to lists. */

type Inputs<T> = Readonly<Record<string, T | undefined>>;

/** Inputs name0, name1, … up to `count` of them, from number `first` on. */
export function listOf<T>(inputs: Inputs<T>, name: string, count: number, first = 0): T[] {
  return Array.from({ length: count }, (_, i) => {
    const input = inputs[`${name}${first + i}`];
    if (input === undefined) throw new Error(`internal: no input ${name}${first + i}`);
    return input;
  });
}

/** The pairs of `blendAll`. */
export function pairsOf<T>(inputs: Inputs<T>, count: number): { running: T; x: T }[] {
  const xs = listOf(inputs, 'x', count);
  return listOf(inputs, 'running', count).flatMap((running, i) => {
    const x = xs[i];
    return x === undefined ? [] : [{ running, x }];
  });
}

/** A parameter of `sgdAll`. */
export interface UpdateOf<T> {
  readonly w: T;
  readonly v: T;
  readonly first: T;
  /** The gradients after the first. */
  readonly others: readonly T[];
}

/** @param counts gradients of each parameter, at least one */
export function updatesOf<T>(inputs: Inputs<T>, counts: readonly number[]): UpdateOf<T>[] {
  let taken = 0;
  return counts.map((count, i) => {
    const [w] = listOf(inputs, 'w', 1, i);
    const [v] = listOf(inputs, 'v', 1, i);
    const [first, ...others] = listOf(inputs, 'g', count, taken);
    taken += count;
    if (w === undefined || v === undefined || first === undefined) {
      throw new Error(`internal: parameter ${i} has no gradient`);
    }
    return { w, v, first, others };
  });
}
