/**
 * @file The life of a training run: steps, log, evaluation, checkpoints; pause, step, continue, stop.
 *
 * Knows neither workers nor storage: what happens is told through `TrainerHooks`. All that decides
 * the result follows from the recipe and the step's number; clocks only pace reports.
 */
import type { NamedArray } from '../nn/parameters.ts';
import { changeSentence, trainingAt, withChange } from '../spec/live-change.ts';
import type { LiveChange, LiveSetting } from '../spec/live-change.ts';
import { totalEpochs } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { LogEntry } from '../spec/run.ts';
import { Gate } from '../util/gate.ts';
import type { GateHooks } from '../util/gate.ts';
import { breathe } from './breathe.ts';
import type { Evaluation } from './evaluate.ts';
import { LossTally, metricsOf } from './loss-tally.ts';
import { lossFault, rateFactor, rollBackFrom, UNTROUBLED, valueFault } from './recovery.ts';
import type { Recovery } from './recovery.ts';
import { planStep } from './schedule.ts';
import type { StepPlan } from './schedule.ts';
import { StepClock } from './step-clock.ts';
import type { Team } from './team.ts';

/** Losses are read back every so many steps: a GPU would wait at each. */
const READ_EVERY_STEPS = 8;
/** Log entries an epoch, so that a short run still draws a curve. */
const LOGS_PER_EPOCH = 10;
/** Test images looked at after each epoch; the whole set at the end. */
const EPOCH_TEST_IMAGES = 500;
const CHECKPOINT_EVERY_MS = 5_000;

export type EventEntry = Extract<LogEntry, { readonly kind: 'event' }>;

export interface TrainerCheckpoint {
  readonly step: number;
  readonly epoch: number;
  readonly tensors: readonly NamedArray[];
  readonly recovery: Recovery;
}

/** Where a run starts or goes on, and what was decided of it apart from its recipe. */
export interface StartPoint {
  readonly step: number;
  readonly recovery: Recovery;
  /** Of settings while it trained, by step; those still to come are made when their step comes. */
  readonly changes?: readonly LiveChange[];
  /** Training ends when its steps have taken this long, `secondsBefore` included. */
  readonly budgetSeconds?: number;
  readonly secondsBefore?: number;
}

export interface TrainerHooks extends GateHooks {
  /** After each step; must return at once. */
  onStep(progress: {
    step: number;
    totalSteps: number;
    epoch: number;
    imagesPerSecond: number;
  }): void;
  onLog(entries: readonly LogEntry[]): Promise<void>;
  /** All losses up to here were sound, and all values are finite. */
  onCheckpoint(checkpoint: TrainerCheckpoint): Promise<void>;
  /** Training is back at an earlier step: the log after it is void, and the event is its last entry. */
  onRollBack(step: number, event: EventEntry): Promise<void>;
  /** Must be kept with the run before the next step's checkpoint: resumed, it needs them all. */
  onChanges(changes: readonly LiveChange[]): Promise<void>;
}

export interface TrainOutcome {
  readonly status: 'trained' | 'stopped';
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
  /** Seconds in training steps, this session. */
  readonly trainSeconds: number;
  readonly imagesPerSecond: number;
  /** Why training gave up, in a sentence; null where it did not. */
  readonly failure: string | null;
}

/** What a roll-back returns to; without tensors: the values of the seed. */
interface GoodPoint {
  readonly step: number;
  readonly tensors: readonly NamedArray[] | null;
}

const BEGINNING: GoodPoint = { step: 0, tensors: null };

export class Trainer {
  readonly totalSteps: number;
  readonly #recipe: Recipe;
  readonly #team: Team;
  readonly #hooks: TrainerHooks;
  readonly #budget: { readonly seconds: number; readonly before: number };
  #changes: readonly LiveChange[];
  #step: number;
  /** A step is being taken: a change made now is for the one after it. */
  #isStepping = false;
  readonly #gate: Gate;
  readonly #clock = new StepClock();
  readonly #tally = new LossTally();
  #recovery: Recovery;
  #good: GoodPoint = BEGINNING;
  /** Of the last checkpoint. */
  #keptStep: number;
  #keptAt = 0;
  #failure: string | null = null;

