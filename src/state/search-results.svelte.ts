/** @file Searched networks against their rivals: accuracy at every bit-width over MACs or a cost. */
import type { SearchMethod } from '../spec/search-recipe.ts';
import type { SearchRecord } from '../spec/search-run.ts';
import type { CostTotals, MappingRecord } from '../spec/run.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import type { SearchList } from './search-list.svelte.ts';
import type { LabServices } from './services.ts';

/** What one network does at one bit-width. */
export interface ResultPoint {
  readonly bits: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** null until mapped. */
  readonly cost: CostTotals | null;
}

export interface SearchResult {
  readonly searchId: string;
  readonly name: string;
  readonly method: SearchMethod;
  readonly macs: number;
  /** Ascending bits. */
  readonly points: readonly ResultPoint[];
}

export class SearchResults {
  readonly #services: LabServices;
  readonly #list: SearchList;
  readonly #runs: Runs;
  readonly #open: OpenRun;
  #mappings = $state.raw<Readonly<Record<string, MappingRecord>>>({});

  readonly #all = $derived.by(() =>
    this.#list.list.flatMap((search) => this.#resultOf(search) ?? []),
  );

  constructor(services: LabServices, list: SearchList, runs: Runs, open: OpenRun) {
    this.#services = services;
    this.#list = list;
    this.#runs = runs;
    this.#open = open;
  }

  /** Trained networks of one data set, newest first: those of other images compare with nothing. */
  of(datasetId: string): readonly SearchResult[] {
    const isOf = (id: string): boolean =>
      this.#list.list.some((one) => one.id === id && one.dataset.id === datasetId);
    return this.#all.filter(({ searchId }) => isOf(searchId));
  }

  /** Read mappings of the searches' runs anew. */
  async refresh(): Promise<void> {
    const ids = this.#list.list.flatMap(({ runId }) => runId ?? []);
    const found = await Promise.all(
      ids.map((id) => this.#services.store.getMapping(id).catch(() => undefined)),
    );
    this.#mappings = Object.fromEntries(
      found.flatMap((mapping) => (mapping ? [[mapping.runId, mapping]] : [])),
    );
  }

  #resultOf({ id, runId, found, method, name }: SearchRecord): SearchResult | null {
    const run = this.#runs.list.find((one) => one.id === runId);
    if (runId === undefined || !run?.accuracies || !found) return null;
    const shown = this.#open.id === runId ? this.#open.mapping : null;
    const mapping = shown ?? this.#mappings[runId];
    const points = run.accuracies.map(({ bits, accuracy }) => ({
      bits,
      accuracy,
      cost: mapping?.byBits.find((one) => one.bits === bits)?.total ?? null,
    }));
    return { searchId: id, name, method, macs: found.macs, points };
  }
}
