/** @file Runs that other tabs of the lab train, seen live and read-only. */
import type { TabLink, TabMessage } from '../rpc/tab-link.ts';
import { HeldElsewhere } from './held-elsewhere.svelte.ts';
import type { JobPace } from './live-job.svelte.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import type { TrainRun } from './train-run.svelte.ts';

/** The log is read anew from the store at most this often. */
const READ_EVERY_MS = 500;

export class OtherTabs {
  readonly #held: HeldElsewhere;
  readonly #own: TrainRun;
  readonly #open: OpenRun;
  readonly #runs: Runs;
  #reading: ReturnType<typeof setTimeout> | undefined;

  constructor(tabs: TabLink, own: TrainRun, open: OpenRun, runs: Runs) {
    this.#own = own;
    this.#open = open;
    this.#runs = runs;
    this.#held = new HeldElsewhere(
      () => tabs.runsInTraining(),
      () => own.runId,
      () => this.#reread(),
    );
    tabs.listen((message) => void this.#hear(message));
  }

  /** Whether another tab trains this run now. */
  isTraining(runId: string | null): boolean {
    return this.#held.has(runId);
  }

  /** Its pace, null until the other tab reports. */
  paceOf(runId: string | null): JobPace | null {
    return this.#held.paceOf(runId);
  }

  /** Ask who trains what; goes on asking while another tab trains. */
  refresh(): Promise<void> {
    return this.#held.refresh();
  }

  async #hear(message: TabMessage): Promise<void> {
    if (message.kind === 'hand-over') await this.#own.handOver(message.runId);
    else if (message.kind === 'ended') await this.refresh();
    else if (message.kind === 'runs-changed') await this.#runs.refresh();
    else if (message.kind === 'progress') {
      const { progress } = message;
      await this.#held.hear(progress.runId, progress.kind === 'step' ? progress : null);
      if (progress.kind === 'run') {
        this.#runs.accept(progress.run);
        this.#open.acceptRecord(progress.run);
      }
      if (progress.kind === 'log' && progress.runId === this.#open.id) this.#readLogSoon();
    }
  }

  /** What is in the store is whole: messages alone would leave gaps before the first one heard. */
  #readLogSoon(): void {
    this.#reading ??= setTimeout(() => {
      this.#reading = undefined;
      const { id } = this.#open;
      if (id !== null && id !== this.#own.runId) void this.#open.open(id);
    }, READ_EVERY_MS);
  }

  async #reread(): Promise<void> {
    await this.#runs.refresh();
    const { id } = this.#open;
    if (id !== null && id !== this.#own.runId) await this.#open.open(id);
  }
}
