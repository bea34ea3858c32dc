/** @file The training in hand: owner of the trainer worker, its phase, pace and stage. */
import { proxy } from 'comlink';
import type { Remote } from 'comlink';
import type { StageProgress, TrainProgress } from '../rpc/progress.ts';
import { TAKEN_OVER } from '../rpc/run-lock.ts';
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
import type { OpenRun } from './open-run.svelte.ts';
import type { LabServices } from './services.ts';
import { sentenceOf, WorkerDied, WorkerOwner } from './worker-owner.ts';

export type TrainPhase = 'idle' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping';

export interface TrainPace {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export interface StartOptions {
  /** Left out: a fresh one. */
  readonly runId?: string;
  /** Left out: the recipe's. */
  readonly name?: string;
  readonly limits?: RunLimits;
}

/** The longest piece of work between two messages takes a part of this on a slow machine. */
const SILENCE_MS = 120_000;
/** A trainer that dies again and again is not started for ever. */
const MOST_RESTARTS = 3;

export class TrainRun {
  readonly #services: LabServices;
  readonly #worker: WorkerOwner<TrainApi>;
  readonly #open: OpenRun;
  readonly #onRecord: (record: RunRecord) => void;
  #runId = $state<string | null>(null);
  #phase = $state<TrainPhase>('idle');
  #record = $state.raw<RunRecord | null>(null);
  #pace = $state.raw<TrainPace | null>(null);
  #stage = $state.raw<StageProgress | null>(null);
  #backend = $state.raw<BackendReport | null>(null);
  #alert = $state<string | null>(null);
  #notice = $state<string | null>(null);
  /** When the worker last told of the record: the store may be behind when the disk is full. */
  #toldAt = 0;
  #onPaused: (() => void) | null = null;

  constructor(services: LabServices, open: OpenRun, onRecord: (record: RunRecord) => void) {
    this.#services = services;
    this.#worker = new WorkerOwner('trainer', services.spawnTrainer, SILENCE_MS);
    this.#open = open;
    this.#onRecord = onRecord;
  }

