/** @file Pause, single steps and stop for a loop that works step by step. */

export interface GateHooks {
  /** The loop is about to wait. */
  onPause(): Promise<void>;
  /** It goes on, or ends. */
  onContinue(): Promise<void>;
}

export class Gate {
  readonly #hooks: GateHooks;
  #allowance = Infinity;
  #isStopped = false;
  #wake: (() => void) | null = null;

  constructor(hooks: GateHooks) {
    this.#hooks = hooks;
  }

  /** The loop waits at `wait`. */
  get isWaiting(): boolean {
    return this.#wake !== null;
  }
  /** The loop should end before its next step. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  pause(): void {
    this.#allowance = 0;
  }

  continue(): void {
    this.#allowance = Infinity;
    this.#wake?.();
  }

  /** One step, then pause again. */
  stepOnce(): void {
    this.#allowance = 1;
    this.#wake?.();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  /** Ask before each step. @returns false: `wait`, then ask again */
  pass(): boolean {
    if (this.#allowance === 0) return false;
    this.#allowance--;
    return true;
  }

  /** Until a step is allowed or the loop is stopped. */
  async wait(): Promise<void> {
    await this.#hooks.onPause();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#allowance > 0 || this.#isStopped) resolve();
    });
    this.#wake = null;
    await this.#hooks.onContinue();
  }
}
