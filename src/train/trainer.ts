/**
 * @file The life of a training run: steps, log, evaluation, checkpoints; pause, step, continue, stop.
 *
 * Knows neither workers nor storage: what happens is told through `TrainerHooks`. All that decides
 * the result follows from the recipe and the step's number; clocks only pace reports.
 */
import type { NamedArray } from '../nn/parameters.ts';
import { totalEpochs } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { BitMetrics, LogEntry } from '../spec/run.ts';
import type { Evaluation } from './evaluate.ts';
import { planStep } from './schedule.ts';
import type { Team } from './team.ts';

/** Log entries an epoch, so that a short run still draws a curve. */
const LOGS_PER_EPOCH = 10;
/** Test images looked at after each epoch; the whole set at the end. */
const EPOCH_TEST_IMAGES = 500;
const CHECKPOINT_EVERY_MS = 5_000;

export interface TrainerHooks {
  /** After each step; must return at once. */
  onStep(progress: {
    step: number;
    totalSteps: number;
    epoch: number;
    imagesPerSecond: number;
  }): void;
  onLog(entries: readonly LogEntry[]): Promise<void>;
  /** All losses up to here were finite. */
  onCheckpoint(step: number, epoch: number, tensors: readonly NamedArray[]): Promise<void>;
  onPause(): Promise<void>;
  onContinue(): Promise<void>;
}

export interface TrainOutcome {
  readonly status: 'trained' | 'stopped';
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
  /** Seconds in training steps, this session. */
  readonly trainSeconds: number;
  readonly imagesPerSecond: number;
}

