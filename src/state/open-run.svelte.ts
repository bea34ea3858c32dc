/** @file The run that the page shows: its record, log and mapping, stored or live. */
import type { LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import { appendLog } from './log-series.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

export class OpenRun {
  readonly #services: LabServices;
  #id = $state<string | null>(null);
  #record = $state.raw<RunRecord | null>(null);
  #log = $state.raw<readonly LogEntry[]>([]);
  #mapping = $state.raw<MappingRecord | null>(null);
  #alert = $state<string | null>(null);
  /** The log of the run in training: the store has it only up to the last write. */
  #live: { readonly id: string; readonly log: readonly LogEntry[] } | null = null;

  constructor(services: LabServices) {
    this.#services = services;
  }

  get id(): string | null {
    return this.#id;
  }
  /** null while a run is starting: it has an id before it has a record. */
  get record(): RunRecord | null {
    return this.#record;
  }
  get log(): readonly LogEntry[] {
    return this.#log;
  }
  get mapping(): MappingRecord | null {
    return this.#mapping;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** Show a run that is about to start, and keep its log while another one is shown. */
  begin(id: string): void {
    this.close();
    this.#id = id;
    this.#live = { id, log: [] };
  }

  /** As `begin`, for a run with a past. */
  async beginAgain(id: string): Promise<void> {
    await this.open(id);
    this.#live = { id, log: this.#log };
  }

  /** Show a stored run. */
  async open(id: string): Promise<void> {
    this.#alert = null;
    try {
      const { store } = this.#services;
      const [record, log, mapping] = await Promise.all([
        store.getRun(id),
        store.readLog(id),
        store.getMapping(id),
      ]);
      if (!record) throw new Error('This run is no longer stored.');
      this.#id = id;
      this.#record = record;
      this.#log = this.#live?.id === id ? this.#live.log : log;
      this.#mapping = mapping ?? null;
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  close(): void {
    this.#id = null;
    this.#record = null;
    this.#log = [];
    this.#mapping = null;
    this.#alert = null;
  }

  /** Reports of other runs are dropped. */
  acceptRecord(record: RunRecord): void {
    if (record.id === this.#id) this.#record = record;
  }

  acceptLog(id: string, entries: readonly LogEntry[]): void {
    if (id !== this.#live?.id) return;
    this.#live = { id, log: appendLog(this.#live.log, entries) };
    if (id === this.#id) this.#log = this.#live.log;
  }

  acceptMapping(mapping: MappingRecord): void {
    if (mapping.runId === this.#id) this.#mapping = mapping;
  }
}
