/**
 * @file Seeded random numbers: xoshiro128** seeded by SplitMix32.
 *
 * The only source of randomness in the lab. The same seed gives the same stream on every machine;
 * `fork` gives independent named streams so that adding a draw in one place moves no other.
 *
 * @source Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2018.
 */

/** The whole state of a generator: plain data, so that a run can stop and replay from it. */
export type RngState = readonly [number, number, number, number];

export class Rng {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /** @param seed any finite number; its 32-bit integer part is used */
  constructor(seed: number) {
    let z = seed >>> 0;
    const next = (): number => {
      z = (z + 0x9e3779b9) >>> 0;
      let t = z ^ (z >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      return (t ^ (t >>> 15)) >>> 0;
    };
    this.#s0 = next();
    this.#s1 = next();
    this.#s2 = next();
    this.#s3 = next() | 1; // never the all-zero state
  }

  /** Continue from a saved state. */
  static fromState(state: RngState): Rng {
    const rng = new Rng(0);
    [rng.#s0, rng.#s1, rng.#s2, rng.#s3] = state;
    return rng;
  }

  get state(): RngState {
    return [this.#s0, this.#s1, this.#s2, this.#s3];
  }

  /** @returns an integer in [0, 2^32) */
  uint32(): number {
    const r = Math.imul(this.#s1, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= t;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }

  /** @returns a number in [0, 1) with 32 random bits */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** @returns a number in [low, high) */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** @param count at least 1 @returns an integer in [0, count) */
  int(count: number): number {
    return Math.floor(this.float() * count);
  }

  /** @returns one of `items`, which must not be empty */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('internal: Rng.pick from an empty list');
    return items[this.int(items.length)] as T;
  }

  /** @returns a draw from the normal distribution (Box-Muller, one of the pair) */
  normal(mean = 0, standardDeviation = 1): number {
    const u = 1 - this.float(); // (0, 1]
    const v = this.float();
    return mean + standardDeviation * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }

  /** Shuffle in place (Fisher-Yates). @returns the same array */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = items[i];
      (items as Record<number, unknown>)[i] = items[j];
      (items as Record<number, unknown>)[j] = held;
    }
    return items;
  }

  /** An independent generator for the stream `name`; does not advance this one. */
  fork(name: string | number): Rng {
    let hash = 0x811c9dc5; // FNV-1a over the name, then mixed with the state
    for (const char of String(name))
      hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    return new Rng((hash ^ Math.imul(this.#s0, 0x9e3779b1) ^ this.#s2) >>> 0);
  }
}
