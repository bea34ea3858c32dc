/** @file The search bench: its form, the search in hand, and the way from a search to a mapped network. */
import type { FoundNetwork, SearchRecord } from '../spec/search-run.ts';
import { derivedRecipe } from '../spec/search-recipe.ts';
import type { SearchMethod, SearchRecipe } from '../spec/search-recipe.ts';
import type { BackendPreference } from '../spec/run.ts';
import type { Accelerators } from './accelerators.svelte.ts';
import type { DataBench } from './data-bench.svelte.ts';
import type { MapRun } from './map-run.svelte.ts';
import { RUN_SUBJECT } from './map-setup.svelte.ts';
import type { MapSetup } from './map-setup.svelte.ts';
import type { OpenRun } from './open-run.svelte.ts';
import { OtherSearches } from './other-searches.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import { SearchForm } from './search-form.svelte.ts';
import { SearchList } from './search-list.svelte.ts';
import { SearchResults } from './search-results.svelte.ts';
import { SearchRun } from './search-run.svelte.ts';
import { ShownSearch } from './search-shown.svelte.ts';
import type { LabServices } from './services.ts';
import type { TrainRun } from './train-run.svelte.ts';
import { sentenceOf } from './worker-owner.ts';

/** What of the rest of the lab a search leads to. */
export interface SearchSurroundings {
  readonly data: DataBench;
  readonly accelerators: Accelerators;
  readonly runs: Runs;
  readonly open: OpenRun;
  readonly train: TrainRun;
  readonly mapSetup: MapSetup;
  readonly map: MapRun;
  readonly backend: () => BackendPreference;
  /** After a training: the benches downstream read what came out. */
  readonly settle: () => Promise<void>;
}

/** How far to go with each network that is found. */
export type SearchReach = 'search' | 'map';

export class SearchBench {
  readonly form: SearchForm;
  readonly shown: ShownSearch;
  readonly run: SearchRun;
  readonly stored: SearchList;
  readonly elsewhere: OtherSearches;
  readonly results: SearchResults;
  readonly #services: LabServices;
  readonly #lab: SearchSurroundings;
  #queue = $state.raw<readonly SearchMethod[]>([]);
  #isChained = $state(false);
  #alert = $state<string | null>(null);

  constructor(services: LabServices, presets: readonly SearchRecipe[], lab: SearchSurroundings) {
    this.#services = services;
    this.#lab = lab;
    this.form = new SearchForm(presets, lab.data, lab.accelerators);
    this.shown = new ShownSearch(services);
    this.stored = new SearchList(services);
    this.run = new SearchRun(services, this.shown, (record) => this.stored.accept(record));
    this.elsewhere = new OtherSearches(services.tabs, this.run, this.shown, this.stored);
    this.results = new SearchResults(services, this.stored, lab.runs, lab.open);
  }

  /** Methods that are still to come. */
  get queue(): readonly SearchMethod[] {
    return this.#queue;
  }
  /** Searches, trainings and mappings follow one another by themselves. */
  get isChained(): boolean {
    return this.#isChained;
  }
  /** Nothing can be started: this bench, or one downstream that it needs, is at work. */
  get isBusy(): boolean {
    return this.run.isLive || this.#isChained;
  }
  get alert(): string | null {
    return this.#alert ?? this.run.alert ?? this.shown.alert ?? this.stored.alert;
  }

  async boot(): Promise<void> {
    await Promise.all([this.stored.refresh(), this.elsewhere.refresh()]);
    const newest = this.stored.list.at(0);
    if (newest && this.shown.id === null) await this.shown.open(newest.id);
    await this.results.refresh();
  }

  /** Take a preset. Its built-in images come with it, unless the reader brought their own. */
  async usePreset(recipe: SearchRecipe): Promise<void> {
    this.form.load(recipe);
    const { data } = this.#lab;
    const isOwn = data.dataset !== null && data.spec?.kind === 'stored';
    if (recipe.dataset.kind === 'procedural' && !isOwn) await data.generate(recipe.dataset);
  }

