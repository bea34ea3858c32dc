/** @file Searches that other tabs of the lab carry out, seen live and read-only. */
import type { TabLink, TabMessage } from '../rpc/tab-link.ts';
import { HeldElsewhere } from './held-elsewhere.svelte.ts';
import type { JobPace } from './live-job.svelte.ts';
import type { SearchList } from './search-list.svelte.ts';
import type { SearchRun } from './search-run.svelte.ts';
import type { ShownSearch } from './search-shown.svelte.ts';

export class OtherSearches {
  readonly #held: HeldElsewhere;
  readonly #own: SearchRun;
  readonly #shown: ShownSearch;
  readonly #stored: SearchList;

  constructor(tabs: TabLink, own: SearchRun, shown: ShownSearch, stored: SearchList) {
    this.#own = own;
    this.#shown = shown;
    this.#stored = stored;
    this.#held = new HeldElsewhere(
      () => tabs.searchesInProgress(),
      () => own.searchId,
      () => this.#reread(),
    );
    tabs.listen((message) => void this.#hear(message));
  }

  /** Whether another tab carries this search out now. */
  has(searchId: string | null): boolean {
    return this.#held.has(searchId);
  }

  /** Its pace, null until the other tab reports. */
  paceOf(searchId: string | null): JobPace | null {
    return this.#held.paceOf(searchId);
  }

  /** Ask who searches; goes on asking while another tab does. */
  refresh(): Promise<void> {
    return this.#held.refresh();
  }

  async #hear(message: TabMessage): Promise<void> {
    if (message.kind === 'search-hand-over') await this.#own.handOver(message.searchId);
    else if (message.kind === 'search-ended') await this.refresh();
    else if (message.kind === 'searches-changed') await this.#stored.refresh();
    else if (message.kind === 'search-progress') {
      const { progress } = message;
      const { searchId } = progress;
      await this.#held.hear(
        searchId,
        progress.kind === 'step' ? { ...progress, ...progress.architecture } : null,
      );
      this.#shown.accept(progress);
      if (progress.kind === 'record') this.#stored.accept(progress.record);
    }
  }

  async #reread(): Promise<void> {
    await this.#stored.refresh();
    const { id } = this.#shown;
    if (id !== null && id !== this.#own.searchId) await this.#shown.open(id);
  }
}
