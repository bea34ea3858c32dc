/**
 * @file What a run in training, or a search, writes, kept in memory while the store takes nothing.
 *
 * A full disk, a closed connection or a write that hangs must end neither: what could not be
 * written waits here, is tried again with the next write and on a timer, and the reader is told.
 */
import { SpecError } from '../util/errors.ts';
import { compactCheckpoint } from './checkpoints.ts';
import type { Checkpoint, LabDatabase } from './schema.ts';
import { storeFault } from './store-fault.ts';
import { withRoom } from './write-or-wait.ts';

const RETRY_MS = 5_000;
const STALLED_MS = 20_000;
/** Told by the one that wrote a job before. */
const BEGUN_ANEW = 'Begun anew elsewhere: what was still to be written of before is void.';

/**
 * Where a job's record, log and checkpoints go. Those that write return false or undefined, and write nothing, when
 * it was deleted or has another writer by now.
 */
export interface JobPlace<Job, Entry> {
  /** In a sentence: "… goes on". */
  readonly what: string;
  /** Said when it was deleted while it was under way. */
  readonly gone: string;
  /** Drop what the log has of later steps. */
  cut(db: LabDatabase, id: string, step: number, writer?: string): Promise<boolean>;
  append(db: LabDatabase, id: string, entries: readonly Entry[], writer?: string): Promise<boolean>;
  keep(db: LabDatabase, id: string, checkpoint: Checkpoint, writer?: string): Promise<boolean>;
  update(
    db: LabDatabase,
    id: string,
    change: Partial<Job>,
    writer?: string,
  ): Promise<Job | undefined>;
  stored(db: LabDatabase, id: string): Promise<Job | undefined>;
  /** Of the record as it is stored, what the reader may have changed meanwhile. */
  readers(stored: Job): Partial<Job>;
}

export interface JobWriterOptions {
  /** An open connection; asked again after one was closed. */
  readonly open: () => Promise<LabDatabase>;
  /** Told when writing fails, and null when all of it was written after all. */
  readonly onTrouble: (sentence: string | null) => void;
  readonly now: () => number;
  readonly retryMs?: number;
  /** A write that takes longer than this is not waited for. */
  readonly stalledMs?: number;
}

interface StoredJob {
  readonly id: string;
  readonly updatedAt: number;
  readonly writer?: string;
}

/** Entries stay in `#log` and cut, change and checkpoint in theirs until they are in the store. */
export class JobWriter<Job extends StoredJob, Entry extends { readonly step: number }> {
  readonly #place: JobPlace<Job, Entry>;
  readonly #options: Required<JobWriterOptions>;
  #job: Job;
  #change: Partial<Job> | null = null;
  /** What the store's log has of steps after this one is void. */
  #cut: { readonly step: number } | null = null;
  #log: Entry[] = [];
  #checkpoint: Checkpoint | null = null;
  #writing: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The write in hand has been given up waiting for. */
  #isStalled = false;
  #trouble: string | null = null;
  #end: Error | null = null;

  /** @param job the record as it is stored */
  constructor(job: Job, place: JobPlace<Job, Entry>, options: JobWriterOptions) {
    this.#job = job;
    this.#place = place;
    this.#options = { retryMs: RETRY_MS, stalledMs: STALLED_MS, ...options };
  }

  /** The record with all changes, written or not. */
  get job(): Job {
    return this.#job;
  }

  /** Whether something is in memory alone. */
  get isBehind(): boolean {
    return (
      this.#cut !== null ||
      this.#change !== null ||
      this.#log.length > 0 ||
      this.#checkpoint !== null
    );
  }