  /** @param start step 0, or where a checkpoint was written, with its recovery */
  constructor(
    recipe: Recipe,
    team: Team,
    hooks: TrainerHooks,
    start: StartPoint = { step: 0, recovery: UNTROUBLED },
  ) {
    this.#recipe = recipe;
    this.#team = team;
    this.#hooks = hooks;
    this.#gate = new Gate(hooks);
    this.#step = start.step;
    this.#keptStep = start.step;
    this.#recovery = start.recovery;
    this.#changes = start.changes ?? [];
    this.#budget = {
      seconds: start.budgetSeconds ?? Infinity,
      before: start.secondsBefore ?? 0,
    };
    this.totalSteps = totalEpochs(recipe) * team.stepsPerEpoch;
  }

  /** Seconds in training steps so far, without pauses. */
  get trainSeconds(): number {
    return this.#clock.seconds;
  }

  /** Between a step and the next, until told to go on. */
  get isPaused(): boolean {
    return this.#gate.isWaiting;
  }

  pause(): void {
    this.#gate.pause();
  }

  continue(): void {
    this.#gate.continue();
  }

  /** One step, then pause again. */
  stepOnce(): void {
    this.#gate.stepOnce();
  }

  stop(): void {
    this.#gate.stop();
  }

  /** Change a setting from the next step on. @param to within the bounds of the recipe */
  async change(setting: LiveSetting, to: number): Promise<void> {
    const step = this.#step + (this.#isStepping ? 2 : 1);
    if (step > this.totalSteps) return;
    this.#changes = withChange(this.#recipe.training, this.#changes, { setting, step, to });
    await this.#hooks.onChanges(this.#changes);
  }

  async run(): Promise<TrainOutcome> {
    const { stepsPerEpoch, batchSize } = this.#team;
    const logEvery = Math.max(1, Math.floor(stepsPerEpoch / LOGS_PER_EPOCH));
    this.#keptAt = performance.now();
    if (this.#step > 0 && this.#step % stepsPerEpoch === 0) {
      this.#good = { step: this.#step, tensors: await this.#team.snapshot() };
    }
    let isDone = await this.#resumesAtTarget();

    while (this.#step < this.totalSteps && !this.#isOver && !isDone) {
      if (!this.#gate.pass()) {
        await this.#account({ isLogged: true, isKept: true });
        await this.#gate.wait();
        this.#keptAt = performance.now();
        continue;
      }
      const plan = this.#planOf(this.#step);
      const begin = performance.now();
      this.#isStepping = true;
      await this.#team.step(plan);
      this.#isStepping = false;
      this.#clock.step(performance.now() - begin);
      this.#step++;
      await this.#tellChanges();
      this.#hooks.onStep({
        step: this.#step,
        totalSteps: this.totalSteps,
        epoch: plan.epoch,
        imagesPerSecond: this.#clock.rate(batchSize),
      });
      const isEpochEnd = this.#step % stepsPerEpoch === 0;
      const isLogged = this.#step % logEvery === 0 || isEpochEnd;
      if (isLogged || this.#step % READ_EVERY_STEPS === 0) {
        const isLate = performance.now() - this.#keptAt > CHECKPOINT_EVERY_MS;
        const isKept = isEpochEnd || (isLogged && isLate);
        isDone = await this.#account({ isLogged, isKept });
      }
      await breathe();
    }
    if (this.#keptStep !== this.#step) await this.#account({ isLogged: true, isKept: true });
    if (this.#step < this.totalSteps && !isDone && this.#failure === null) await this.#tellEnd();
    const evaluations = await this.#team.evaluate(null);
    await this.#hooks.onLog([this.#testEntry(evaluations)]);
    return {
      status: this.#step < this.totalSteps && !isDone ? 'stopped' : 'trained',
      step: this.#step,
      evaluations,
      trainSeconds: this.trainSeconds,
      imagesPerSecond: this.#clock.meanRate(batchSize),
      failure: this.#failure,
    };
  }

  get #epoch(): number {
    return this.#step / this.#team.stepsPerEpoch;
  }

  get #isOutOfTime(): boolean {
    return this.#budget.before + this.trainSeconds >= this.#budget.seconds;
  }

  get #isOver(): boolean {
    return this.#gate.isStopped || this.#isOutOfTime || this.#failure !== null;
  }

  #planOf(step: number): StepPlan {
    const { bitWidths } = this.#recipe;
    const training = trainingAt(this.#recipe.training, this.#changes, step + 1);
    const plan = planStep(training, bitWidths, this.#team.stepsPerEpoch, step);
    return { ...plan, learningRate: plan.learningRate * rateFactor(this.#recovery) };
  }

  /**
   * Read the losses since the last time; log them, write a checkpoint, or roll back where they or the
   * values to be kept are not sound.
   * @returns whether the end of an epoch reached the recipe's target
   */
  async #account(wanted: {
    readonly isLogged: boolean;
    readonly isKept: boolean;
  }): Promise<boolean> {
    const begin = performance.now();
    const terms = await this.#team.takeTerms();
    this.#clock.settle(performance.now() - begin);
    this.#tally.add(terms);
    const losses = metricsOf(terms, this.#team.batchSize);
    const tensors = wanted.isKept ? await this.#team.snapshot() : null;
    const fault =
      lossFault(losses, this.#team.classes) ?? (tensors === null ? null : valueFault(tensors));
    if (fault !== null) {
      await this.#rollBack(fault);
      return false;
    }
    const isEpochEnd = this.#step > 0 && this.#step % this.#team.stepsPerEpoch === 0;
    const isReached = wanted.isLogged && (await this.#log(isEpochEnd));
    if (tensors !== null) {
      if (isEpochEnd) this.#good = { step: this.#step, tensors };
      await this.#keep(tensors);
    }
    return isReached;
  }

  /**
   * Back to the beginning of the epoch, and on from there at a lower rate; or, at the last roll-back,
   * there to stay. An epoch resumed in its middle has no beginning to go back to: the run starts over,
   * and repeats what it did to get here.
   */
  async #rollBack(fault: string): Promise<void> {
    const from = this.#step;
    const { step, tensors } = this.#good;
    this.#tally.clear();
    const startsOver = tensors === null && Math.floor((from - 1) / this.#team.stepsPerEpoch) > 0;
    const goodStep = startsOver ? null : step;
    const { recovery, text, isEnd } = rollBackFrom(
      { what: 'Training', from, fault, goodStep },
      this.#recovery,
    );
    this.#recovery = recovery;
    if (isEnd) this.#failure = text;
    await this.#team.restore(tensors);
    this.#step = step;
    await this.#hooks.onRollBack(step, this.#event(text));
    // with the roll-back in it, so that an interruption now does not count it twice
    await this.#keep(tensors ?? (await this.#team.snapshot()));
  }

  async #keep(tensors: readonly NamedArray[]): Promise<void> {
    await this.#hooks.onCheckpoint({
      step: this.#step,
      epoch: this.#epoch,
      tensors,
      recovery: this.#recovery,
    });
    this.#keptStep = this.#step;
    this.#keptAt = performance.now();
  }

  /** @returns whether a test was asked for and reached the recipe's target */
  async #log(isEpochEnd: boolean): Promise<boolean> {
    const metrics = this.#tally.take(this.#team.batchSize);
    if (metrics.length === 0) return false;
    const withTest = isEpochEnd && this.#step < this.totalSteps;
    const entries: LogEntry[] = [
      {
        kind: 'train',
        step: this.#step,
        epoch: this.#epoch,
        learningRate: this.#planOf(this.#step - 1).learningRate,
        metrics,
        imagesPerSecond: this.#clock.rate(this.#team.batchSize),
      },
    ];
    let isReached = false;
    if (withTest) {
      const evaluations = await this.#team.evaluate(EPOCH_TEST_IMAGES);
      entries.push(this.#testEntry(evaluations));
      isReached = this.#reaches(evaluations);
      if (isReached) {
        entries.push(this.#event(`Stopped early: ${this.#targetWords()} is reached.`));
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

  /** Changes that the step just taken was the first to have: before its checkpoint, and once. */
  async #tellChanges(): Promise<void> {
    const entries = this.#changes
      .filter(({ step }) => step === this.#step)
      .map((change) => ({ ...this.#event(changeSentence(change)), change }));
    if (entries.length > 0) await this.#hooks.onLog(entries);
  }

  /** Which rule ended a run that was not trained to its end. */
  async #tellEnd(): Promise<void> {
    const minutes = Number((this.#budget.seconds / 60).toPrecision(3));
    const text = this.#isOutOfTime
      ? `Stopped early: the time budget of ${minutes} min is used up.`
      : 'Stopped by hand.';
    await this.#hooks.onLog([this.#event(text)]);
  }

  #event(text: string): EventEntry {
    return { kind: 'event', step: this.#step, epoch: this.#epoch, text };
  }

  #targetWords(): string {
    const { accuracy = 0, bits } = this.#recipe.training.target ?? {};
    const where = bits === undefined ? 'every bit-width' : `${bits} bits`;
    return `the target of ${Number((100 * accuracy).toFixed(2))} % at ${where}`;
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
}