  /** The run in hand; null when there is none. */
  get runId(): string | null {
    return this.#runId;
  }
  get phase(): TrainPhase {
    return this.#phase;
  }
  get isLive(): boolean {
    return this.#phase !== 'idle';
  }
  get pace(): TrainPace | null {
    return this.#pace;
  }
  /** Settings of the run in hand with all changes made so far; null without a run, or before its record. */
  get training(): TrainingSpec | null {
    const record = this.isLive ? this.#record : null;
    return record && trainingAt(record.recipe.training, record.changes ?? [], Infinity);
  }
  get stage(): StageProgress | null {
    return this.#stage;
  }
  /** Which compute was chosen, and why. */
  get backend(): BackendReport | null {
    return this.#backend;
  }
  get alert(): string | null {
    return this.#alert;
  }
  /** What the reader should know of the run in hand while it goes on. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Find out which backend would be used; says nothing while a run is in hand. */
  async probe(preference: BackendPreference): Promise<void> {
    if (this.isLive) return;
    try {
      const report = await this.#worker.call((api) => api.probe(preference));
      if (!this.isLive) this.#backend = report;
    } catch (error) {
      this.#backend = null;
      this.#alert = sentenceOf(error);
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

  /** Let go of the run for another tab, with a checkpoint of where it is. */
  async handOver(runId: string): Promise<void> {
    if (runId !== this.#runId || this.#phase === 'stopping') return;
    if (this.#phase === 'running') {
      const isPaused = new Promise<void>((resolve) => (this.#onPaused = resolve));
      void this.pause();
      await isPaused; // if it never is, the other tab takes the lock
    }
    if (runId === this.#runId) this.#worker.terminate(TAKEN_OVER);
  }

  pause(): Promise<void> {
    return this.#command('pausing', 'paused', (api, id) => api.pause(id));
  }

  continue(): Promise<void> {
    return this.#command('running', 'running', (api, id) => api.continue(id));
  }

  /** One step while paused. */
  step(): Promise<void> {
    return this.#command('paused', 'paused', (api, id) => api.step(id));
  }

  stop(): Promise<void> {
    return this.#command('stopping', 'stopping', (api, id) => api.stop(id));
  }

  /** Change a setting of the run in hand from its next step on. */
  async change(setting: LiveSetting, value: number): Promise<void> {
    const runId = this.#runId;
    if (runId === null) return;
    this.#alert = null;
    try {
      await this.#worker.call((api) => api.change(runId, setting, value));
    } catch (error) {
      if (this.#runId === runId) this.#alert = sentenceOf(error);
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
    this.#runId = runId;
    this.#phase = 'starting';
    this.#record = null;
    this.#pace = null;
    this.#stage = null;
    this.#alert = null;
    this.#notice = null;
    this.#toldAt = 0;
    const report = proxy((progress: TrainProgress) => this.#report(progress));
    try {
      await this.#untilEnd(
        runId,
        () => run(report),
        (backend) => this.#worker.call((api) => api.resume(runId, backend, report, true)),
      );
    } catch (error) {
      this.#notice = null;
      this.#alert = sentenceOf(error);
    }
    const ended = await this.#services.store.getRun(runId).catch(() => undefined);
    if (ended && ended.updatedAt >= this.#toldAt) this.#accept(ended);
    this.#phase = 'idle';
    this.#runId = null;
    this.#stage = null;
    this.#services.tabs.post({ kind: 'ended', runId });
  }

  /** A trainer that dies is started again from the last checkpoint, a few times. */
  async #untilEnd(
    runId: string,
    run: () => Promise<void>,
    resume: (backend: BackendPreference) => Promise<void>,
  ): Promise<void> {
    for (let restarts = 0, work = run; ; restarts++) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof WorkerDied) || restarts === MOST_RESTARTS) throw error;
        const stored = await this.#services.store.getRun(runId).catch(() => undefined);
        if (stored === undefined || stored.step === 0) throw error; // nothing to go on from
        this.#phase = 'starting';
        this.#notice = `${sentenceOf(error)} It was started again from the last checkpoint.`;
        work = () => resume(stored.backend.name);
      }
    }
  }

  async #command(
    during: TrainPhase,
    after: TrainPhase,
    send: (api: Remote<TrainApi>, id: string) => Promise<void>,
  ): Promise<void> {
    const runId = this.#runId;
    if (runId === null) return;
    const before = this.#phase;
    this.#phase = during;
    try {
      await this.#worker.call((api) => send(api, runId));
      // the run may have ended, or been stopped, while the command was on its way
      if (this.#runId === runId && this.#phase === during) this.#phase = after;
    } catch (error) {
      if (this.#runId !== runId) return;
      this.#phase = before;
      this.#alert = sentenceOf(error);
    }
  }

  #report(progress: TrainProgress): void {
    if (progress.runId !== this.#runId) return; // late message of an earlier run
    this.#services.tabs.post({ kind: 'progress', progress });
    switch (progress.kind) {
      case 'stage':
        this.#stage = progress.progress;
        break;
      case 'backend':
        this.#backend = progress.backend;
        break;
      case 'step':
        this.#pace = progress;
        this.#stage = null;
        if (this.#phase === 'starting') this.#phase = 'running';
        break;
      case 'log':
        this.#open.acceptLog(progress.runId, progress.entries);
        break;
      case 'notice':
        this.#notice = progress.text;
        break;
      case 'run':
        this.#toldAt = progress.run.updatedAt;
        this.#accept(progress.run);
        if (progress.run.status === 'paused') this.#onPaused?.();
        break;
      default:
        progress satisfies never;
    }
  }

  #accept(record: RunRecord): void {
    if (record.id === this.#runId) this.#record = record;
    this.#open.acceptRecord(record);
    this.#onRecord(record);
  }
}
