/** @file The lab: one of each concern, and the steps that cross them. */
import type { Accelerator } from '../hw/accelerator.ts';
import { SILENCE_MS } from '../rpc/heartbeat.ts';
import type { Example } from '../spec/examples.ts';
import { parseRecipe } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { RunRecord } from '../spec/run.ts';
import type { SearchRecipe } from '../spec/search-recipe.ts';
import { shortage } from '../store/run-size.ts';
import type { Shortage } from '../store/run-size.ts';
import { SpecError } from '../util/errors.ts';
import { Accelerators } from './accelerators.svelte.ts';
import { Collection } from './collection.svelte.ts';
import { DataBench } from './data-bench.svelte.ts';
import { Journey } from './journey.svelte.ts';
import { MapInsight } from './map-insight.svelte.ts';
import { MapRun } from './map-run.svelte.ts';
import { MapSetup } from './map-setup.svelte.ts';
import { OpenRun } from './open-run.svelte.ts';
import { OtherTabs } from './other-tabs.svelte.ts';
import { RecipeForm } from './recipe-form.svelte.ts';
import { Projects } from './projects.svelte.ts';
import { RunGroup } from './run-group.svelte.ts';
import { Runs } from './runs.svelte.ts';
import type { LabServices } from './services.ts';
import { SearchBench } from './search-bench.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Share } from './share.svelte.ts';
import { Stage } from './stage.svelte.ts';
import { SweepForm } from './sweep-form.svelte.ts';
import { sweepHost } from './sweep-host.ts';
import { Sweeps } from './sweeps.svelte.ts';
import { TradeOff } from './trade-off.svelte.ts';
import { TrainRun } from './train-run.svelte.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

/** The longest recipe that means anything has 128 blocks: a few kilobytes. */
const MAX_RECIPE_BYTES = 2 ** 20;

export class Lab {
  readonly settings = new Settings();
  readonly journey = new Journey();
  readonly stage = new Stage();
  readonly share = new Share(this);
  readonly data: DataBench;
  readonly collection: Collection;
  readonly form: RecipeForm;
  readonly runs: Runs;
  readonly open: OpenRun;
  readonly train: TrainRun;
  readonly tabs: OtherTabs;
  readonly accelerators: Accelerators;
  readonly mapSetup: MapSetup;
  readonly map: MapRun;
  readonly insight: MapInsight;
  readonly trade: TradeOff;
  readonly search: SearchBench;
  readonly projects: Projects;
  readonly compare: RunGroup;
  readonly sweepForm: SweepForm;
  readonly sweeps: Sweeps;
  readonly #services: LabServices;
  #notice = $state<string | null>(null);
  #awaitsExample = $state(false);
  readonly #shortage = $derived.by(() => this.#findShortage());

  /** @param presets and `searches`: valid recipes, the default first; at least one of each */
  constructor(
    services: LabServices,
    presets: readonly Recipe[],
    searches: readonly SearchRecipe[],
  ) {
    this.#services = services;
    this.data = new DataBench(services);
    this.collection = new Collection(services, this.data);
    this.form = new RecipeForm(presets);
    this.runs = new Runs(services);
    this.open = new OpenRun(services);
    this.train = new TrainRun(services, this.open, (record) => this.runs.accept(record));
    this.tabs = new OtherTabs(services.tabs, this.train, this.open, this.runs);
    this.accelerators = new Accelerators(services);
    const mapper = new WorkerOwner('mapper', services.spawnMapper, SILENCE_MS);
    this.mapSetup = new MapSetup(services, this.open);
    this.map = new MapRun(mapper, this.mapSetup);
    this.insight = new MapInsight(mapper, this.accelerators);
    this.trade = new TradeOff(this.open, this.data, this.train);
    this.search = new SearchBench(services, searches, {
      data: this.data,
      accelerators: this.accelerators,
      runs: this.runs,
      open: this.open,
      train: this.train,
      mapSetup: this.mapSetup,
      map: this.map,
      backend: () => this.form.backend,
      settle: () => this.#afterTraining(),
    });
    this.projects = new Projects(services);
    this.#awaitsExample = this.projects.isFirstVisit;
    this.compare = new RunGroup(services, this.runs);
    this.sweepForm = new SweepForm(this.form, this.data, this.runs);
    const { data, open, train, tabs, mapSetup, map, search } = this;
    const settle = (): Promise<void> => this.#afterTraining();
    this.sweeps = new Sweeps(
      services,
      new RunGroup(services, this.runs),
      sweepHost({ data, open, train, tabs, mapSetup, map, search, settle }),
    );
  }

