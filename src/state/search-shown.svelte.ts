/** @file The search that the bench shows: record, log, cost table and probabilities, stored or live. */
import type { SearchProgress } from '../rpc/search-api.ts';
import type { CostTable } from '../search/cost-table.ts';
import type { ArchitectureProgress, SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { isCostTable } from '../spec/search-run-schema.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

/**
 * Of the log, which a resumed search writes again from its checkpoint on. What happened at a step stands beside what
 * was measured there.
 */
function withEntry(
  log: readonly SearchLogEntry[],
  entry: SearchLogEntry,
): readonly SearchLogEntry[] {
  const isKept = ({ step, event }: SearchLogEntry): boolean =>
    step < entry.step ||
    (step === entry.step && (event !== undefined || entry.event !== undefined));
  return [...log.filter(isKept), entry];
}

export class ShownSearch {
  readonly #services: LabServices;
  #id = $state<string | null>(null);
  #record = $state.raw<SearchRecord | null>(null);
  #log = $state.raw<readonly SearchLogEntry[]>([]);
  #table = $state.raw<CostTable | null>(null);
  #architecture = $state.raw<ArchitectureProgress | null>(null);
  #drawn = $state.raw<readonly (readonly number[])[] | null>(null);
  #alert = $state<string | null>(null);

  constructor(services: LabServices) {
    this.#services = services;
  }

  get id(): string | null {
    return this.#id;
  }
  /** null while a search is starting: it has an id before it has a record. */
  get record(): SearchRecord | null {
    return this.#record;
  }
  get log(): readonly SearchLogEntry[] {
    return this.#log;
  }
  get table(): CostTable | null {
    return this.#table;
  }
  /** Where the search stands; null before its first step, and for rivals that search nothing. */
  get architecture(): ArchitectureProgress | null {
    return this.#architecture ?? this.#log.at(-1) ?? null;
  }
  /** Choices that took part in the half step last done, by block; null when nothing runs. */
  get drawn(): readonly (readonly number[])[] | null {
    return this.#drawn;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** Show a search that is about to start. */
  begin(id: string): void {
    this.close();
    this.#id = id;
  }

  /**
   * Show a stored search.
   * @param toldAt when what the worker told last was written, in ms since 1970: an older record is not shown, for
   *   what the disk does not take waits in the worker
   */
  async open(id: string, toldAt = 0): Promise<void> {
    try {
      const { store } = this.#services;
      const [record, log] = await Promise.all([store.getSearch(id), store.readSearchLog(id)]);
      if (!record) throw new Error('This search is no longer stored.');
      if (record.updatedAt < toldAt) return;
      this.close();
      this.#id = id;
      this.#record = record;
      this.#log = log;
      this.#table = isCostTable(record.table) ? record.table : null;
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  close(): void {
    this.#id = null;
    this.#record = null;
    this.#log = [];
    this.#table = null;
    this.#architecture = null;
    this.#drawn = null;
    this.#alert = null;
  }

  /** Nothing runs any more. */
  settle(): void {
    this.#drawn = null;
  }

  /** What a worker tells of a search; reports of other searches than the one shown are dropped. */
  accept(progress: SearchProgress): void {
    if (progress.searchId !== this.#id) return;
    if (progress.kind === 'record') this.#record = progress.record;
    else if (progress.kind === 'table') this.#table = progress.table;
    else if (progress.kind === 'log') this.#log = withEntry(this.#log, progress.entry);
    else if (progress.kind === 'step') {
      this.#architecture = progress.architecture;
      this.#drawn = progress.drawn;
    }
  }
}
