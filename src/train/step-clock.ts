/** @file How long steps take, and how many images that is a second: for people, never for results. */
export class StepClock {
  #totalMs = 0;
  #steps = 0;
  /** Since the last reading. */
  #interval = { ms: 0, steps: 0 };
  /** Steps a millisecond up to the last reading; null before the first. */
  #pace: number | null = null;

  /** In steps so far, without pauses. */
  get seconds(): number {
    return this.#totalMs / 1000;
  }

  /** A step was done, or queued on a GPU, in so many ms. */
  step(ms: number): void {
    this.#totalMs += ms;
    this.#steps++;
    // The first step of a session compiles and warms up: it tells nothing of the rate.
    if (this.#steps === 2 && this.#pace === null) this.#interval = { ms: 0, steps: 0 };
    this.#interval.ms += ms;
    this.#interval.steps++;
  }

  /** All steps so far are done; on a GPU they were only queued, and waiting for them took `ms`. */
  settle(ms: number): void {
    this.#totalMs += ms;
    const { steps, ms: before } = this.#interval;
    if (steps > 0) this.#pace = steps / Math.max(before + ms, 1e-3);
    this.#interval = { ms: 0, steps: 0 };
  }

  /** Of late; images a second. */
  rate(batchSize: number): number {
    const { steps, ms } = this.#interval;
    return (this.#pace ?? steps / Math.max(ms, 1e-3)) * batchSize * 1000;
  }

  /** Of all steps together; 0 before the first. Images a second. */
  meanRate(batchSize: number): number {
    return this.#steps === 0 ? 0 : (this.#steps * batchSize * 1000) / this.#totalMs;
  }
}
