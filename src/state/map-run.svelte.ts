/** @file The mapping in hand: owner of the mapper worker; what it searches and how fast. */
import { proxy } from 'comlink';
import type { Remote } from 'comlink';
import type { MapApi } from '../rpc/map-api.ts';
import type { MapProgress } from '../rpc/progress.ts';
import type { MappingSpec, Objective } from '../spec/mapping.ts';
import type { BitSeries } from './log-series.ts';
import type { MapSetup } from './map-setup.svelte.ts';
import { appendSearch } from './search-series.ts';
import { despiteDeaths, restartSentence, sentenceOf } from './worker-owner.ts';
import type { WorkerOwner } from './worker-owner.ts';

export type MapPhase = 'idle' | 'running' | 'pausing' | 'paused' | 'stopping';
export type SearchProgress = Extract<MapProgress, { kind: 'search' }>;

export class MapRun {
  readonly #worker: WorkerOwner<MapApi>;
  readonly #setup: MapSetup;
  #runId = $state<string | null>(null);
  #lastRunId: string | null = null;
  #phase = $state<MapPhase>('idle');
  #search = $state.raw<SearchProgress | null>(null);
  #series = $state.raw<readonly BitSeries[]>([]);
  #searched = $state.raw<{ runId: string; objective: Objective } | null>(null);
  #alert = $state<string | null>(null);
  #notice = $state<string | null>(null);

  constructor(worker: WorkerOwner<MapApi>, setup: MapSetup) {
    this.#worker = worker;
    this.#setup = setup;
  }

  get runId(): string | null {
    return this.#runId;
  }
  get phase(): MapPhase {
    return this.#phase;
  }
  get isLive(): boolean {
    return this.#phase !== 'idle';
  }
  /** The layer and bit-width being searched now. */
  get search(): SearchProgress | null {
    return this.#search;
  }
  /** How the newest search went: its run and objective, and its best over the mappings tried. */
  get searched(): { readonly runId: string; readonly objective: Objective } | null {
    return this.#searched;
  }
  get series(): readonly BitSeries[] {
    return this.#series;
  }
  get alert(): string | null {
    return this.#alert;
  }
  /** What the reader should know of the last mapping, also after its end. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Map what is set up, at each of its bit-widths; resolves at the end or a stop. */
  async start(mapping: MappingSpec, seed: number): Promise<void> {
    const wanted = this.#setup.spec(mapping, seed);
    if (this.isLive || !wanted) return;
    const { runId } = wanted;
    this.#runId = runId;
    this.#lastRunId = runId;
    this.#phase = 'running';
    this.#search = null;
    this.#series = [];
    this.#searched = { runId, objective: mapping.objective };
    this.#alert = null;
    this.#notice = null;
    const spec = structuredClone(wanted);
    const report = proxy((progress: MapProgress) => this.#report(progress));
    // it goes on from its last checkpoint by itself
    const search = () => this.#worker.call((api) => api.start(spec, report));
    try {
      const record = await despiteDeaths(search, (died) => {
        this.#worker.terminate();
        this.#phase = 'running';
        this.#notice = restartSentence(died);
        return Promise.resolve(search);
      });
      this.#setup.acceptMapping(record);
    } catch (error) {
      this.#notice = null;
      this.#alert = sentenceOf(error);
    }
    this.#phase = 'idle';
    this.#runId = null;
    this.#search = null;
  }

  pause(): Promise<void> {
    return this.#command('pausing', 'paused', (api, id) => api.pause(id));
  }

  continue(): Promise<void> {
    return this.#command('running', 'running', (api, id) => api.continue(id));
  }

  stop(): Promise<void> {
    return this.#command('stopping', 'stopping', (api, id) => api.stop(id));
  }

  async #command(
    during: MapPhase,
    after: MapPhase,
    send: (api: Remote<MapApi>, id: string) => Promise<void>,
  ): Promise<void> {
    const runId = this.#runId;
    if (runId === null) return;
    const before = this.#phase;
    this.#phase = during;
    try {
      await this.#worker.call((api) => send(api, runId));
      if (this.#runId === runId && this.#phase === during) this.#phase = after;
    } catch (error) {
      if (this.#runId !== runId) return;
      this.#phase = before;
      this.#alert = sentenceOf(error);
    }
  }

  #report(progress: MapProgress): void {
    if (progress.kind === 'notice' && progress.runId === this.#lastRunId)
      this.#notice = progress.text;
    if (progress.runId !== this.#runId) return; // late message of an earlier run
    if (progress.kind === 'search') {
      this.#search = progress;
      this.#series = appendSearch(this.#series, progress);
    } else if (progress.kind === 'mapping') this.#setup.acceptMapping(progress.record);
  }
}