/** The loss is no longer a finite number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

export class Trainer {
  readonly totalSteps: number;
  readonly #recipe: Recipe;
  readonly #team: Team;
  readonly #hooks: TrainerHooks;
  #step: number;
  #allowance = Infinity;
  #stopping = false;
  #wake: (() => void) | null = null;
  #stepMs = 0;
  #stepsTimed = 0;
  /** Since the last log entry. */
  #interval = { ms: 0, steps: 0 };
  /** Steps a millisecond up to the last log entry; null before the first. */
  #pace: number | null = null;

  /** @param startStep 0, or where a checkpoint was written */
  constructor(recipe: Recipe, team: Team, hooks: TrainerHooks, startStep: number) {
    this.#recipe = recipe;
    this.#team = team;
    this.#hooks = hooks;
    this.#step = startStep;
    this.totalSteps = totalEpochs(recipe) * team.stepsPerEpoch;
  }

  /** Seconds in training steps so far, without pauses. */
  get trainSeconds(): number {
    return this.#stepMs / 1000;
  }

  pause(): void {
    this.#allowance = 0;
  }

  continue(): void {
    this.#allowance = Infinity;
    this.#wake?.();
  }

  /** One step, then pause again. */
  stepOnce(): void {
    this.#allowance = 1;
    this.#wake?.();
  }

  stop(): void {
    this.#stopping = true;
    this.#wake?.();
  }

  /** @throws DivergedError when a loss is not finite */
  async run(): Promise<TrainOutcome> {
    const { training, bitWidths } = this.#recipe;
    const { stepsPerEpoch, batchSize } = this.#team;
    const logEvery = Math.max(1, Math.floor(stepsPerEpoch / LOGS_PER_EPOCH));
    let lastCheckpoint = this.#step;
    let checkpointAt = performance.now();
    let isDone = await this.#resumesAtTarget();

    while (this.#step < this.totalSteps && !this.#stopping && !isDone) {
      if (this.#allowance === 0) {
        await this.#log(false);
        await this.#checkpoint();
        lastCheckpoint = this.#step;
        await this.#sleep();
        checkpointAt = performance.now();
        continue;
      }
      this.#allowance--;
      const plan = planStep(training, bitWidths, stepsPerEpoch, this.#step);
      const begin = performance.now();
      await this.#team.step(plan);
      this.#time(performance.now() - begin);
      this.#step++;
      this.#hooks.onStep({
        step: this.#step,
        totalSteps: this.totalSteps,
        epoch: plan.epoch,
        imagesPerSecond: this.#rate(batchSize),
      });
      const isEpochEnd = this.#step % stepsPerEpoch === 0;
      if (this.#step % logEvery === 0 || isEpochEnd) {
        isDone = await this.#log(isEpochEnd && this.#step < this.totalSteps);
        if (isEpochEnd || performance.now() - checkpointAt > CHECKPOINT_EVERY_MS) {
          await this.#checkpoint();
          lastCheckpoint = this.#step;
          checkpointAt = performance.now();
        }
      }
      await breathe();
    }
    if (lastCheckpoint !== this.#step) {
      await this.#log(false);
      await this.#checkpoint();
    }
    const evaluations = await this.#team.evaluate(null);
    await this.#hooks.onLog([this.#testEntry(evaluations)]);
    return {
      status: this.#step < this.totalSteps && !isDone ? 'stopped' : 'trained',
      step: this.#step,
      evaluations,
      trainSeconds: this.trainSeconds,
      imagesPerSecond:
        this.#stepsTimed === 0 ? 0 : (this.#stepsTimed * batchSize * 1000) / this.#stepMs,
    };
  }

  get #epoch(): number {
    return this.#step / this.#team.stepsPerEpoch;
  }

  /** @returns whether a test was asked for and reached the recipe's target */
  async #log(withTest: boolean): Promise<boolean> {
    const begin = performance.now();
    const metrics = await this.#team.takeMetrics();
    this.#settle(performance.now() - begin);
    if (metrics.length === 0) return false;
    assertFinite(metrics, this.#step);
    const plan = planStep(
      this.#recipe.training,
      this.#recipe.bitWidths,
      this.#team.stepsPerEpoch,
      this.#step - 1,
    );
    const entries: LogEntry[] = [
      {
        kind: 'train',
        step: this.#step,
        epoch: this.#epoch,
        learningRate: plan.learningRate,
        metrics,
        imagesPerSecond: this.#rate(this.#team.batchSize),
      },
    ];
    let isReached = false;
    if (withTest) {
      const evaluations = await this.#team.evaluate(EPOCH_TEST_IMAGES);
      entries.push(this.#testEntry(evaluations));
      isReached = this.#reaches(evaluations);
      if (isReached) {
        const text = 'Stopped early: the target accuracy is reached.';
        entries.push({ kind: 'event', step: this.#step, epoch: this.#epoch, text });
      }
    }
    await this.#hooks.onLog(entries);
    return isReached;
  }

  /** Whether the run was interrupted between reaching its target and ending. */
  async #resumesAtTarget(): Promise<boolean> {
    const { target } = this.#recipe.training;
    const isEpochEnd = this.#step > 0 && this.#step % this.#team.stepsPerEpoch === 0;
    if (target === undefined || !isEpochEnd) return false;
    return this.#reaches(await this.#team.evaluate(EPOCH_TEST_IMAGES));
  }

  #reaches(evaluations: readonly Evaluation[]): boolean {
    const { target } = this.#recipe.training;
    if (target === undefined) return false;
    return evaluations
      .filter(({ bits }) => target.bits === undefined || bits === target.bits)
      .every(({ accuracy }) => accuracy >= target.accuracy);
  }

  #testEntry(evaluations: readonly Evaluation[]): LogEntry {
    return {
      kind: 'test',
      step: this.#step,
      epoch: this.#epoch,
      images: evaluations[0]?.images ?? 0,
      metrics: evaluations.map(({ bits, accuracy, crossEntropy }) => ({
        bits,
        accuracy,
        crossEntropy,
        distillation: 0,
      })),
    };
  }

  async #checkpoint(): Promise<void> {
    await this.#hooks.onCheckpoint(this.#step, this.#epoch, await this.#team.snapshot());
  }

  async #sleep(): Promise<void> {
    await this.#hooks.onPause();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#allowance > 0 || this.#stopping) resolve();
    });
    this.#wake = null;
    await this.#hooks.onContinue();
  }

  #time(ms: number): void {
    this.#stepMs += ms;
    this.#stepsTimed++;
    // The first step of a session compiles and warms up: it tells nothing of the rate.
    if (this.#stepsTimed === 2 && this.#pace === null) this.#interval = { ms: 0, steps: 0 };
    this.#interval.ms += ms;
    this.#interval.steps++;
  }

  /** All steps so far are done; on a GPU they were only queued, and waiting for them took `ms`. */
  #settle(ms: number): void {
    this.#stepMs += ms;
    const { steps, ms: before } = this.#interval;
    if (steps > 0) this.#pace = steps / Math.max(before + ms, 1e-3);
    this.#interval = { ms: 0, steps: 0 };
  }

  #rate(batchSize: number): number {
    const { steps, ms } = this.#interval;
    return (this.#pace ?? steps / Math.max(ms, 1e-3)) * batchSize * 1000;
  }
}

function assertFinite(metrics: readonly BitMetrics[], step: number): void {
  for (const { bits, crossEntropy, distillation } of metrics) {
    if (Number.isFinite(crossEntropy) && Number.isFinite(distillation)) continue;
    throw new DivergedError(
      `training diverged at step ${step}: expected a finite loss at ${bits} bits, got ${crossEntropy} + β · ${distillation}; the last good checkpoint is kept, try a lower learning rate`,
    );
  }
}

/** Let messages (pause, stop) in between steps: one turn of the event loop, without a timer's delay. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
