/** @file The network search in hand: owner of the search worker, its phase, pace and stage. */
import { proxy } from 'comlink';
import type { Remote } from 'comlink';
import { SILENCE_MS } from '../rpc/heartbeat.ts';
import type { StageProgress } from '../rpc/progress.ts';
import type { PriceSpec, SearchApi, SearchProgress, SearchSpec } from '../rpc/search-api.ts';
import type { CostTable } from '../search/cost-table.ts';
import type { BackendPreference, BackendReport } from '../spec/run.ts';
import type { MemoryPlan, SearchRecord } from '../spec/search-run.ts';
import { LiveJob } from './live-job.svelte.ts';
import type { JobPace, JobPhase } from './live-job.svelte.ts';
import type { LabServices } from './services.ts';
import type { ShownSearch } from './search-shown.svelte.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

const ENDED = 'The search was ended before its first step.';

export class SearchRun {
  readonly #services: LabServices;
  readonly #worker: WorkerOwner<SearchApi>;
  readonly #job: LiveJob;
  readonly #shown: ShownSearch;
  readonly #onRecord: (record: SearchRecord) => void;
  #pace = $state.raw<JobPace | null>(null);
  #memory = $state.raw<MemoryPlan | null>(null);
  #backend = $state.raw<BackendReport | null>(null);
  #pricing = $state<number | null>(null);

  constructor(services: LabServices, shown: ShownSearch, onRecord: (record: SearchRecord) => void) {
    this.#services = services;
    this.#worker = new WorkerOwner('search worker', services.spawnSearch, SILENCE_MS);
    this.#job = new LiveJob(this.#worker, (id) => services.store.getSearch(id));
    this.#shown = shown;
    this.#onRecord = onRecord;
  }

  /** The search in hand; null when there is none. */
  get searchId(): string | null {
    return this.#job.id;
  }
  get phase(): JobPhase {
    return this.#job.phase;
  }
  get isLive(): boolean {
    return this.#job.isLive;
  }
  get pace(): JobPace | null {
    return this.#pace;
  }
  get stage(): StageProgress | null {
    return this.#job.stage;
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
    return this.#job.alert;
  }
  /** What the reader should know of the search in hand while it goes on. */
  get notice(): string | null {
    return this.#job.notice;
  }

  /** @returns the record at the end; null when it failed, which becomes the alert */
  start(spec: SearchSpec): Promise<SearchRecord | null> {
    this.#shown.begin(spec.searchId);
    return this.#live(spec.searchId, (api, report) => api.start(structuredClone(spec), report));
  }

  /** Continue a stored search from its last checkpoint; `takeOver`: though another tab carries it out. */
  async resume(
    searchId: string,
    backend: BackendPreference,
    takeOver = false,
  ): Promise<SearchRecord | null> {
    await this.#shown.open(searchId);
    if (takeOver) this.#services.tabs.post({ kind: 'search-hand-over', searchId });
    return this.#live(searchId, (api, report) => api.resume(searchId, backend, report, takeOver));
  }

  handOver(searchId: string): Promise<void> {
    return this.#job.handOver(searchId);
  }

  /** Fill a cost table without searching. @returns null when that failed, which becomes the alert */
  async price(spec: PriceSpec): Promise<CostTable | null> {
    if (this.isLive || this.#pricing !== null) return null;
    this.#job.warn(null);
    this.#pricing = 0;
    try {
      const report = proxy((ratio: number) => void (this.#pricing = ratio));
      return await this.#worker.call((api) => api.price(structuredClone(spec), report));
    } catch (error) {
      this.#job.warn(sentenceOf(error));
      return null;
    } finally {
      this.#pricing = null;
    }
  }

  pause(): Promise<void> {
    return this.#job.pause();
  }

  continue(): Promise<void> {
    return this.#job.continue();
  }

  /** Half a step (weights or architecture) while paused. */
  step(): Promise<void> {
    return this.#job.step();
  }

  /** End now and derive the network as it stands; before the first step there is none. */
  async stop(): Promise<void> {
    if (this.phase === 'starting') this.#worker.terminate(ENDED);
    else await this.#job.stop();
  }

  async #live(
    searchId: string,
    run: (
      api: Remote<SearchApi>,
      report: (progress: SearchProgress) => void,
    ) => Promise<SearchRecord>,
  ): Promise<SearchRecord | null> {
    if (this.isLive) return null;
    this.#pace = null;
    this.#memory = null;
    const report = proxy((progress: SearchProgress) => this.#report(progress));
    const record = await this.#job.carryOut(
      searchId,
      () => this.#worker.call((api) => run(api, report)),
      (backend) => this.#worker.call((api) => api.resume(searchId, backend, report, true)),
    );
    if (record !== null) {
      this.#shown.accept({ kind: 'record', searchId, record });
      this.#onRecord(record);
      // what was told last may still be on its way: the store has all of it
      if (this.#shown.id === searchId) await this.#shown.open(searchId, record.updatedAt);
    }
    this.#job.settle();
    this.#shown.settle();
    this.#services.tabs.post({ kind: 'search-ended', searchId });
    return record;
  }

  #report(progress: SearchProgress): void {
    if (progress.kind === 'notice') this.#job.tell(progress.searchId, progress.text);
    if (progress.searchId !== this.searchId) return; // late message of an earlier search
    this.#services.tabs.post({ kind: 'search-progress', progress });
    this.#shown.accept(progress);
    switch (progress.kind) {
      case 'stage':
        this.#job.enter(progress.progress);
        break;
      case 'backend':
        this.#backend = progress.backend;
        break;
      case 'memory':
        this.#memory = progress.memory;
        break;
      case 'table':
        this.#job.enter(null);
        break;
      case 'step': {
        const { architecture, imagesPerSecond, secondsLeft } = progress;
        const { step, totalSteps, epoch } = architecture;
        this.#pace = { step, totalSteps, epoch, imagesPerSecond, secondsLeft };
        this.#job.hasStepped();
        break;
      }
      case 'notice':
      case 'log':
        break;
      case 'record':
        this.#onRecord(progress.record);
        if (progress.record.status === 'paused') {
          if (this.#pace) this.#pace = { ...this.#pace, step: progress.record.step };
          this.#job.hasPaused();
        }
        break;
      default:
        progress satisfies never;
    }
  }
}
