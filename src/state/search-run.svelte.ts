/** @file The network search in hand: owner of the search worker, its phase, pace and stage. */
import { proxy } from 'comlink';
import type { Remote } from 'comlink';
import type { StageProgress } from '../rpc/progress.ts';
import type { PriceSpec, SearchApi, SearchProgress, SearchSpec } from '../rpc/search-api.ts';
import type { CostTable } from '../search/cost-table.ts';
import type { BackendPreference, BackendReport } from '../spec/run.ts';
import type { MemoryPlan, SearchRecord } from '../spec/search-run.ts';
import type { LabServices } from './services.ts';
import type { TrainPhase } from './train-run.svelte.ts';
import type { ShownSearch } from './search-shown.svelte.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

export interface SearchPace {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

const ENDED = 'The search was ended before its first step.';

export class SearchRun {
  readonly #worker: WorkerOwner<SearchApi>;
  readonly #shown: ShownSearch;
  readonly #onRecord: (record: SearchRecord) => void;
  #searchId = $state<string | null>(null);
  #phase = $state<TrainPhase>('idle');
  #pace = $state.raw<SearchPace | null>(null);
  #stage = $state.raw<StageProgress | null>(null);
  #memory = $state.raw<MemoryPlan | null>(null);
  #backend = $state.raw<BackendReport | null>(null);
  #pricing = $state<number | null>(null);
  #alert = $state<string | null>(null);

  constructor(services: LabServices, shown: ShownSearch, onRecord: (record: SearchRecord) => void) {
    this.#worker = new WorkerOwner('search worker', services.spawnSearch);
    this.#shown = shown;
    this.#onRecord = onRecord;
  }

  /** The search in hand; null when there is none. */
  get searchId(): string | null {
    return this.#searchId;
  }
  get phase(): TrainPhase {
    return this.#phase;
  }
  get isLive(): boolean {
    return this.#phase !== 'idle';
  }
  get pace(): SearchPace | null {
    return this.#pace;
  }
  get stage(): StageProgress | null {
    return this.#stage;
  }
  /** What a step takes, as computed before the first. */
  get memory(): MemoryPlan | null {
    return this.#memory;
  }
  get backend(): BackendReport | null {
    return this.#backend;
  }
  /** Share of a cost table that is filled without a search; null when none is. */
  get pricing(): number | null {
    return this.#pricing;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** @returns the record at the end; null when it failed, which becomes the alert */
  start(spec: SearchSpec): Promise<SearchRecord | null> {
    this.#shown.begin(spec.searchId);
    return this.#live(spec.searchId, (api, report) => api.start(structuredClone(spec), report));
  }

  /** Continue a stored search from its last checkpoint; as `start`. */
  async resume(searchId: string, backend: BackendPreference): Promise<SearchRecord | null> {
    await this.#shown.open(searchId);
    return this.#live(searchId, (api, report) => api.resume(searchId, backend, report));
  }

  /** Fill a cost table without searching. @returns null when that failed, which becomes the alert */
  async price(spec: PriceSpec): Promise<CostTable | null> {
    if (this.isLive || this.#pricing !== null) return null;
    this.#alert = null;
    this.#pricing = 0;
    try {
      const report = proxy((ratio: number) => void (this.#pricing = ratio));
      return await this.#worker.call((api) => api.price(structuredClone(spec), report));
    } catch (error) {
      this.#alert = sentenceOf(error);
      return null;
    } finally {
      this.#pricing = null;
    }
  }

  pause(): Promise<void> {
    return this.#command('pausing', 'paused', (api, id) => api.pause(id));
  }

  continue(): Promise<void> {
    return this.#command('running', 'running', (api, id) => api.continue(id));
  }

  /** Half a step (weights or architecture) while paused. */
  step(): Promise<void> {
    return this.#command('paused', 'paused', (api, id) => api.step(id));
  }

  /** End now and derive the network as it stands; before the first step there is none. */
  async stop(): Promise<void> {
    if (this.#phase === 'starting') this.#worker.terminate(ENDED);
    else await this.#command('stopping', 'stopping', (api, id) => api.stop(id));
  }

  async #live(
    searchId: string,
    run: (
      api: Remote<SearchApi>,
      report: (progress: SearchProgress) => void,
    ) => Promise<SearchRecord>,
  ): Promise<SearchRecord | null> {
    if (this.isLive) return null;
    this.#searchId = searchId;
    this.#phase = 'starting';
    this.#pace = null;
    this.#stage = null;
    this.#memory = null;
    this.#alert = null;
    const report = proxy((progress: SearchProgress) => this.#report(progress));
    try {
      const record = await this.#worker.call((api) => run(api, report));
      this.#accept(record);
      // what was told last may still be on its way: the store has all of it
      if (this.#shown.id === searchId) await this.#shown.open(searchId);
      return record;
    } catch (error) {
      this.#alert = sentenceOf(error);
      return null;
    } finally {
      this.#phase = 'idle';
      this.#searchId = null;
      this.#stage = null;
      this.#shown.settle();
    }
  }

  async #command(
    during: TrainPhase,
    after: TrainPhase,
    send: (api: Remote<SearchApi>, id: string) => Promise<void>,
  ): Promise<void> {
    const searchId = this.#searchId;
    if (searchId === null) return;
    const before = this.#phase;
    this.#phase = during;
    try {
      await this.#worker.call((api) => send(api, searchId));
      // a pause is over when its checkpoint is written, which the record tells
      if (this.#searchId === searchId && this.#phase === during && during !== 'pausing')
        this.#phase = after;
    } catch (error) {
      if (this.#searchId !== searchId) return;
      this.#phase = before;
      this.#alert = sentenceOf(error);
    }
  }

  #report(progress: SearchProgress): void {
    if (progress.searchId !== this.#searchId) return; // late message of an earlier search
    switch (progress.kind) {
      case 'stage':
        this.#stage = progress.progress;
        break;
      case 'backend':
        this.#backend = progress.backend;
        break;
      case 'memory':
        this.#memory = progress.memory;
        break;
      case 'table':
        this.#stage = null;
        this.#shown.acceptTable(progress.searchId, progress.table);
        break;
      case 'step': {
        const { architecture, imagesPerSecond, secondsLeft } = progress;
        const { step, totalSteps, epoch } = architecture;
        this.#pace = { step, totalSteps, epoch, imagesPerSecond, secondsLeft };
        this.#stage = null;
        if (this.#phase === 'starting') this.#phase = 'running';
        this.#shown.acceptStep(progress.searchId, architecture, progress.drawn);
        break;
      }
      case 'log':
        this.#shown.acceptLog(progress.searchId, progress.entry);
        break;
      case 'record':
        if (progress.record.status === 'paused' && this.#phase === 'pausing')
          this.#phase = 'paused';
        this.#accept(progress.record);
        break;
      default:
        progress satisfies never;
    }
  }

  #accept(record: SearchRecord): void {
    this.#shown.acceptRecord(record);
    this.#onRecord(record);
  }
}
