/** @file The training in hand: owner of the trainer worker, its phase, pace and stage. */
import { proxy } from 'comlink';
import type { Remote } from 'comlink';
import { SILENCE_MS } from '../rpc/heartbeat.ts';
import type { StageProgress, TrainProgress } from '../rpc/progress.ts';
import type { InspectApi } from '../rpc/inspect-api.ts';
import type { TrainApi } from '../rpc/train-api.ts';
import { trainingAt } from '../spec/live-change.ts';
import type { LiveSetting } from '../spec/live-change.ts';
import type { Recipe, TrainingSpec } from '../spec/recipe.ts';
import type {
  BackendPreference,
  BackendReport,
  Prediction,
  RunLimits,
  RunRecord,
} from '../spec/run.ts';
import { LiveJob } from './live-job.svelte.ts';
import type { JobPace, JobPhase } from './live-job.svelte.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { LabServices } from './services.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

export interface StartOptions {
  /** Left out: a fresh one. */
  readonly runId?: string;
  /** Left out: the recipe's. */
  readonly name?: string;
  readonly limits?: RunLimits;
}

export class TrainRun {
  readonly #services: LabServices;
  readonly #worker: WorkerOwner<TrainApi>;
  readonly #job: LiveJob;
  readonly #open: OpenRun;
  readonly #onRecord: (record: RunRecord) => void;
  #record = $state.raw<RunRecord | null>(null);
  #pace = $state.raw<JobPace | null>(null);
  #backend = $state.raw<BackendReport | null>(null);
  /** When the worker last told of the record: the store may be behind when the disk is full. */
  #toldAt = 0;

  constructor(services: LabServices, open: OpenRun, onRecord: (record: RunRecord) => void) {
    this.#services = services;
    this.#worker = new WorkerOwner('trainer', services.spawnTrainer, SILENCE_MS);
    this.#job = new LiveJob(this.#worker, (id) => services.store.getRun(id));
    this.#open = open;
    this.#onRecord = onRecord;
  }

  /** The run in hand; null when there is none. */
  get runId(): string | null {
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
  /** Settings of the run in hand with all changes made so far; null without a run, or before its record. */
  get training(): TrainingSpec | null {
    const record = this.isLive ? this.#record : null;
    return record && trainingAt(record.recipe.training, record.changes ?? [], Infinity);
  }
  get stage(): StageProgress | null {
    return this.#job.stage;
  }
  /** Which compute was chosen, and why. */
  get backend(): BackendReport | null {
    return this.#backend;
  }
  get alert(): string | null {
    return this.#job.alert;
  }
  /** What the reader should know of the run in hand while it goes on. */
  get notice(): string | null {
    return this.#job.notice;
  }

  /** Find out which backend would be used; says nothing while a run is in hand. */
  async probe(preference: BackendPreference): Promise<void> {
    if (this.isLive) return;
    try {
      const report = await this.#worker.call((api) => api.probe(preference));
      if (!this.isLive) this.#backend = report;
    } catch (error) {
      this.#backend = null;
      this.#job.warn(sentenceOf(error));
    }
  }

  /** Resolves when the run has ended, one way or another; a failure becomes the alert. */
  async start(
    recipe: Recipe,
    datasetId: string,
    backend: BackendPreference,
    { runId = this.#services.newId(), name = recipe.name, limits }: StartOptions = {},
  ): Promise<void> {
    if (this.isLive) return;
    this.#open.begin(runId);
    await this.#live(runId, (report) =>
      this.#worker.call((api) =>
        api.start(
          {
            runId,
            name,
            recipe: structuredClone(recipe),
            datasetId,
            backend,
            codeVersion: this.#services.codeVersion,
            ...(limits === undefined ? {} : { limits }),
          },
          report,
        ),
      ),
    );
  }

  /** Continue a stored run from its last checkpoint; `takeOver`: though another tab trains it. */
  async resume(runId: string, backend: BackendPreference, takeOver = false): Promise<void> {
    if (this.isLive) return;
    await this.#open.beginAgain(runId);
    if (takeOver) this.#services.tabs.post({ kind: 'hand-over', runId });
    await this.#live(runId, (report) =>
      this.#worker.call((api) => api.resume(runId, backend, report, takeOver)),
    );
  }

  handOver(runId: string): Promise<void> {
    return this.#job.handOver(runId);
  }

  pause(): Promise<void> {
    return this.#job.pause();
  }

  continue(): Promise<void> {
    return this.#job.continue();
  }

  /** One step while paused. */
  step(): Promise<void> {
    return this.#job.step();
  }

  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Change a setting of the run in hand from its next step on. */
  async change(setting: LiveSetting, value: number): Promise<void> {
    const { runId } = this;
    if (runId === null) return;
    this.#job.warn(null);
    try {
      await this.#worker.call((api) => api.change(runId, setting, value));
    } catch (error) {
      if (this.runId === runId) this.#job.warn(sentenceOf(error));
    }
  }

  /** Class probabilities of a test image at every bit-width of a stored run. */
  async predict(runId: string, testIndex: number): Promise<Prediction[]> {
    return this.#worker.call((api) => api.predict(runId, testIndex));
  }

  /** A closer look at a stored run; while one trains, a sentence says so. */
  inspect<R>(ask: (api: Remote<InspectApi>) => Promise<R>): Promise<R> {
    return this.#worker.call((api) => ask(api.inspect));
  }

  async #live(
    runId: string,
    run: (report: (progress: TrainProgress) => void) => Promise<void>,
  ): Promise<void> {
    this.#record = null;
    this.#pace = null;
    this.#toldAt = 0;
    const report = proxy((progress: TrainProgress) => this.#report(progress));
    await this.#job.carryOut(
      runId,
      () => run(report),
      (backend) => this.#worker.call((api) => api.resume(runId, backend, report, true)),
    );
    const ended = await this.#services.store.getRun(runId).catch(() => undefined);
    if (ended && ended.updatedAt >= this.#toldAt) this.#accept(ended);
    this.#job.settle();
    this.#services.tabs.post({ kind: 'ended', runId });
  }

  #report(progress: TrainProgress): void {
    if (progress.kind === 'notice') this.#job.tell(progress.runId, progress.text);
    if (progress.runId !== this.runId) return; // late message of an earlier run
    this.#services.tabs.post({ kind: 'progress', progress });
    switch (progress.kind) {
      case 'stage':
        this.#job.enter(progress.progress);
        break;
      case 'backend':
        this.#backend = progress.backend;
        break;
      case 'step':
        this.#pace = progress;
        this.#job.hasStepped();
        break;
      case 'log':
        this.#open.acceptLog(progress.runId, progress.entries);
        break;
      case 'notice':
        break;
      case 'run':
        this.#toldAt = progress.run.updatedAt;
        this.#accept(progress.run);
        if (progress.run.status === 'paused') {
          // the last step may have come too soon after the one before to be told
          if (this.#pace) this.#pace = { ...this.#pace, step: progress.run.step };
          this.#job.hasPaused();
        }
        break;
      default:
        progress satisfies never;
    }
  }

  #accept(record: RunRecord): void {
    if (record.id === this.runId) this.#record = record;
    this.#open.acceptRecord(record);
    this.#onRecord(record);
  }
}