  /**
   * @returns the record after the change
   * @throws SpecError when the job was deleted, Error when another writer has begun, `stop`'s reason
   */
  async save(change: Partial<Job>): Promise<Job> {
    const stamped = { ...change, updatedAt: this.#options.now() };
    this.#change = { ...this.#change, ...stamped };
    this.#job = { ...this.#job, ...stamped };
    await this.#write();
    return this.#job;
  }

  /** @throws as `save` */
  async log(entries: readonly Entry[]): Promise<void> {
    this.#log.push(...entries);
    await this.#write();
  }

  /** Take back the log after `step`, as the job has been. @throws as `save` */
  async cutLog(step: number): Promise<void> {
    this.#log = this.#log.filter((entry) => entry.step <= step);
    this.#cut = { step: Math.min(step, this.#cut?.step ?? step) };
    await this.#write();
  }

  /** The last one waits when it cannot be written; one before it that waited is let go. @throws as `save` */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = compactCheckpoint(checkpoint); // it may outlive the arrays it was made from
    await this.#write();
  }

  /** Write nothing more: every later call throws `reason`. */
  stop(reason: Error): void {
    this.#end = reason;
    clearTimeout(this.#retry);
  }

  async #write(): Promise<void> {
    if (this.#end !== null) throw this.#end;
    if (this.#writing !== null) {
      // a write that hangs was waited for once; its successors are not
      if (this.#isStalled || !(await this.#settles(this.#writing))) return;
    }
    if (!this.isBehind) return;
    const writing = this.#flush().finally(() => {
      this.#writing = null;
      this.#isStalled = false;
    });
    this.#writing = writing;
    try {
      if (await this.#settles(writing)) await writing;
    } catch (error) {
      if (this.#end !== null) throw this.#end;
      this.#fail(storeFault(error));
    }
  }

  /** @returns false, and says so, when `writing` takes too long */
  async #settles(writing: Promise<void>): Promise<boolean> {
    if (await isSettled(writing, this.#options.stalledMs)) return true;
    this.#isStalled = true;
    this.#fail('The browser’s storage does not answer');
    return false;
  }

  async #flush(): Promise<void> {
    const db = await this.#options.open();
    await withRoom(db, this.#job.id, () => this.#flushTo(db));
    if (this.isBehind) return;
    clearTimeout(this.#retry);
    if (this.#trouble !== null) this.#options.onTrouble((this.#trouble = null));
  }

  /** Log first: a checkpoint without the log before it would leave a gap in the curves. */
  async #flushTo(db: LabDatabase): Promise<void> {
    const { id, writer } = this.#job;
    const place = this.#place;
    const [cut, log, change, checkpoint] = [
      this.#cut,
      [...this.#log],
      this.#change,
      this.#checkpoint,
    ];
    this.#assertGoing();
    if (cut !== null) {
      if (!(await place.cut(db, id, cut.step, writer))) await this.#refused(db);
      if (this.#cut === cut) this.#cut = null;
    }
    this.#assertGoing();
    if (log.length > 0) {
      if (!(await place.append(db, id, log, writer))) await this.#refused(db);
      this.#log = this.#log.filter((entry) => !log.includes(entry));
    }
    this.#assertGoing();
    if (checkpoint !== null) {
      if (!(await place.keep(db, id, checkpoint, writer))) await this.#refused(db);
      if (this.#checkpoint === checkpoint) this.#checkpoint = null;
    }
    this.#assertGoing();
    if (change !== null) {
      const after = await place.update(db, id, change, writer);
      if (after === undefined) return this.#refused(db);
      this.#job = { ...this.#job, ...this.#place.readers(after) };
      if (this.#change === change) this.#change = null;
    }
  }

  /** It was deleted, or begun anew: no more is written. */
  async #refused(db: LabDatabase): Promise<never> {
    const stored = await this.#place.stored(db, this.#job.id);
    const reason = stored === undefined ? new SpecError(this.#place.gone) : new Error(BEGUN_ANEW);
    this.stop(reason);
    throw reason;
  }

  #assertGoing(): void {
    if (this.#end !== null) throw this.#end;
  }

  #fail(reason: string): void {
    const sentence = `${reason}: ${this.#place.what} goes on, but what it does now is kept in memory only until there is room again.`;
    if (this.#trouble !== sentence) this.#options.onTrouble((this.#trouble = sentence));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      void this.#write().catch(() => undefined);
    }, this.#options.retryMs);
  }
}

/** @returns false when `work` takes longer than `ms` */
async function isSettled(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([
      work.then(
        () => true as const,
        () => true as const,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
