/** @file The search being set up: its recipe, what a step of it takes, and which targets make sense. */
import type { CostTable } from '../search/cost-table.ts';
import { supernetMemory } from '../search/memory.ts';
import type { SupernetMemory } from '../search/memory.ts';
import { parseSearchRecipe, recipeSpace, SEARCH_METHODS } from '../spec/search-recipe.ts';
import type { SearchMethod, SearchRecipe, SearchSettings } from '../spec/search-recipe.ts';
import type { DatasetSpec, TrainingSpec } from '../spec/recipe.ts';
import type { SearchSpace } from '../spec/search-space.ts';
import type { Accelerators } from './accelerators.svelte.ts';
import type { DataBench } from './data-bench.svelte.ts';
import { costRange, countedTable, priceKey } from './search-prices.ts';
import type { CostRange } from './search-prices.ts';
import { sentenceOf } from './worker-owner.ts';

/** Whose settings are one click away; see docs/sp-nas.md. */
const PAPER_PRESET = 'sp-nas-paper';
/** Images until the reader has some. */
const DEFAULT_SHAPE = { width: 32, height: 32, channels: 3, classes: 10 };
/** The most that the `simd` kernels can address (`scripts/build-wasm.js`), less room for scratch. */
const MOST_MEMORY_BYTES = 3.5e9;

type Search = SearchSettings;
type Part = 'cost' | 'temperature' | 'architecture' | 'weights';

/** One way of mixing choices, and what a step takes with it. */
export interface MemoryOption {
  readonly paths: 'all' | 'few';
  readonly memory: SupernetMemory;
  readonly fits: boolean;
}

export class SearchForm {
  readonly #presets: readonly SearchRecipe[];
  readonly #data: DataBench;
  readonly #accelerators: Accelerators;
  #draft: SearchRecipe;
  /** Filled cost tables by `priceKey`. */
  #tables = $state.raw<Readonly<Record<string, CostTable>>>({});

