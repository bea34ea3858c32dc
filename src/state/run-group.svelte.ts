/** @file Several stored runs side by side: their records, logs and mappings, one colour each. */
import type { LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import { RUN_COLORS } from '../spec/run-schema.ts';
import type { Runs } from './runs.svelte.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

/** As many as there are colours. */
export const MOST_COMPARED = RUN_COLORS;

export interface GroupedRun {
  readonly record: RunRecord;
  /** From 0; no two runs of a group have the same unless the reader gave it to both. */
  readonly color: number;
  readonly log: readonly LogEntry[];
  readonly mapping: MappingRecord | null;
}

type Parts = Pick<GroupedRun, 'log' | 'mapping'>;

export class RunGroup {
  readonly #services: LabServices;
  readonly #runs: Runs;
  #ids = $state.raw<readonly string[]>([]);
  #parts = $state.raw<Readonly<Record<string, Parts>>>({});
  #alert = $state<string | null>(null);
  #reading = 0;

  readonly #rows = $derived.by((): readonly GroupedRun[] => {
    const records = this.#ids.flatMap((id) => this.#runs.list.find((run) => run.id === id) ?? []);
    const colors = colorsOf(records);
    return records.map((record, i) => ({
      record,
      color: colors[i] ?? 0,
      ...(this.#parts[record.id] ?? { log: [], mapping: null }),
    }));
  });

  constructor(services: LabServices, runs: Runs) {
    this.#services = services;
    this.#runs = runs;
  }

  /** In the order chosen; a deleted run is not among them. */
  get rows(): readonly GroupedRun[] {
    return this.#rows;
  }
  /** Bit-widths of any of them, ascending. */
  get bitWidths(): readonly number[] {
    return this.#rows
      .flatMap(({ record }) => record.recipe.bitWidths)
      .filter((bits, i, all) => all.indexOf(bits) === i)
      .sort((a, b) => a - b);
  }
  get alert(): string | null {
    return this.#alert;
  }
  get isFull(): boolean {
    return this.#rows.length >= MOST_COMPARED;
  }

  has(id: string): boolean {
    return this.#ids.includes(id);
  }

  async toggle(id: string): Promise<void> {
    if (this.has(id)) await this.set(this.#ids.filter((one) => one !== id));
    else if (!this.isFull) await this.set([...this.#rows.map(({ record }) => record.id), id]);
  }

  /** The first runs of `ids`, as many as there is room for. */
  async set(ids: readonly string[]): Promise<void> {
    this.#ids = ids.slice(0, MOST_COMPARED);
    await this.refresh();
  }

  /** Read logs and mappings anew. */
  async refresh(): Promise<void> {
    const reading = ++this.#reading;
    const { store } = this.#services;
    try {
      const parts = await Promise.all(
        this.#ids.map(async (id): Promise<[string, Parts]> => {
          const [log, mapping] = await Promise.all([store.readLog(id), store.getMapping(id)]);
          return [id, { log, mapping: mapping ?? null }];
        }),
      );
      if (reading !== this.#reading) return; // others are chosen by now
      this.#parts = Object.fromEntries(parts);
      this.#alert = null;
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }
}

/** The reader's own first; the others get those that are left, in order. */
export function colorsOf(records: readonly Pick<RunRecord, 'color'>[]): number[] {
  const taken = records.flatMap(({ color }) => color ?? []);
  const free = Array.from({ length: RUN_COLORS }, (_, i) => i).filter((i) => !taken.includes(i));
  return records.map(({ color }, i) => color ?? free.shift() ?? i % RUN_COLORS);
}
