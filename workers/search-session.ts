/**
 * @file One network search from its record in the store to the network it finds, and back from a
 * checkpoint. Glue between the searcher, the supernet, the store and the page.
 */
import type {
  PriceSpec,
  SearchApi,
  SearchMeasure,
  SearchMeasureSpec,
  SearchProgress,
  SearchSpec,
} from '../src/rpc/search-api.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { parseSearchRecipe, recipeSpace, searchBits } from '../src/spec/search-recipe.ts';
import type { BackendPreference, BackendReport } from '../src/spec/run.ts';
import type { SearchLogEntry, SearchRecord } from '../src/spec/search-run.ts';
import { damageSentence, latestCheckpoint, OF_SEARCHES } from '../src/store/checkpoints.ts';
import { getDataset, getDatasetInfo } from '../src/store/datasets.ts';
import { SEARCH_GONE, SEARCH_PLACE } from '../src/store/job-places.ts';
import { JobWriter } from '../src/store/job-writer.ts';
import { labOpener } from '../src/store/open.ts';
import { getSearch, putSearch } from '../src/store/searches.ts';
import { deathOf } from '../src/rpc/heartbeat.ts';
import { withRunLock } from '../src/rpc/run-lock.ts';
import { SpecError } from '../src/util/errors.ts';
import { breathe } from './breathe.ts';
import { GpuLostError, lossSentence, untilGpuLost } from './gpu-run.ts';
import { namedAccelerator } from './named-accelerator.ts';
import { REPORT_MS, SearchDrive } from './search-drive.ts';
import type { Driven, SearchFrom, SpNasDriver } from './search-drive.ts';
import { derived, rival } from './search-found.ts';
import { measureSearch } from './search-measure.ts';
import { searchMemory } from './search-spec.ts';
import { searchTable } from './search-table.ts';

type OnProgress = (progress: SearchProgress) => void;
type Writer = JobWriter<SearchRecord, SearchLogEntry>;

export interface SearchServices {
  startBackend(preference: BackendPreference): Promise<Omit<BackendReport, 'workers'>>;
}

export class SearchSession implements SearchApi {
  readonly #services: SearchServices;
  readonly #open = labOpener();
  #running: { readonly searchId: string; driver: SpNasDriver | null } | null = null;

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
      writer: crypto.randomUUID(),
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
        const writer = crypto.randomUUID();
        const record: SearchRecord = { ...rest, backend, status: 'searching', writer };
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

  #driver(searchId: string): SpNasDriver | null {
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
    const writer: Writer = new JobWriter(start, SEARCH_PLACE, {
      open: () => this.#open(),
      onTrouble: (text) => onProgress({ kind: 'notice', searchId, text }),
      now: () => Date.now(),
    });
    lost.addEventListener('abort', () => writer.stop(lost.reason as Error));
    const save = async (change: Partial<SearchRecord>): Promise<void> => {
      onProgress({ kind: 'record', searchId, record: await writer.save(change) });
    };
    onProgress({ kind: 'backend', searchId, backend: start.backend });
    try {
      const db = await this.#open();
      const dataset = await getDataset(db, start.dataset.id);
      if (dataset === undefined) throw new SpecError(`The dataset ${start.dataset.name} is gone.`);
      const space = recipeSpace(recipe, { ...dataset, classes: dataset.classNames.length });
      const table = await this.#table(start, space, onProgress);
      if (method === 'random' || method === 'mobilenetv2-scaled') {
        const found = rival({ recipe, space, table }, method, macs);
        await save({ status: 'found', table, found });
        return writer.job;
      }
      const memory = searchMemory(recipe, method, space);
      onProgress({ kind: 'memory', searchId, memory });
      await save({ table, memory });
      let loss: string[] = [];
      const drive = async (over: AbortSignal): Promise<Driven> => {
        const kept = await latestCheckpoint(await this.#open(), searchId, OF_SEARCHES);
        const damage = damageSentence(kept, OF_SEARCHES);
        const news = damage === null ? loss : [damage, ...loss];
        const from = { space, table, dataset, checkpoint: kept.checkpoint, news };
        return this.#drive(from, writer, save, onProgress, AbortSignal.any([lost, over]));
      };
      const { searcher, isWhole, failure } = await this.#untilDone(drive, async (error) => {
        const backend = await this.#startBackend('auto');
        await save({ backend });
        onProgress({ kind: 'backend', searchId, backend });
        loss = [lossSentence(error, writer.job.step, backend.name, 'the search')];
      });
      const found = derived({ recipe, space, table }, method, searcher);
      await save({
        status: isWhole ? 'found' : 'stopped',
        found,
        ...(failure === null ? {} : { failure }),
      });
      return writer.job;
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      const died = deathOf(error, 'search worker');
      if (died !== null) throw died; // the page starts a new worker
      const failure = error instanceof Error ? error.message : String(error);
      if (failure !== SEARCH_GONE) await save({ status: 'failed', failure });
      throw error;
    }
  }

  /** From its checkpoint, in one go; may be paused and stopped meanwhile. */
  async #drive(
    from: Omit<SearchFrom, 'record'>,
    writer: Writer,
    save: (change: Partial<SearchRecord>) => Promise<void>,
    onProgress: OnProgress,
    over: AbortSignal,
  ): Promise<Driven> {
    const drive = new SearchDrive(
      { ...from, record: writer.job },
      {
        save,
        log: async (entry) => {
          await writer.log([entry]);
          onProgress({ kind: 'log', searchId: writer.job.id, entry });
        },
        cutLog: (step) => writer.cutLog(step),
        tell: (text) => onProgress({ kind: 'notice', searchId: writer.job.id, text }),
        keep: (checkpoint) => writer.checkpoint(checkpoint),
        onProgress,
      },
    );
    this.#running = { searchId: writer.job.id, driver: drive.driver };
    await writer.cutLog(drive.step);
    return drive.run(over);
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
}
