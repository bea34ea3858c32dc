/**
 * @file Which sizes a loop can have: the paper's "loop-size", by a simple analytical rule.
 *
 * Splitting n into blocks of f leaves ceil(n / f) blocks. Of all f with the same number of blocks
 * only the smallest wastes nothing, so the choices for n are the f with f = ceil(n / ceil(n / f)):
 * the divisors of n and, between them, the imperfect factors, about 2·√n in all.
 */

/** @returns divisors of `n`, ascending */
export function divisorsOf(n: number): Int32Array {
  const low: number[] = [];
  const high: number[] = [];
  for (let f = 1; f * f <= n; f++) {
    if (n % f !== 0) continue;
    low.push(f);
    if (f * f !== n) high.push(n / f);
  }
  return Int32Array.from([...low, ...high.reverse()]);
}

/** @returns every f with f = ceil(n / ceil(n / f)), ascending: the divisors are among them */
export function tileFactorsOf(n: number): Int32Array {
  const factors: number[] = [];
  let factor = 1;
  for (;;) {
    factors.push(factor);
    if (factor >= n) return Int32Array.from(factors);
    // The smallest factor that leaves fewer blocks.
    factor = Math.ceil(n / (Math.ceil(n / factor) - 1));
  }
}

/** Factor lists by number, made when first asked for. */
export class FactorTable {
  readonly #perfect = new Map<number, Int32Array>();
  readonly #all = new Map<number, Int32Array>();

  /** @param imperfect whether factors that do not divide are wanted too */
  of(n: number, imperfect: boolean): Int32Array {
    const cache = imperfect ? this.#all : this.#perfect;
    let factors = cache.get(n);
    if (!factors) {
      factors = imperfect ? tileFactorsOf(n) : divisorsOf(n);
      cache.set(n, factors);
    }
    return factors;
  }
}

/** @returns how many entries of the ascending `factors` are at most `limit` */
export function countUpTo(factors: Int32Array, limit: number): number {
  let low = 0;
  let high = factors.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((factors[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Number of ways to split a loop of `n` over `slots` places, innermost first, the outermost taking
 * what is left.
 */
export function countTilings(n: number, slots: number, imperfect: boolean): number {
  const table = new FactorTable();
  const known = new Map<number, number>();
  const count = (left: number, places: number): number => {
    if (places <= 1 || left === 1) return 1;
    const key = left * 64 + places;
    let ways = known.get(key);
    if (ways === undefined) {
      ways = 0;
      for (const factor of table.of(left, imperfect))
        ways += count(Math.ceil(left / factor), places - 1);
      known.set(key, ways);
    }
    return ways;
  };
  return count(n, slots);
}
