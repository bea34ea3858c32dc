/**
 * @file A search from where its checkpoint stands to its end: the searcher and the supernet in turn, with what
 * is told, logged and kept on the way.
 */
import type { Dataset } from '../src/data/dataset.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type { SearchProgress } from '../src/rpc/search-api.ts';
import type { NamedArray } from '../src/nn/parameters.ts';
import { SearchDriver } from '../src/search/ask-tell.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import type { SpNasCandidate, SpNasResult, SpNasSpec, SpNasState } from '../src/search/sp-nas.ts';
import type { SearchLogEntry, SearchRecord } from '../src/spec/search-run.ts';
import type { SearchSpace } from '../src/spec/search-space.ts';
import { parseSearchState } from '../src/spec/search-state.ts';
import type { Checkpoint } from '../src/store/schema.ts';
import {
  lossFault,
  rateFactor,
  readRecovery,
  rollBackFrom,
  valueFault,
} from '../src/train/recovery.ts';
import type { Recovery } from '../src/train/recovery.ts';
import { breathe } from './breathe.ts';
import { searcherSpec, trainerSpec } from './search-spec.ts';
import { Stopwatch } from './stopwatch.ts';

export const REPORT_MS = 100;
const CHECKPOINT_MS = 5_000;
/** Log entries an epoch, so that a short search still draws a curve. */
const LOGS_PER_EPOCH = 5;

export type SpNasDriver = SearchDriver<SpNasCandidate, SpNasResult>;

export interface SearchFrom {
  readonly record: SearchRecord;
  readonly space: SearchSpace;
  readonly table: CostTable;
  readonly dataset: Dataset;
  readonly checkpoint: Checkpoint | undefined;
  /** What happened before it, for the log and the reader: a sentence each. */
  readonly news: readonly string[];
}

/** Where it tells and keeps. */
export interface SearchSink {
  save(change: Partial<SearchRecord>): Promise<void>;
  log(entry: SearchLogEntry): Promise<void>;
  /** The log after `step` is void. */
  cutLog(step: number): Promise<void>;
  tell(text: string): void;
  keep(checkpoint: Checkpoint): Promise<void>;
  onProgress(progress: SearchProgress): void;
}

/** A search that came to its end or was stopped. */
export interface Driven {
  readonly searcher: SpNas;
  readonly isWhole: boolean;
  /** Why it gave up, in a sentence; null where it did not. */
  readonly failure: string | null;
}

/** The beginning of an epoch, which a roll-back returns to. */
interface GoodPoint {
  readonly state: SpNasState;
  readonly tensors: readonly NamedArray[];
}

const NOTHING_JUDGED = { count: 0, crossEntropy: 0, accuracy: 0 };

export class SearchDrive {
  readonly driver: SpNasDriver;
  readonly #from: SearchFrom;
  readonly #sink: SearchSink;
  readonly #spec: SpNasSpec;
  readonly #searcher: SpNas;
  readonly #trainer: SupernetTrainer;
  readonly #watch = new Stopwatch();
  /** null: the beginning, with the values of the seed. */
  #good: GoodPoint | null = null;
  #recovery: Recovery;
  #failure: string | null = null;
  /** What the last checkpoint has. */
  #keptState: SpNasState | null = null;
  #over: AbortSignal | null = null;
  #images = 0;
  #reportedAt = -Infinity;
  #keptAt = performance.now();
  /** Of the architecture's half since the last entry of the log, sums. */
  #judged = NOTHING_JUDGED;

