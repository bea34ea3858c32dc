/**
 * @file One network search from its record in the store to the network it finds, and back from a
 * checkpoint. Glue between the searcher, the supernet, the store and the page.
 */
import type { Dataset } from '../src/data/dataset.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type {
  PriceSpec,
  SearchApi,
  SearchMeasure,
  SearchMeasureSpec,
  SearchProgress,
  SearchSpec,
} from '../src/rpc/search-api.ts';
import { SearchDriver } from '../src/search/ask-tell.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import type { SpNasCandidate, SpNasResult } from '../src/search/sp-nas.ts';
import { parseSearchRecipe, recipeSpace, searchBits } from '../src/spec/search-recipe.ts';
import { parseSearchState } from '../src/spec/search-state.ts';
import type { BackendPreference, BackendReport } from '../src/spec/run.ts';
import type { SearchRecord } from '../src/spec/search-run.ts';
import { getDataset, getDatasetInfo } from '../src/store/datasets.ts';
import { openLab } from '../src/store/open.ts';
import type { Checkpoint, LabDatabase } from '../src/store/schema.ts';
import {
  appendSearchLog,
  getSearch,
  latestSearchCheckpoint,
  putSearch,
  putSearchCheckpoint,
  trimSearchLog,
  updateSearch,
} from '../src/store/searches.ts';
import { deathOf } from '../src/rpc/heartbeat.ts';
import { withRunLock } from '../src/rpc/run-lock.ts';
import { SpecError } from '../src/util/errors.ts';
import { breathe } from './breathe.ts';
import { GpuLostError, lossSentence, untilGpuLost } from './gpu-run.ts';
import { namedAccelerator } from './named-accelerator.ts';
import { derived, rival } from './search-found.ts';
import { measureSearch } from './search-measure.ts';
import { searcherSpec, searchMemory, trainerSpec } from './search-spec.ts';
import { searchTable } from './search-table.ts';
import { Stopwatch } from './stopwatch.ts';

type OnProgress = (progress: SearchProgress) => void;
type Driver = SearchDriver<SpNasCandidate, SpNasResult>;

/** A search that came to its end or was stopped. */
interface Driven {
  readonly searcher: SpNas;
  readonly isWhole: boolean;
}

const REPORT_MS = 100;
const CHECKPOINT_MS = 5_000;
/** Log entries an epoch, so that a short search still draws a curve. */
const LOGS_PER_EPOCH = 5;

const GONE = 'search: the search was deleted while it ran';

export interface SearchServices {
  startBackend(preference: BackendPreference): Promise<Omit<BackendReport, 'workers'>>;
}

export class SearchSession implements SearchApi {
  readonly #services: SearchServices;
  #db: Promise<LabDatabase> | null = null;
  #running: { readonly searchId: string; driver: Driver | null } | null = null;

  constructor(services: SearchServices) {
    this.#services = services;
  }

