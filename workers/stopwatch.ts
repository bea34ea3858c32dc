/** Time spent working, in milliseconds, without pauses. */
export class Stopwatch {
  #spentMs: number;
  #startedAt: number | null = null;

  /** @param spentMs before it was made */
  constructor(spentMs = 0) {
    this.#spentMs = spentMs;
  }

  get elapsedMs(): number {
    return this.#spentMs + (this.#startedAt === null ? 0 : performance.now() - this.#startedAt);
  }

  start(): void {
    this.#startedAt ??= performance.now();
  }

  stop(): void {
    this.#spentMs = this.elapsedMs;
    this.#startedAt = null;
  }
}
