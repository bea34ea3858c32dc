/** @file A long job that a worker does (a training, a search): its phase, its commands, how it ends. */
import type { Remote } from 'comlink';
import type { StageProgress } from '../rpc/progress.ts';
import { TAKEN_OVER } from '../rpc/run-lock.ts';
import type { BackendPreference, BackendReport } from '../spec/run.ts';
import { despiteDeaths, restartSentence, sentenceOf } from './worker-owner.ts';

export type JobPhase = 'idle' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping';

export interface JobPace {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** What every worker with a long job can be told. */
interface JobApi {
  pause(id: string): Promise<void>;
  continue(id: string): Promise<void>;
  step(id: string): Promise<void>;
  stop(id: string): Promise<void>;
}

/** A `WorkerOwner`, as far as a job needs it. */
interface JobWorker {
  call<R>(use: (api: Remote<JobApi>) => Promise<R>): Promise<R>;
  terminate(reason?: string): void;
}

/** A job as the store has it. */
interface StoredJob {
  readonly step: number;
  readonly backend: BackendReport;
}

export class LiveJob {
  readonly #worker: JobWorker;
  readonly #stored: (id: string) => Promise<StoredJob | undefined>;
  #id = $state<string | null>(null);
  #lastId: string | null = null;
  #phase = $state<JobPhase>('idle');
  #stage = $state.raw<StageProgress | null>(null);
  #alert = $state<string | null>(null);
  #notice = $state<string | null>(null);
  #onPaused: (() => void) | null = null;

  /** @param stored reads a job back, to know whether it has a checkpoint */
  constructor(worker: JobWorker, stored: (id: string) => Promise<StoredJob | undefined>) {
    this.#worker = worker;
    this.#stored = stored;
  }

  /** The job in hand; null when there is none. */
  get id(): string | null {
    return this.#id;
  }
  get phase(): JobPhase {
    return this.#phase;
  }
  get isLive(): boolean {
    return this.#phase !== 'idle';
  }
  get stage(): StageProgress | null {
    return this.#stage;
  }
  get alert(): string | null {
    return this.#alert;
  }
  /** What the reader should know of the last job. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Null: none any more. */
  warn(alert: string | null): void {
    this.#alert = alert;
  }

  /** Of the last job, also after its end: what the disk did not take is written late. */
  tell(id: string, notice: string | null): void {
    if (id === this.#lastId) this.#notice = notice;
  }

  enter(stage: StageProgress | null): void {
    this.#stage = stage;
  }

  /** The worker has done a step. */
  hasStepped(): void {
    this.#stage = null;
    if (this.#phase === 'starting') this.#phase = 'running';
  }

  /** The worker waits, and has written its checkpoint. */
  hasPaused(): void {
    if (this.#phase === 'pausing') this.#phase = 'paused';
    this.#onPaused?.();
  }

  /**
   * Do the job to its end. A worker that dies is started again from the last checkpoint, a few times.
   * @param resume goes on from the last checkpoint, on the backend that it had
   * @returns what the worker gives; null when it failed, which becomes the alert
   */
  async carryOut<T>(
    id: string,
    start: () => Promise<T>,
    resume: (backend: BackendPreference) => Promise<T>,
  ): Promise<T | null> {
    this.#id = id;
    this.#lastId = id;
    this.#phase = 'starting';
    this.#stage = null;
    this.#alert = null;
    this.#notice = null;
    try {
      return await despiteDeaths(start, async (died) => {
        const stored = await this.#stored(id).catch(() => undefined);
        if (stored === undefined || stored.step === 0) return null; // nothing to go on from
        this.#worker.terminate(); // a worker that ran out of memory keeps what it has
        this.#phase = 'starting';
        this.#notice = restartSentence(died);
        return () => resume(stored.backend.name);
      });
    } catch (error) {
      this.#notice = null;
      this.#alert = sentenceOf(error);
      return null;
    }
  }

  /** Nothing is in hand any more. */
  settle(): void {
    this.#phase = 'idle';
    this.#id = null;
    this.#stage = null;
    this.#onPaused = null;
  }

  pause(): Promise<void> {
    // over when its checkpoint is written, which `hasPaused` tells
    return this.#command('pausing', null, (api, id) => api.pause(id));
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

  /** Let go of the job for another tab, with a checkpoint of where it is. */
  async handOver(id: string): Promise<void> {
    if (id !== this.#id || this.#phase === 'stopping') return;
    if (this.#phase === 'running') {
      const isPaused = new Promise<void>((resolve) => (this.#onPaused = resolve));
      void this.pause();
      await isPaused; // if it never is, the other tab takes the lock
    }
    if (id === this.#id) this.#worker.terminate(TAKEN_OVER);
  }

  async #command(
    during: JobPhase,
    after: JobPhase | null,
    send: (api: Remote<JobApi>, id: string) => Promise<void>,
  ): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    const before = this.#phase;
    this.#phase = during;
    try {
      await this.#worker.call((api) => send(api, id));
      // the job may have ended, or been stopped, while the command was on its way
      if (after !== null && this.#id === id && this.#phase === during) this.#phase = after;
    } catch (error) {
      if (this.#id !== id) return;
      this.#phase = before;
      this.#alert = sentenceOf(error);
    }
  }
}