  /** Something about the whole page that the reader should know, e.g. the store was closed. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Storage that the run being set up lacks; null when it fits. */
  get shortage(): Shortage | null {
    return this.#shortage;
  }

  /** A first visit, before its example is here: the page keeps its place. */
  get awaitsExample(): boolean {
    return this.#awaitsExample;
  }

  notify(sentence: string | null): void {
    this.#notice = sentence;
  }

  /** First thing on the page: what is stored, then images to look at. */
  async boot(): Promise<void> {
    const first = await this.#openFirst().finally(() => (this.#awaitsExample = false));
    await this.search.boot();
    await this.#firstImages();
    await this.sweeps.boot();
    if (first !== null) await this.trade.load();
  }

  /** @returns the run that the lab opens with, the newest or an example; null: none */
  async #openFirst(): Promise<string | null> {
    await Promise.all([
      this.runs.refresh(),
      this.data.refresh(),
      this.tabs.refresh(),
      this.accelerators.refresh(),
    ]);
    const { cleared } = this.runs;
    if (cleared !== null) this.#notice = clearedSentence(cleared);
    const newest = this.runs.list.at(0);
    const first = newest?.id ?? (cleared === null ? await this.#firstExample() : null);
    if (first !== null) {
      await this.open.open(first);
      this.trade.show();
    }
    return first;
  }

