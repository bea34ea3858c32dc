/** @file Runs that other tabs of the lab train: which there are, seen live and read-only. */
import type { TabLink, TabMessage } from '../rpc/tab-link.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import type { TrainPace, TrainRun } from './train-run.svelte.ts';

/** A tab that is killed says nothing: who still holds a lock is asked this often. */
const ASK_EVERY_MS = 1000;
/** The log is read anew from the store at most this often. */
const READ_EVERY_MS = 500;

export class OtherTabs {
  readonly #tabs: TabLink;
  readonly #own: TrainRun;
  readonly #open: OpenRun;
  readonly #runs: Runs;
  #training = $state.raw<readonly string[]>([]);
  #pace = $state.raw<{ readonly runId: string; readonly pace: TrainPace } | null>(null);
  #asking: ReturnType<typeof setTimeout> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;

  constructor(tabs: TabLink, own: TrainRun, open: OpenRun, runs: Runs) {
    this.#tabs = tabs;
    this.#own = own;
    this.#open = open;
    this.#runs = runs;
    tabs.listen((message) => void this.#hear(message));
  }

  /** Whether another tab trains this run now. */
  isTraining(runId: string | null): boolean {
    return runId !== null && this.#training.includes(runId);
  }

  /** Its pace, null until the other tab reports. */
  paceOf(runId: string | null): TrainPace | null {
    return this.isTraining(runId) && this.#pace?.runId === runId ? this.#pace.pace : null;
  }

  /** Ask who trains what; goes on asking while another tab trains. */
  async refresh(): Promise<void> {
    clearTimeout(this.#asking);
    const before = this.#training;
    const held = await this.#tabs.runsInTraining();
    const others = held.filter((id) => id !== this.#own.runId);
    if (others.join() !== before.join()) this.#training = others;
    clearTimeout(this.#asking);
    if (others.length > 0) this.#asking = setTimeout(() => void this.refresh(), ASK_EVERY_MS);
    if (before.some((id) => !others.includes(id))) await this.#reread();
  }

  async #hear(message: TabMessage): Promise<void> {
    switch (message.kind) {
      case 'hand-over':
        await this.#own.handOver(message.runId);
        break;
      case 'ended':
        await this.refresh();
        break;
      case 'runs-changed':
        await this.#runs.refresh();
        break;
      case 'progress': {
        const { progress } = message;
        if (!this.isTraining(progress.runId)) await this.refresh();
        if (progress.kind === 'step') this.#pace = { runId: progress.runId, pace: progress };
        if (progress.kind === 'run') {
          this.#runs.accept(progress.run);
          this.#open.acceptRecord(progress.run);
        }
        if (progress.kind === 'log' && progress.runId === this.#open.id) this.#readLogSoon();
        break;
      }
      default:
        message satisfies never;
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