  readonly #space = $derived.by((): SearchSpace | string => {
    try {
      return recipeSpace(parseSearchRecipe(this.#draft), this.shape);
    } catch (error) {
      return sentenceOf(error);
    }
  });
  readonly #table = $derived.by((): CostTable | null => {
    const { space } = this;
    if (space === null) return null;
    return this.#tables[this.#key(this.#draft, space)] ?? countedTable(this.#draft, space);
  });
  readonly #range = $derived.by((): CostRange | null =>
    this.#table ? costRange(this.#table, this.#draft.search.cost.metric) : null,
  );
  readonly #memory = $derived.by((): readonly MemoryOption[] => {
    const { space } = this;
    if (space === null) return [];
    const { batchSize, paths } = this.#draft.search;
    const few = paths === 'all' ? 2 : Math.max(paths.weights, paths.architecture);
    const { bitWidths } = this.#draft;
    return (['all', 'few'] as const).map((kind) => {
      const options = { batchSize, paths: kind === 'all' ? Infinity : few, bitWidths };
      const memory = supernetMemory(space, options);
      return { paths: kind, memory, fits: memory.totalBytes <= MOST_MEMORY_BYTES };
    });
  });
  readonly #fault = $derived.by(() => this.#findFault());

  /** @param presets valid recipes, the default first; at least one */
  constructor(presets: readonly SearchRecipe[], data: DataBench, accelerators: Accelerators) {
    const [first] = presets;
    if (!first) throw new Error('internal: SearchForm needs a preset');
    this.#presets = presets;
    this.#data = data;
    this.#accelerators = accelerators;
    this.#draft = $state.raw(first);
  }

  get presets(): readonly SearchRecipe[] {
    return this.#presets;
  }
  /** May hold values out of range: see `fault`. */
  get draft(): SearchRecipe {
    return this.#draft;
  }
  /** The preset with all settings as they are, else null. */
  get presetName(): string | null {
    const preset = this.#presets.find((one) => one.name === this.#draft.name);
    return preset && sameSettings(preset, this.#draft) ? preset.name : null;
  }
  /** What is wrong, as one sentence; null when the search can start. */
  get fault(): string | null {
    return this.#fault;
  }
  /** Fitted to the chosen images; null while the recipe is faulty. */
  get space(): SearchSpace | null {
    return typeof this.#space === 'string' ? null : this.#space;
  }
  /** null until it is filled. */
  get table(): CostTable | null {
    return this.#table;
  }
  get range(): CostRange | null {
    return this.#range;
  }
  /** All choices at once, then few; empty while the recipe is faulty. */
  get memory(): readonly MemoryOption[] {
    return this.#memory;
  }
  /** A sentence when the way of mixing that is chosen will not fit; null when it does. */
  get memoryWarning(): string | null {
    const chosen = this.#draft.search.paths === 'all' ? 'all' : 'few';
    return this.#memory.find(({ paths }) => paths === chosen)?.fits === false
      ? 'A step takes more memory than the SIMD backend can address (4 GB): take few choices a step, a smaller batch or a smaller layout, or a graphics card that holds it.'
      : null;
  }
  get isPaper(): boolean {
    const paper = this.#paper;
    const { anchor } = this.#draft.search;
    return (
      paper !== null &&
      JSON.stringify(anchor) === JSON.stringify(paper.search.anchor) &&
      JSON.stringify(pace(paper)) === JSON.stringify(pace(this.#draft))
    );
  }
  /** Size of the images to search for. */
  get shape(): { width: number; height: number; channels: number; classes: number } {
    const { dataset } = this.#data;
    if (dataset === null) return DEFAULT_SHAPE;
    const { width, height, channels, classNames } = dataset;
    return { width, height, channels, classes: classNames.length };
  }

  /** True when the fault is about this field, e.g. `search.cost.target`. */
  isFaulty(field: string): boolean {
    const fault = this.#fault ?? '';
    return [`recipe.${field}:`, `recipe.${field}.`].some((start) => fault.startsWith(start));
  }

  load(recipe: SearchRecipe): void {
    this.#draft = recipe;
  }

  set<K extends 'seed' | 'bitWidths'>(field: K, value: SearchRecipe[K]): void {
    this.#draft = { ...this.#draft, [field]: value };
  }

  setSearch<K extends keyof Search>(field: K, value: Search[K]): void {
    this.#draft = { ...this.#draft, search: { ...this.#draft.search, [field]: value } };
  }

  setPart<P extends Part, K extends keyof Search[P]>(part: P, field: K, value: Search[P][K]): void {
    this.setSearch(part, { ...this.#draft.search[part], [field]: value });
  }

  setTraining<K extends keyof TrainingSpec>(field: K, value: TrainingSpec[K]): void {
    this.#draft = { ...this.#draft, training: { ...this.#draft.training, [field]: value } };
  }

  setAccelerator(accelerator: string): void {
    this.#draft = { ...this.#draft, mapping: { ...this.#draft.mapping, accelerator } };
    this.#aim();
  }

  /** Another metric means another unit: the target moves to where searches begin, if that is known. */
  setMetric(metric: Search['cost']['metric']): void {
    this.setPart('cost', 'metric', metric);
    this.#aim();
  }

  setLayout(space: Search['space']): void {
    this.setSearch('space', space);
    this.#aim();
  }

  /** At least one stays chosen; in their usual order, so that a search comes before its rivals. */
  toggleMethod(method: SearchMethod): void {
    const { methods } = this.#draft.search;
    const next = SEARCH_METHODS.filter((one) => methods.includes(one) !== (one === method));
    if (next.length > 0) this.setSearch('methods', next);
  }

  /** Add or take away a width; the set stays ascending. */
  toggleBits(bits: number): void {
    const before = this.#draft.bitWidths;
    const after = before.includes(bits)
      ? before.filter((b) => b !== bits)
      : [...before, bits].sort((a, b) => a - b);
    this.set('bitWidths', after);
  }

  /** Set the choice that others start from; undefined leaves it out. */
  setAnchor(anchor: Search['anchor']): void {
    const { anchor: _anchor, ...search } = this.#draft.search;
    this.#draft = { ...this.#draft, search: anchor === undefined ? search : { ...search, anchor } };
  }

  setPaths(kind: 'all' | 'few'): void {
    const few = this.#presets.find(({ search }) => search.paths !== 'all')?.search.paths;
    this.setSearch('paths', kind === 'all' ? 'all' : (few ?? { weights: 1, architecture: 2 }));
  }

  /** Take the paper's pace: epochs, batch, mixing, temperature, rates and distillation. */
  usePaper(): void {
    const paper = this.#paper;
    if (paper === null) return;
    this.setAnchor(paper.search.anchor);
    this.#draft = {
      ...this.#draft,
      search: { ...this.#draft.search, ...pace(paper).search },
      training: { ...this.#draft.training, ...pace(paper).training },
    };
  }

  /** A table that was filled for a recipe. */
  acceptTable(recipe: SearchRecipe, space: SearchSpace, table: CostTable): void {
    this.#tables = { ...this.#tables, [this.#key(recipe, space)]: table };
  }

  /** Whether both would be priced by the same table. */
  isPricedAs(recipe: SearchRecipe, space: SearchSpace): boolean {
    return this.#key(recipe, space) === this.#key(this.#draft, space);
  }

  /** The recipe to search on a dataset. @throws SpecError when a setting is out of range */
  finish(dataset: DatasetSpec): SearchRecipe {
    return parseSearchRecipe({ ...this.#draft, dataset });
  }

  #key(recipe: SearchRecipe, space: SearchSpace): string {
    return priceKey(recipe, space, this.#accelerators.find(recipe.mapping.accelerator));
  }

  get #paper(): SearchRecipe | null {
    return this.#presets.find(({ name }) => name === PAPER_PRESET) ?? null;
  }

  #aim(): void {
    const range = this.#range;
    const { target } = this.#draft.search.cost;
    if (range === null || (target >= range.cheapest && target <= range.dearest)) return;
    this.setPart('cost', 'target', Number(range.start.toPrecision(2)));
  }

  #findFault(): string | null {
    if (typeof this.#space === 'string') return this.#space;
    const { cost, methods, epochs, warmupEpochs } = this.#draft.search;
    const range = this.#range;
    if (range !== null) {
      const [low, high] = [cost.target * (1 - cost.tolerance), cost.target * (1 + cost.tolerance)];
      if (high < range.cheapest || low > range.dearest)
        return `recipe.search.cost.target: expected a cost that networks of the space have, ${range.cheapest.toPrecision(3)} to ${range.dearest.toPrecision(3)}, got ${cost.target}`;
    }
    if (warmupEpochs >= epochs)
      return `recipe.search.warmupEpochs: expected fewer than the ${epochs} epochs there are, got ${warmupEpochs}`;
    if (cost.metric !== 'flops' && methods.join() === 'mobilenetv2-scaled')
      return 'recipe.search.methods: expected a search too, whose MACs MobileNetV2 is scaled to, got MobileNetV2 alone';
    return null;
  }
}

/** What makes a search the paper's, apart from space, cost and methods. */
function pace({ search, training }: SearchRecipe): {
  search: Partial<Search>;
  training: Pick<TrainingSpec, 'beta' | 'distillOn'>;
} {
  const { lambda, epochs, warmupEpochs, batchSize, paths, temperature, architecture, weights } =
    search;
  const { beta, distillOn } = training;
  return {
    search: { lambda, epochs, warmupEpochs, batchSize, paths, temperature, architecture, weights },
    training: { beta, distillOn },
  };
}

/** All but the dataset, which the data bench decides. */
function sameSettings(a: SearchRecipe, b: SearchRecipe): boolean {
  const strip = (r: SearchRecipe): string => JSON.stringify({ ...r, dataset: null });
  return strip(a) === strip(b);
}
