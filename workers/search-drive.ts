/**
 * @file A search from where its checkpoint stands to its end: the searcher and the supernet in turn, with what
 * is told, logged and kept on the way.
 */
import type { Dataset } from '../src/data/dataset.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type { SearchProgress } from '../src/rpc/search-api.ts';
import { SearchDriver } from '../src/search/ask-tell.ts';
import type { CostTable } from '../src/search/cost-table.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import type { SpNasCandidate, SpNasResult, SpNasSpec } from '../src/search/sp-nas.ts';
import type { SearchLogEntry, SearchRecord } from '../src/spec/search-run.ts';
import type { SearchSpace } from '../src/spec/search-space.ts';
import { parseSearchState } from '../src/spec/search-state.ts';
import type { Checkpoint } from '../src/store/schema.ts';
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
}

/** Where it tells and keeps. */
export interface SearchSink {
  save(change: Partial<SearchRecord>): Promise<void>;
  log(entry: SearchLogEntry): Promise<void>;
  keep(checkpoint: Checkpoint): Promise<void>;
  onProgress(progress: SearchProgress): void;
}

/** A search that came to its end or was stopped. */
export interface Driven {
  readonly searcher: SpNas;
  readonly isWhole: boolean;
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
    this.#searcher = new SpNas(
      this.#spec,
      checkpoint && parseSearchState(checkpoint.state, choices),
    );
    this.#trainer = new SupernetTrainer(
      trainerSpec(recipe, method, space, dataset, checkpoint?.tensors ?? null),
    );
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
      if (this.#from.record.status === 'paused') this.driver.pause(); // it was when it lost its GPU
      this.#watch.start();
      const isWhole = await this.driver.run();
      if (over.aborted) throw over.reason;
      this.#watch.stop();
      await this.#keep();
      return { searcher: this.#searcher, isWhole };
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
    if (result.crossEntropy !== null && result.accuracy !== null) {
      const { count, crossEntropy, accuracy } = this.#judged;
      this.#judged = {
        count: count + 1,
        crossEntropy: crossEntropy + result.crossEntropy,
        accuracy: accuracy + result.accuracy,
      };
    }
    const { step } = this.#searcher.progress();
    const now = performance.now();
    if (now - this.#reportedAt >= REPORT_MS || this.#searcher.done) {
      this.#reportedAt = now;
      this.#report(candidate);
    }
    const logEvery = Math.max(1, Math.floor(this.#spec.stepsPerEpoch / LOGS_PER_EPOCH));
    if (step > candidate.step && step % logEvery === 0) await this.#log();
    if (this.#searcher.done || now - this.#keptAt > CHECKPOINT_MS) await this.#keep();
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

  async #log(): Promise<void> {
    const metrics = await this.#trainer.takeMetrics();
    const broken = metrics.find(({ crossEntropy }) => !Number.isFinite(crossEntropy));
    if (broken !== undefined) {
      throw new Error(
        `search diverged: expected a finite loss at ${broken.bits} bits, got ${broken.crossEntropy}; try a lower learning rate`,
      );
    }
    const { count, crossEntropy, accuracy } = this.#judged;
    const validation =
      count === 0 ? null : { crossEntropy: crossEntropy / count, accuracy: accuracy / count };
    this.#judged = NOTHING_JUDGED;
    const imagesPerSecond = this.#imagesPerSecond;
    await this.#sink.log({ ...this.#searcher.progress(), metrics, validation, imagesPerSecond });
  }

  async #keep(): Promise<void> {
    const { record, checkpoint } = this.#from;
    const { step, epoch } = this.#searcher.progress();
    const tensors = await this.#trainer.snapshot();
    if (this.#over?.aborted === true) throw this.#over.reason;
    const state = this.#searcher.state();
    await this.#sink.keep({ step, epoch, state, tensors });
    const secondsBefore = checkpoint === undefined ? 0 : record.searchSeconds;
    const searchSeconds = secondsBefore + this.#watch.elapsedMs / 1000;
    await this.#sink.save({ step, searchSeconds });
    this.#keptAt = performance.now();
  }
}