  constructor(from: SearchFrom, sink: SearchSink) {
    const { record, space, table, dataset, checkpoint } = from;
    const { recipe, method } = record;
    this.#from = from;
    this.#sink = sink;
    this.#spec = searcherSpec(recipe, space, table, dataset.train.count);
    const choices = table.blocks.map(({ length }) => length);
    const state = checkpoint && parseSearchState(checkpoint.state, choices);
    this.#searcher = new SpNas(this.#spec, state);
    this.#recovery = readRecovery(checkpoint?.state);
    const { stepsPerEpoch } = this.#spec;
    const isBeginning = state && state.step % stepsPerEpoch === 0 && state.next === 'weights';
    if (isBeginning && state.step > 0) this.#good = { state, tensors: checkpoint.tensors };
    this.#trainer = new SupernetTrainer(
      trainerSpec(recipe, method, space, dataset, checkpoint?.tensors ?? null),
    );
    this.#trainer.rateFactor = rateFactor(this.#recovery);
    this.driver = new SearchDriver<SpNasCandidate, SpNasResult>(this.#searcher, this.#trainer, {
      onTold: (candidate, result) => this.#onTold(candidate, result),
      breathe,
      onPause: async () => {
        this.#watch.stop();
        await this.#keep();
        await sink.save({ status: 'paused' });
      },
      onContinue: async () => {
        await sink.save({ status: 'searching' });
        this.#watch.start();
      },
    });
  }

  get step(): number {
    return this.#searcher.progress().step;
  }

  /** @param over stops it, without a word to the store */
  async run(over: AbortSignal): Promise<Driven> {
    this.#over = over;
    over.addEventListener('abort', () => this.driver.stop());
    try {
      await this.#sink.save({ totalSteps: this.#searcher.totalSteps, step: this.step });
      for (const text of this.#from.news) await this.#tell(text);
      if (this.#from.record.status === 'paused') this.driver.pause(); // it was when it lost its GPU
      this.#watch.start();
      const isWhole = await this.driver.run();
      if (over.aborted) throw over.reason;
      this.#watch.stop();
      if (this.#keptState !== this.#searcher.state()) await this.#keep();
      return { searcher: this.#searcher, isWhole, failure: this.#failure };
    } finally {
      this.#trainer.dispose();
    }
  }

  get #imagesPerSecond(): number {
    return (this.#images * 1000) / Math.max(this.#watch.elapsedMs, 1e-3);
  }

  async #onTold(candidate: SpNasCandidate, result: SpNasResult): Promise<void> {
    const { recipe } = this.#from.record;
    this.#images += recipe.search.batchSize;
    const fault = this.#judge(result);
    if (fault !== null) {
      await this.#rollBack(fault);
      return;
    }
    const { step } = this.#searcher.progress();
    const now = performance.now();
    if (now - this.#reportedAt >= REPORT_MS || this.#searcher.done) {
      this.#reportedAt = now;
      this.#report(candidate);
    }
    const { stepsPerEpoch } = this.#spec;
    const logEvery = Math.max(1, Math.floor(stepsPerEpoch / LOGS_PER_EPOCH));
    const isStepDone = step > candidate.step;
    const isEpochEnd = isStepDone && step % stepsPerEpoch === 0;
    if (isStepDone && (isEpochEnd || step % logEvery === 0) && !(await this.#log())) return;
    const isKept = this.#searcher.done || now - this.#keptAt > CHECKPOINT_MS;
    if (isEpochEnd) await this.#passEpoch(isKept);
    else if (isKept) await this.#keep();
  }

  /** Take in a result of the architecture's half. @returns what is wrong with it, as the middle of a sentence */
  #judge({ crossEntropy, accuracy, gradients }: SpNasResult): string | null {
    if (crossEntropy === null || accuracy === null) return null;
    if (!Number.isFinite(crossEntropy)) return `the loss of the architecture is ${crossEntropy}`;
    if (gradients?.flat().every(Number.isFinite) === false)
      return 'a gradient to the architecture is no longer finite';
    const { count, ...sums } = this.#judged;
    this.#judged = {
      count: count + 1,
      crossEntropy: sums.crossEntropy + crossEntropy,
      accuracy: sums.accuracy + accuracy,
    };
    return null;
  }

  /** An epoch ends soundly, or is taken back. */
  async #passEpoch(isKept: boolean): Promise<void> {
    const tensors = await this.#snapshot();
    const fault = valueFault(tensors);
    if (fault !== null) {
      await this.#rollBack(fault);
      return;
    }
    this.#good = { state: this.#searcher.state(), tensors };
    if (isKept) await this.#write(tensors);
  }

  /**
   * Back to the beginning of the epoch, and on at a lower rate, as the trainer goes
   * (`src/train/trainer.ts`); a loss is only judged where it is logged, so that a search repeats its
   * roll-backs as it repeats its steps.
   */
  async #rollBack(fault: string): Promise<void> {
    const good = this.#good;
    const from = this.step;
    const isLost = good === null && Math.floor((from - 1) / this.#spec.stepsPerEpoch) > 0;
    const goodStep = isLost ? null : (good?.state.step ?? 0);
    const divergence = { what: 'The search', from, fault, goodStep };
    const { recovery, text, isEnd } = rollBackFrom(divergence, this.#recovery);
    this.#recovery = recovery;
    this.#trainer.restore(good?.tensors ?? null);
    this.#trainer.rateFactor = rateFactor(recovery);
    this.#searcher.restore(good?.state ?? null);
    this.#judged = NOTHING_JUDGED;
    await this.#sink.cutLog(this.step);
    await this.#tell(text);
    // with the roll-back in it, so that an interruption now does not count it twice
    await this.#write(good?.tensors ?? (await this.#snapshot()));
    if (!isEnd) return;
    this.#failure = text;
    this.driver.stop();
  }

  /** Something happened, and measures nothing. */
  async #tell(event: string): Promise<void> {
    const nothing = { metrics: [], validation: null, imagesPerSecond: this.#imagesPerSecond };
    await this.#sink.log({ ...this.#searcher.progress(), ...nothing, event });
    this.#sink.tell(event);
  }

  #report(candidate: SpNasCandidate): void {
    const { record, checkpoint } = this.#from;
    const architecture = this.#searcher.progress();
    const stepsDone = architecture.step - (checkpoint?.step ?? 0);
    const secondsPerStep = this.#watch.elapsedMs / 1000 / Math.max(1, stepsDone);
    this.#sink.onProgress({
      kind: 'step',
      searchId: record.id,
      architecture,
      drawn: candidate.mixture.map((paths) => paths.map(({ option }) => option)),
      imagesPerSecond: this.#imagesPerSecond,
      secondsLeft: secondsPerStep * (architecture.totalSteps - architecture.step),
    });
  }

  /** @returns false where what was to be logged took the search back */
  async #log(): Promise<boolean> {
    const metrics = await this.#trainer.takeMetrics();
    const fault = lossFault(metrics, this.#from.dataset.classNames.length);
    if (fault !== null) {
      await this.#rollBack(fault);
      return false;
    }
    const { count, crossEntropy, accuracy } = this.#judged;
    const validation =
      count === 0 ? null : { crossEntropy: crossEntropy / count, accuracy: accuracy / count };
    this.#judged = NOTHING_JUDGED;
    const imagesPerSecond = this.#imagesPerSecond;
    await this.#sink.log({ ...this.#searcher.progress(), metrics, validation, imagesPerSecond });
    return true;
  }

  /** Write where it stands, if that is sound. */
  async #keep(): Promise<void> {
    const tensors = await this.#snapshot();
    const fault = valueFault(tensors);
    if (fault === null) await this.#write(tensors);
    else await this.#rollBack(fault);
  }

  async #snapshot(): Promise<readonly NamedArray[]> {
    const tensors = await this.#trainer.snapshot();
    if (this.#over?.aborted === true) throw this.#over.reason;
    return tensors;
  }

  async #write(tensors: readonly NamedArray[]): Promise<void> {
    const { record, checkpoint } = this.#from;
    const { step, epoch } = this.#searcher.progress();
    const state = this.#searcher.state();
    await this.#sink.keep({ step, epoch, state: { ...state, ...this.#recovery }, tensors });
    this.#keptState = state;
    const secondsBefore = checkpoint === undefined ? 0 : record.searchSeconds;
    const searchSeconds = secondsBefore + this.#watch.elapsedMs / 1000;
    await this.#sink.save({ step, searchSeconds });
    this.#keptAt = performance.now();
  }
}
