/** @file The stored searches: the list, deleting, and which of them other tabs carry out. */
import type { SearchRecord } from '../spec/search-run.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

export class SearchList {
  readonly #services: LabServices;
  #list = $state.raw<readonly SearchRecord[]>([]);
  #held = $state.raw<readonly string[]>([]);
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

  /** Whether any tab, this one included, carried this search out when last asked. */
  isHeld(id: string): boolean {
    return this.#held.includes(id);
  }

  async refresh(): Promise<void> {
    try {
      this.#alert = null;
      const { store, tabs } = this.#services;
      [this.#list, this.#held] = await Promise.all([
        store.listSearches(),
        tabs.searchesInProgress(),
      ]);
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
    await this.refresh();
  }

  /** Keep which run trains the network that a search found. */
  async link(id: string, runId: string): Promise<void> {
    try {
      const linked = await this.#services.store.linkSearch(id, runId);
      if (linked) this.accept(linked);
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }
}