  async start(spec: SearchSpec, onProgress: OnProgress): Promise<SearchRecord> {
    const recipe = parseSearchRecipe(spec.recipe);
    const db = await this.#open();
    const info = await getDatasetInfo(db, spec.datasetId);
    if (info === undefined) {
      throw new SpecError(`search: expected a stored dataset, got the unknown ${spec.datasetId}`);
    }
    const backend = await this.#startBackend(spec.backend);
    const now = Date.now();
    const record: SearchRecord = {
      id: spec.searchId,
      name: spec.name,
      createdAt: now,
      updatedAt: now,
      status: 'searching',
      method: spec.method,
      recipe,
      codeVersion: spec.codeVersion,
      backend,
      dataset: info,
      step: 0,
      totalSteps: 0,
      searchSeconds: 0,
      table: null,
      memory: null,
    };
    return this.#alone(record.id, async (lost) => {
      await putSearch(db, record);
      return this.#search(record, spec.macs, onProgress, lost);
    });
  }

  async resume(
    searchId: string,
    preference: BackendPreference,
    onProgress: OnProgress,
    takeOver = false,
  ): Promise<SearchRecord> {
    const db = await this.#open();
    const stored = await getSearch(db, searchId);
    if (stored === undefined) {
      throw new SpecError(
        `search: expected a stored search to resume, got the unknown ${searchId}`,
      );
    }
    return this.#alone(
      searchId,
      async (lost) => {
        const backend = await this.#startBackend(preference);
        // what another tab wrote until it let go counts
        const last = (await getSearch(db, searchId)) ?? stored;
        const { failure: _failure, found: _found, runId: _runId, ...rest } = last;
        const record: SearchRecord = { ...rest, backend, status: 'searching' };
        await putSearch(db, record);
        return this.#search(record, undefined, onProgress, lost);
      },
      takeOver,
    );
  }

  pause(searchId: string): Promise<void> {
    this.#driver(searchId)?.pause();
    return Promise.resolve();
  }

  continue(searchId: string): Promise<void> {
    this.#driver(searchId)?.continue();
    return Promise.resolve();
  }

  step(searchId: string): Promise<void> {
    this.#driver(searchId)?.stepOnce();
    return Promise.resolve();
  }

  stop(searchId: string): Promise<void> {
    this.#driver(searchId)?.stop();
    return Promise.resolve();
  }

  async price(
    { recipe, shape }: PriceSpec,
    onProgress: (doneRatio: number) => void,
  ): Promise<CostTable> {
    const checked = parseSearchRecipe(recipe);
    const space = recipeSpace(checked, shape);
    return this.#claimed('cost table', async () => {
      let reportedAt = -Infinity;
      const report = (doneRatio: number): void => {
        const now = performance.now();
        if (now - reportedAt < REPORT_MS) return;
        reportedAt = now;
        onProgress(doneRatio);
      };
      const accelerator = await namedAccelerator(checked.mapping.accelerator, () => this.#open());
      const bits = checked.bitWidths[0] ?? NaN;
      return searchTable({ recipe: checked, space, bits, accelerator }, report, breathe);
    });
  }

  async measure(spec: SearchMeasureSpec): Promise<SearchMeasure> {
    return this.#claimed('measure', async () =>
      measureSearch(spec, await this.#startBackend(spec.backend)),
    );
  }

  /** One search at a time in this worker, and no other tab at the same one. */
  #alone<T>(
    searchId: string,
    work: (lost: AbortSignal) => Promise<T>,
    takeOver = false,
  ): Promise<T> {
    return this.#claimed(searchId, () => withRunLock(searchId, work, { of: 'search', takeOver }));
  }

  #driver(searchId: string): Driver | null {
    return this.#running?.searchId === searchId ? this.#running.driver : null;
  }

  async #claimed<T>(searchId: string, work: () => Promise<T>): Promise<T> {
    if (this.#running !== null) {
      throw new SpecError(`search: expected none in progress, got ${this.#running.searchId}`);
    }
    this.#running = { searchId, driver: null };
    try {
      return await work();
    } finally {
      this.#running = null;
    }
  }

  #open(): Promise<LabDatabase> {
    this.#db ??= openLab({ onClosed: () => (this.#db = null) });
    return this.#db;
  }

  async #startBackend(preference: BackendPreference): Promise<BackendReport> {
    return { ...(await this.#services.startBackend(preference)), workers: 1 };
  }

  /** Search from the last checkpoint, or from the start; keeps the record in the store true. */
  async #search(
    start: SearchRecord,
    macs: number | undefined,
    onProgress: OnProgress,
    lost: AbortSignal,
  ): Promise<SearchRecord> {
    const { id: searchId, method, recipe } = start;
    const db = await this.#open();
    let record = start;
    const save = async (change: Partial<SearchRecord>): Promise<void> => {
      if (lost.aborted) throw lost.reason;
      const updated = await updateSearch(db, searchId, { ...change, updatedAt: Date.now() });
      if (updated === undefined) throw new SpecError(GONE);
      record = updated;
      onProgress({ kind: 'record', searchId, record });
    };
    onProgress({ kind: 'backend', searchId, backend: record.backend });
    try {
      const dataset = await getDataset(db, record.dataset.id);
      if (dataset === undefined) throw new SpecError(`The dataset ${record.dataset.name} is gone.`);
      const space = recipeSpace(recipe, { ...dataset, classes: dataset.classNames.length });
      const table = await this.#table(record, space, onProgress);
      if (method === 'random' || method === 'mobilenetv2-scaled') {
        const found = rival({ recipe, space, table }, method, macs);
        await save({ status: 'found', table, found });
        return record;
      }
      const memory = searchMemory(recipe, method, space);
      onProgress({ kind: 'memory', searchId, memory });
      await save({ table, memory });
      const drive = async (over: AbortSignal): Promise<Driven> => {
        const checkpoint = await latestSearchCheckpoint(db, searchId);
        const from = { record, space, table, dataset, checkpoint };
        return this.#drive(from, save, onProgress, AbortSignal.any([lost, over]));
      };
      const { searcher, isWhole } = await this.#untilDone(drive, async (error) => {
        const backend = await this.#startBackend('auto');
        await save({ backend });
        onProgress({ kind: 'backend', searchId, backend });
        const text = lossSentence(error, record.step, backend.name, 'the search');
        onProgress({ kind: 'notice', searchId, text });
      });
      const found = derived({ recipe, space, table }, method, searcher);
      await save({ status: isWhole ? 'found' : 'stopped', found });
      return record;
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      const died = deathOf(error, 'search worker');
      if (died !== null) throw died; // the page starts a new worker
      const failure = error instanceof Error ? error.message : String(error);
      if ((await getSearch(db, searchId)) !== undefined) await save({ status: 'failed', failure });
      throw error;
    }
  }

  /** Drive to the end; where the GPU is lost, again from the last checkpoint on what there is then. */
  async #untilDone(
    drive: (over: AbortSignal) => Promise<Driven>,
    onLost: (error: GpuLostError) => Promise<void>,
  ): Promise<Driven> {
    for (;;) {
      const over = new AbortController();
      try {
        return await untilGpuLost(() => drive(over.signal));
      } catch (error) {
        if (!(error instanceof GpuLostError)) throw error;
        over.abort(error); // what still waits for the GPU must not write when it fails
        await onLost(error);
      }
    }
  }

  async #table(
    { id: searchId, recipe, method, table }: SearchRecord,
    space: ReturnType<typeof recipeSpace>,
    onProgress: OnProgress,
  ): Promise<CostTable> {
    // The table of a search that is resumed is the one it began with.
    if (table !== null) {
      onProgress({ kind: 'table', searchId, table: table as CostTable });
      return table as CostTable;
    }
    const { architecture: bits } = searchBits(
      method === 'fp-nas' ? 'sp-nas' : method,
      recipe.bitWidths,
    );
    const accelerator = await namedAccelerator(recipe.mapping.accelerator, () => this.#open());
    let reportedAt = -Infinity;
    const filled = await searchTable(
      { recipe, space, bits, accelerator },
      (doneRatio) => {
        const now = performance.now();
        if (now - reportedAt < REPORT_MS) return;
        reportedAt = now;
        const progress = { stage: 'cost table', done: Math.round(100 * doneRatio), total: 100 };
        onProgress({ kind: 'stage', searchId, progress });
      },
      breathe,
    );
    onProgress({ kind: 'table', searchId, table: filled });
    return filled;
  }

  async #drive(
    from: {
      readonly record: SearchRecord;
      readonly space: ReturnType<typeof recipeSpace>;
      readonly table: CostTable;
      readonly dataset: Dataset;
      readonly checkpoint: Checkpoint | undefined;
    },
    save: (change: Partial<SearchRecord>) => Promise<void>,
    onProgress: OnProgress,
    over: AbortSignal,
  ): Promise<Driven> {
    const { record, space, table, dataset, checkpoint } = from;
    const { id: searchId, method, recipe } = record;
    const db = await this.#open();
    const spec = searcherSpec(recipe, space, table, dataset.train.count);
    const choices = table.blocks.map(({ length }) => length);
    const state = checkpoint && parseSearchState(checkpoint.state, choices);
    const searcher = new SpNas(spec, state);
    const trainer = new SupernetTrainer(
      trainerSpec(recipe, method, space, dataset, checkpoint?.tensors ?? null),
    );
    const { batchSize } = recipe.search;
    const logEvery = Math.max(1, Math.floor(spec.stepsPerEpoch / LOGS_PER_EPOCH));
    const secondsBefore = checkpoint === undefined ? 0 : record.searchSeconds;
    const watch = new Stopwatch();
    let images = 0;
    let reportedAt = -Infinity;
    let checkpointAt = performance.now();
    let judged = { count: 0, crossEntropy: 0, accuracy: 0 };
    const rate = (): number => (images * 1000) / Math.max(watch.elapsedMs, 1e-3);
    const keep = async (): Promise<void> => {
      const { step, epoch } = searcher.progress();
      const tensors = await trainer.snapshot();
      if (over.aborted) throw over.reason;
      const kept = { step, epoch, state: searcher.state(), tensors };
      if (!(await putSearchCheckpoint(db, searchId, kept))) throw new SpecError(GONE);
      await save({ step, searchSeconds: secondsBefore + watch.elapsedMs / 1000 });
      checkpointAt = performance.now();
    };
    const log = async (): Promise<void> => {
      const metrics = await trainer.takeMetrics();
      const broken = metrics.find(({ crossEntropy }) => !Number.isFinite(crossEntropy));
      if (broken !== undefined) {
        throw new Error(
          `search diverged: expected a finite loss at ${broken.bits} bits, got ${broken.crossEntropy}; try a lower learning rate`,
        );
      }
      const validation =
        judged.count === 0
          ? null
          : {
              crossEntropy: judged.crossEntropy / judged.count,
              accuracy: judged.accuracy / judged.count,
            };
      judged = { count: 0, crossEntropy: 0, accuracy: 0 };
      const entry = { ...searcher.progress(), metrics, validation, imagesPerSecond: rate() };
      if (!(await appendSearchLog(db, searchId, entry))) throw new SpecError(GONE);
      onProgress({ kind: 'log', searchId, entry });
    };
    await trimSearchLog(db, searchId, searcher.progress().step);
    await save({ totalSteps: searcher.totalSteps, step: searcher.progress().step });
    const driver: Driver = new SearchDriver<SpNasCandidate, SpNasResult>(searcher, trainer, {
      onTold: async (candidate, result) => {
        images += batchSize;
        if (result.crossEntropy !== null && result.accuracy !== null) {
          judged.count++;
          judged.crossEntropy += result.crossEntropy;
          judged.accuracy += result.accuracy;
        }
        const architecture = searcher.progress();
        const now = performance.now();
        if (now - reportedAt >= REPORT_MS || searcher.done) {
          reportedAt = now;
          const stepsDone = architecture.step - (checkpoint?.step ?? 0);
          const perStep = watch.elapsedMs / 1000 / Math.max(1, stepsDone);
          const secondsLeft = perStep * (architecture.totalSteps - architecture.step);
          onProgress({
            kind: 'step',
            searchId,
            architecture,
            drawn: candidate.mixture.map((paths) => paths.map(({ option }) => option)),
            imagesPerSecond: rate(),
            secondsLeft,
          });
        }
        if (architecture.step > candidate.step && architecture.step % logEvery === 0) await log();
        if (searcher.done || now - checkpointAt > CHECKPOINT_MS) await keep();
      },
      breathe,
      onPause: async () => {
        watch.stop();
        await keep();
        await save({ status: 'paused' });
      },
      onContinue: async () => {
        await save({ status: 'searching' });
        watch.start();
      },
    });
    this.#running = { searchId, driver };
    over.addEventListener('abort', () => driver.stop());
    if (record.status === 'paused') driver.pause(); // it was when it lost its GPU
    watch.start();
    try {
      const isWhole = await driver.run();
      if (over.aborted) throw over.reason;
      watch.stop();
      await keep();
      return { searcher, isWhole };
    } finally {
      trainer.dispose();
    }
  }
}
