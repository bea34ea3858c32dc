/** @file The stored searches: the list, deleting, and which run trains what one found. */
import type { SearchRecord } from '../spec/search-run.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

export class SearchList {
  readonly #services: LabServices;
  #list = $state.raw<readonly SearchRecord[]>([]);
  #alert = $state<string | null>(null);

  constructor(services: LabServices) {
    this.#services = services;
  }

  /** Newest first. */
  get list(): readonly SearchRecord[] {
    return this.#list;
  }
  get alert(): string | null {
    return this.#alert;
  }

  async refresh(): Promise<void> {
    try {
      this.#alert = null;
      this.#list = await this.#services.store.listSearches();
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  /** The worker wrote this record; no need to read it back. */
  accept(record: SearchRecord): void {
    const rest = this.#list.filter(({ id }) => id !== record.id);
    this.#list = [...rest, record].sort((a, b) => b.createdAt - a.createdAt);
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#services.store.deleteSearch(id);
    } catch (error) {
      this.#alert = sentenceOf(error);
      return;
    }
    this.#services.tabs.post({ kind: 'searches-changed' });
    await this.refresh();
  }

  /**
   * Keep which run trains the network that a search found.
   * @returns the record with it; null when that failed, which becomes the alert
   */
  async link(id: string, runId: string): Promise<SearchRecord | null> {
    try {
      const linked = await this.#services.store.linkSearch(id, runId);
      if (linked === undefined) return null;
      this.accept(linked);
      this.#services.tabs.post({ kind: 'searches-changed' });
      return linked;
    } catch (error) {
      this.#alert = sentenceOf(error);
      return null;
    }
  }
}
