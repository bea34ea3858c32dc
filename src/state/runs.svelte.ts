/** @file The stored runs: the list, deleting, renaming, and the storage they use. */
import type { RunRecord } from '../spec/run.ts';
import { MAX_NOTE_CHARACTERS } from '../spec/run-schema.ts';
import type { StorageUse } from '../store/usage.ts';
import type { LabServices, RunWords } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

/** Kept apart from the store of runs, so that it is still there when a browser clears that. */
const COUNT_KEY = 'instantnet-lab.runs';

function rememberedRuns(): number {
  try {
    return Number(localStorage.getItem(COUNT_KEY)) || 0;
  } catch {
    return 0; // storage may be forbidden
  }
}

function rememberRuns(count: number): void {
  try {
    if (rememberedRuns() !== count) localStorage.setItem(COUNT_KEY, String(count));
  } catch {
    // then a clearing is not noticed
  }
}

export class Runs {
  readonly #services: LabServices;
  #list = $state.raw<readonly RunRecord[]>([]);
  #use = $state.raw<StorageUse | null>(null);
  #alert = $state<string | null>(null);
  #cleared = $state<number | null>(null);
  #isCompared = false;

  constructor(services: LabServices) {
    this.#services = services;
  }

  /** Newest first. */
  get list(): readonly RunRecord[] {
    return this.#list;
  }
  get use(): StorageUse | null {
    return this.#use;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** How many runs the browser has cleared since the last visit; null when none, or not known. */
  get cleared(): number | null {
    return this.#cleared;
  }

  async refresh(): Promise<void> {
    await this.#guard(async () => {
      const { store } = this.#services;
      [this.#list, this.#use] = await Promise.all([store.listRuns(), store.storageUse()]);
      const before = rememberedRuns();
      if (!this.#isCompared && this.#list.length === 0 && before > 0) this.#cleared = before;
      this.#isCompared = true;
      rememberRuns(this.#list.length);
    });
  }

  /** A worker wrote this record; no need to read it back. */
  accept(record: RunRecord): void {
    const rest = this.#list.filter((run) => run.id !== record.id);
    this.#list = [...rest, record].sort((a, b) => b.createdAt - a.createdAt);
    rememberRuns(this.#list.length);
  }

  async remove(id: string): Promise<void> {
    await this.#guard(() => this.#services.store.deleteRun(id));
    await this.#changed();
  }

  async removeAll(): Promise<void> {
    await this.#guard(() => this.#services.store.deleteAllRuns());
    await this.#changed();
  }

  async rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim().slice(0, 80);
    if (trimmed === '') return;
    await this.#describe(id, { name: trimmed });
  }

  async setNote(id: string, note: string): Promise<void> {
    await this.#describe(id, { note: note.trim().slice(0, MAX_NOTE_CHARACTERS) });
  }

  /** @param color from 0 up to the number of run colours */
  async setColor(id: string, color: number): Promise<void> {
    await this.#describe(id, { color });
  }

  async #describe(id: string, words: RunWords): Promise<void> {
    await this.#guard(() => this.#services.store.describeRun(id, words));
    await this.#changed();
  }

  async #changed(): Promise<void> {
    this.#services.tabs.post({ kind: 'runs-changed' });
    await this.refresh();
  }

  async #guard(job: () => Promise<void>): Promise<void> {
    try {
      this.#alert = null;
      await job();
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }
}