  /** Search by each chosen method in turn; with 'map', train and map what each finds. */
  async start(reach: SearchReach = 'search'): Promise<void> {
    const { data } = this.#lab;
    const { dataset, spec } = data;
    if (this.isBusy || dataset === null || spec === null || this.form.fault !== null) return;
    const recipe = this.form.finish(spec);
    const { methods } = recipe.search;
    void this.#services.store.requestPersistence();
    let first: FoundNetwork | null = null;
    await this.#chain(async () => {
      for (const [i, method] of methods.entries()) {
        this.#queue = methods.slice(i + 1);
        const record: SearchRecord | null = await this.run.start({
          searchId: this.#services.newId(),
          name: `${recipe.name} ${method}`,
          recipe,
          method,
          datasetId: dataset.id,
          backend: this.#lab.backend(),
          codeVersion: this.#services.codeVersion,
          ...(first === null ? {} : { macs: first.macs }),
        });
        this.#keepTable();
        if (record?.found === undefined || record.status === 'stopped') return;
        first ??= record.found;
        if (reach === 'map' && !(await this.#trainAndMap(record))) return;
      }
    });
  }

  /** `takeOver`: though another tab carries it out. */
  async resume(id: string, takeOver = false): Promise<void> {
    if (this.isBusy) return;
    await this.run.resume(id, this.#lab.backend(), takeOver);
    this.#keepTable();
    await this.stored.refresh();
  }

  /** Fill the cost table of what is set up, to look at it and at the targets it allows. */
  async price(): Promise<void> {
    const { draft, space, shape } = this.form;
    if (space === null || this.isBusy) return;
    const table = await this.run.price({ recipe: draft, shape });
    if (table) this.form.acceptTable(draft, space, table);
  }

  /** Train the network that was found, by the recipe's own training, as an ordinary run. */
  async train(id: string): Promise<void> {
    await this.#chain(async () => {
      const record = this.stored.list.find((one) => one.id === id);
      if (record) await this.#trainOne(record);
    });
  }

  async map(id: string): Promise<void> {
    await this.#chain(async () => {
      const record = this.stored.list.find((one) => one.id === id);
      if (record?.runId !== undefined) await this.#mapOne(record, record.runId);
    });
  }

  async remove(id: string): Promise<void> {
    await this.stored.remove(id);
    if (this.shown.id === id) this.shown.close();
  }

  async #chain(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.#isChained = true;
    this.#alert = null;
    try {
      await work();
    } catch (error) {
      this.#alert = sentenceOf(error);
    } finally {
      this.#isChained = false;
      this.#queue = [];
      await this.stored.refresh();
      await this.results.refresh();
    }
  }

  async #trainAndMap(record: SearchRecord): Promise<boolean> {
    const runId = await this.#trainOne(record);
    return runId !== null && this.#mapOne(record, runId);
  }

  /** @returns the run when it was trained to its end or stopped; null when it failed */
  async #trainOne(record: SearchRecord): Promise<string | null> {
    const { train, settle } = this.#lab;
    if (record.found === undefined) return null;
    if (train.isLive) {
      this.#alert = 'search: expected no training in progress, got one: let it end first.';
      return null;
    }
    const recipe = { ...derivedRecipe(record.recipe, record.found.model), name: record.name };
    const training = train.start(recipe, record.dataset.id, this.#lab.backend());
    const { runId } = train;
    if (runId === null) return null;
    const linked = await this.stored.link(record.id, runId);
    if (linked !== null) this.shown.accept({ kind: 'record', searchId: linked.id, record: linked });
    await training;
    await settle();
    const run = this.#lab.runs.list.find(({ id }) => id === runId);
    return run?.accuracies ? runId : null;
  }

  /** @returns whether it was mapped to its end */
  async #mapOne({ recipe }: SearchRecord, runId: string): Promise<boolean> {
    const { open, map, mapSetup } = this.#lab;
    if (map.isLive) {
      this.#alert = 'search: expected no mapping in progress, got one: let it end first.';
      return false;
    }
    if (open.id !== runId) await open.open(runId);
    await mapSetup.choose(RUN_SUBJECT);
    await map.start(recipe.mapping, recipe.seed);
    await this.results.refresh();
    return open.mapping?.done === true;
  }

  /** What the search priced need not be priced again to set up the next. */
  #keepTable(): void {
    const { table, record } = this.shown;
    const { draft, space } = this.form;
    if (table === null || record === null || space === null || table.space !== space.name) return;
    if (this.form.isPricedAs(record.recipe, space)) this.form.acceptTable(draft, space, table);
  }
}