  /** Bring the run that the lab opens with on a first visit. */
  async #firstExample(): Promise<string | null> {
    const id = await this.projects.firstExample();
    if (id !== null) await this.runs.refresh();
    return id;
  }

  async #firstImages(): Promise<void> {
    if (this.data.dataset || this.data.isBusy) return;
    const stored = this.data.stored.at(0);
    const { dataset } = this.form.draft;
    if (stored) await this.data.select(stored.id);
    else if (dataset.kind === 'procedural') await this.data.generate(dataset);
  }

  /** Take a preset. Its built-in images come with it, unless the reader brought their own. */
  async usePreset(recipe: Recipe): Promise<void> {
    this.form.load(recipe);
    const isOwn = this.data.dataset !== null && this.data.spec?.kind === 'stored';
    if (recipe.dataset.kind === 'procedural' && !isOwn) await this.data.generate(recipe.dataset);
  }

  /** Take a recipe file. A bad one changes nothing but the notice. */
  async useRecipeFile(file: File): Promise<void> {
    try {
      this.#notice = null;
      if (file.size > MAX_RECIPE_BYTES) {
        throw new SpecError(
          `${file.name.slice(0, 60)}: expected a recipe of at most ${MAX_RECIPE_BYTES} bytes, got ${file.size}`,
        );
      }
      await this.usePreset(parseRecipe(parseJson(await file.text(), file.name.slice(0, 60))));
    } catch (error) {
      this.#notice = sentenceOf(error);
    }
  }

  /** Train the recipe on the dataset shown in the data bench. */
  async startTraining(): Promise<void> {
    const { dataset, spec } = this.data;
    if (!dataset || !spec || this.form.fault !== null) return;
    void this.#services.store.requestPersistence().then(() => this.runs.refresh());
    try {
      const { backend, limits } = this.form;
      await this.train.start(this.form.finish(spec), dataset.id, backend, limits ? { limits } : {});
    } catch (error) {
      this.#notice = sentenceOf(error);
    }
    await this.#afterTraining();
  }

  /** Queue a run of the recipe in the form for each value of the sweep that is set up. */
  async startSweep(): Promise<void> {
    const { dataset, spec } = this.data;
    const { setting, values, isMapped } = this.sweepForm;
    if (!dataset || !spec || values === null) return;
    try {
      const { backend, limits } = this.form;
      await this.sweeps.start({
        ...{ setting, values, isMapped, backend },
        ...(limits ? { limits } : {}),
        recipe: this.form.finish(spec),
        datasetId: dataset.id,
      });
    } catch (error) {
      this.#notice = sentenceOf(error);
    }
  }

  /** Train a stored run's recipe again, each width a network of its own; then show that run again. */
  async trainAlone({ id, recipe, dataset }: RunRecord): Promise<void> {
    const name = `${recipe.name}, each width alone`.slice(0, 80);
    const training = { ...recipe.training, method: 'independent' } as const;
    try {
      const alone = parseRecipe({ ...recipe, name, training });
      await this.train.start(alone, dataset.id, this.form.backend);
    } catch (error) {
      this.#notice = sentenceOf(error);
    }
    await this.#afterTraining();
    await this.openRun(id);
  }

  /** Train the recipe of the run that is shown, on its images. */
  async trainShown(): Promise<void> {
    const recipe = this.open.record?.recipe;
    if (!recipe || this.train.isLive) return;
    this.open.close();
    await this.data.settled();
    this.form.load(recipe);
    const { dataset } = recipe;
    if (dataset.kind === 'procedural') await this.data.generate(dataset);
    else if (dataset.id !== undefined) await this.data.select(dataset.id);
    await this.startTraining();
  }

  /** Take the runs of a project file. A bad one changes nothing but the notice. */
  async importProject(file: File): Promise<void> {
    await this.#showImported(await this.projects.importFile(file));
  }

  /** Bring one of the runs that come with the lab, or show it when it is here. */
  async openExample(example: Example): Promise<void> {
    await this.#showImported(await this.projects.addExample(example));
  }

  async #showImported(id: string | null): Promise<void> {
    if (id === null) return;
    this.#services.tabs.post({ kind: 'runs-changed' });
    await Promise.all([this.runs.refresh(), this.data.refresh()]);
    await this.openRun(id);
  }

  async resumeRun(id: string): Promise<void> {
    await this.#provideImages(id);
    await this.train.resume(id, this.form.backend);
    await this.#afterTraining();
  }

  /** Go on here with a run that another tab trains. */
  async takeOverRun(id: string): Promise<void> {
    await this.train.resume(id, this.form.backend, true);
    await this.#afterTraining();
  }

  /** Map what the map bench has chosen; a run's network with the seed of its recipe. */
  async startMapping(): Promise<void> {
    const { mapping, seed } = this.form.draft;
    const run = this.mapSetup.isRun ? this.open.record : null;
    await this.map.start(mapping, run?.recipe.seed ?? seed);
    if (run) await Promise.all([this.runs.refresh(), this.compare.refresh()]);
  }

  /** Copy an accelerator, and map on the copy from now on. */
  async copyAccelerator(accelerator: Accelerator): Promise<string | null> {
    const name = await this.accelerators.copy(accelerator);
    if (name !== null) this.form.setMapping('accelerator', name);
    return name;
  }

  /** Take an accelerator from a file, and map on it from now on. */
  async readAccelerator(file: File): Promise<void> {
    const name = await this.accelerators.read(file);
    if (name !== null) this.form.setMapping('accelerator', name);
  }

  async renameAccelerator(name: string, wanted: string): Promise<string> {
    const next = await this.accelerators.rename(name, wanted);
    if (this.form.draft.mapping.accelerator === name) this.form.setMapping('accelerator', next);
    return next;
  }

  async removeAccelerator(name: string): Promise<void> {
    await this.accelerators.remove(name);
    const [first] = this.accelerators.presets;
    if (first && this.form.draft.mapping.accelerator === name && !this.accelerators.find(name))
      this.form.setMapping('accelerator', first.name);
  }

  async openRun(id: string): Promise<void> {
    await this.open.open(id);
    await this.trade.load();
  }

  async deleteRun(id: string): Promise<void> {
    await this.runs.remove(id);
    if (this.open.id === id) this.open.close();
  }

  async deleteAllRuns(): Promise<void> {
    await this.runs.removeAll();
    this.open.close();
  }

  /** A run from a file comes without its built-in images. */
  async #provideImages(id: string): Promise<void> {
    const run = this.runs.list.find((known) => known.id === id);
    if (!run) return;
    try {
      await this.data.provide(run.dataset);
    } catch (error) {
      this.#notice = sentenceOf(error);
    }
  }

  #findShortage(): Shortage | null {
    const { dataset } = this.data;
    const { use } = this.runs;
    if (dataset === null || use === null || this.form.fault !== null) return null;
    try {
      return shortage(this.form.draft, dataset, use);
    } catch {
      return null; // the network does not fit the images, which starting it says
    }
  }

  async #afterTraining(): Promise<void> {
    await this.tabs.refresh();
    await this.runs.refresh();
    await Promise.all([this.compare.refresh(), this.sweeps.group.refresh()]);
    await this.trade.load();
  }
}

function clearedSentence(count: number): string {
  const runs = count === 1 ? 'The run' : `The ${count} runs`;
  return `${runs} of your last visit ${count === 1 ? 'is' : 'are'} gone: the browser has cleared the lab’s storage, as it may when the disk runs low.`;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SpecError(
      `${name}: expected a recipe as JSON, got ${text.slice(0, 20) || 'nothing'}`,
    );
  }
}
