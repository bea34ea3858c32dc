/** @file Jobs that other tabs of the lab do: which there are, and the pace that they tell. */
import type { JobPace } from './live-job.svelte.ts';

/** A tab that is killed says nothing: who still holds a lock is asked this often. */
const ASK_EVERY_MS = 1000;

export class HeldElsewhere {
  readonly #ask: () => Promise<readonly string[]>;
  readonly #ownId: () => string | null;
  readonly #onEnded: () => Promise<void>;
  #held = $state.raw<readonly string[]>([]);
  #pace = $state.raw<{ readonly id: string; readonly pace: JobPace } | null>(null);
  #asking: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param ask     ids of the jobs that any tab does, this one included
   * @param ownId   the job that this tab does
   * @param onEnded another tab does one of them no more
   */
  constructor(
    ask: () => Promise<readonly string[]>,
    ownId: () => string | null,
    onEnded: () => Promise<void>,
  ) {
    this.#ask = ask;
    this.#ownId = ownId;
    this.#onEnded = onEnded;
  }

  has(id: string | null): boolean {
    return id !== null && this.#held.includes(id);
  }

  /** Null until the other tab reports. */
  paceOf(id: string | null): JobPace | null {
    return this.has(id) && this.#pace?.id === id ? this.#pace.pace : null;
  }

  /** The tab that does this job tells of it; `pace` where it tells that too. */
  async hear(id: string, pace: JobPace | null): Promise<void> {
    if (!this.has(id)) await this.refresh();
    if (pace !== null) this.#pace = { id, pace };
  }

  /** Ask who does what; goes on asking while another tab does something. */
  async refresh(): Promise<void> {
    clearTimeout(this.#asking);
    const before = this.#held;
    const others = (await this.#ask()).filter((id) => id !== this.#ownId());
    if (others.join() !== before.join()) this.#held = others;
    clearTimeout(this.#asking);
    if (others.length > 0) this.#asking = setTimeout(() => void this.refresh(), ASK_EVERY_MS);
    if (before.some((id) => !others.includes(id))) await this.#onEnded();
  }
}
