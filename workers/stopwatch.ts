/** Time spent working, in milliseconds, without pauses. */
export class Stopwatch {
  #spentMs = 0;
  #startedAt: number | null = null;

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
