/**
 * @file One training run from its record in the store to its end, and back from a checkpoint.
 *
 * Glue between the trainer, the store and the page; nothing here computes.
 */
import { proxy } from 'comlink';
import { channelStatistics } from '../src/data/batches.ts';
import { currentBackend, probeBackend, startBackend } from '../src/engine/backend.ts';
import type { StageProgress, TrainProgress } from '../src/rpc/progress.ts';
import { deathOf } from '../src/rpc/heartbeat.ts';
import { withRunLock } from '../src/rpc/run-lock.ts';
import type { MeasureSpec, TrainApi, TrainMeasure, TrainSpec } from '../src/rpc/train-api.ts';
import { modelTotals } from '../src/spec/model.ts';
import { isLiveValue } from '../src/spec/live-change.ts';
import type { LiveSetting } from '../src/spec/live-change.ts';
import { parse } from '../src/spec/parse.ts';
import { parseRecipe, recipeModel } from '../src/spec/recipe.ts';
import type { BackendPreference, BackendReport, Prediction, RunRecord } from '../src/spec/run.ts';
import { limitsSchema } from '../src/spec/run-schema.ts';
import { damageSentence, latestCheckpoint } from '../src/store/checkpoints.ts';
import { getDataset, getDatasetInfo } from '../src/store/datasets.ts';
import { labOpener } from '../src/store/open.ts';
import { RUN_GONE, RUN_PLACE } from '../src/store/job-places.ts';
import { JobWriter } from '../src/store/job-writer.ts';
import { getRun, putRun } from '../src/store/runs.ts';
import { buildNetwork } from '../src/train/build.ts';
import { logitsOf, softmax } from '../src/train/evaluate.ts';
import { readRecovery } from '../src/train/recovery.ts';
import { Trainer } from '../src/train/trainer.ts';
import { SpecError } from '../src/util/errors.ts';
import { GpuLostError, compileForRun, lossSentence, untilGpuLost } from './gpu-run.ts';
import { InspectSession } from './inspect-session.ts';
import type { InspectedRun } from './inspect-session.ts';
import { measureTraining } from './measure.ts';
import { buildTeam, teamSize } from './train-team.ts';

type OnProgress = (progress: TrainProgress) => void;

/** Step reports a second at most. */
const STEP_REPORT_MS = 100;

/** How a run goes on after it lost its GPU. */
interface Comeback {
  readonly error: GpuLostError;
  readonly isPaused: boolean;
}

export class TrainSession implements TrainApi {
  readonly #open = labOpener();
  #trainer: { readonly runId: string; readonly trainer: Trainer } | null = null;
  #viewer: InspectedRun | null = null;
  #looking: Promise<unknown> = Promise.resolve();
  readonly inspect = proxy(new InspectSession((runId, use) => this.#lookAtRest(runId, use)));

  probe(preference: BackendPreference): Promise<BackendReport> {
    return probeBackend(preference);
  }

  async start(spec: TrainSpec, onProgress: OnProgress): Promise<void> {
    const recipe = parseRecipe(spec.recipe);
    const db = await this.#open();
    const info = await getDatasetInfo(db, spec.datasetId);
    if (info === undefined) {
      throw new SpecError(`training: expected a stored dataset, got the unknown ${spec.datasetId}`);
    }
    const model = recipeModel(recipe, { ...info, classes: info.classNames.length });
    const backend = await this.#startBackend(spec.backend, recipe.bitWidths);
    const now = Date.now();
    const run: RunRecord = {
      id: spec.runId,
      name: spec.name,
      createdAt: now,
      updatedAt: now,
      status: 'training',
      recipe,
      model,
      ...modelTotals(model),
      codeVersion: spec.codeVersion,
      backend,
      dataset: info,
      step: 0,
      totalSteps: 0,
      trainSeconds: 0,
      writer: crypto.randomUUID(),
      ...(spec.limits === undefined
        ? {}
        : { limits: parse(limitsSchema, spec.limits, 'training limits') }),
    };
    await withRunLock(run.id, async (lost) => {
      await putRun(db, run);
      await this.#train(run, onProgress, lost);
    });
  }

  async resume(
    runId: string,
    preference: BackendPreference,
    onProgress: OnProgress,
    takeOver = false,
  ): Promise<void> {
    this.#assertIdle();
    await withRunLock(runId, (lost) => this.#resume(runId, preference, onProgress, lost), {
      takeOver,
    });
  }

  async #resume(
    runId: string,
    preference: BackendPreference,
    onProgress: OnProgress,
    lost: AbortSignal,
    comeback: Comeback | null = null,
  ): Promise<void> {
    const db = await this.#open();
    const run = await getRun(db, runId);
    if (run === undefined) {
      throw new SpecError(`training: expected a stored run to resume, got the unknown ${runId}`);
    }
    const backend = await this.#startBackend(preference, run.recipe.bitWidths);
    const { failure: _failure, ...record } = run;
    const writer = crypto.randomUUID();
    const resumed: RunRecord = { ...record, backend, status: 'training', writer };
    await putRun(db, resumed);
    await this.#train(resumed, onProgress, lost, comeback);
  }

  pause(runId: string): Promise<void> {
    this.#running(runId)?.pause();
    return Promise.resolve();
  }

  continue(runId: string): Promise<void> {
    this.#running(runId)?.continue();
    return Promise.resolve();
  }

  step(runId: string): Promise<void> {
    this.#running(runId)?.stepOnce();
    return Promise.resolve();
  }

  stop(runId: string): Promise<void> {
    this.#running(runId)?.stop();
    return Promise.resolve();
  }

  async change(runId: string, setting: LiveSetting, value: number): Promise<void> {
    if (!isLiveValue(setting, value)) {
      throw new SpecError(`training: expected a ${setting} within its bounds, got ${value}`);
    }
    await this.#running(runId)?.change(setting, value);
  }

  predict(runId: string, testIndex: number): Promise<Prediction[]> {
    return this.#look(runId, async ({ run, network, dataset }) => {
      if (!Number.isInteger(testIndex) || testIndex < 0 || testIndex >= dataset.test.count) {
        throw new SpecError(
          `predict: expected a test image from 0 to ${dataset.test.count - 1}, got ${testIndex}`,
        );
      }
      const statistics = channelStatistics(dataset);
      const predictions: Prediction[] = [];
      for (const bits of run.recipe.bitWidths) {
        const indices = Uint32Array.of(testIndex);
        const logits = await logitsOf(network, bits, dataset, statistics, indices);
        predictions.push({ bits, probabilities: softmax(logits) });
      }
      return predictions;
    });
  }

  async measure(spec: MeasureSpec): Promise<TrainMeasure> {
    this.#assertIdle();
    return measureTraining(spec);
  }

  #running(runId: string): Trainer | null {
    return this.#trainer?.runId === runId ? this.#trainer.trainer : null;
  }

  #assertIdle(): void {
    if (this.#trainer === null) return;
    throw new SpecError(`training: expected no run in progress, got ${this.#trainer.runId}`);
  }

  async #startBackend(
    preference: BackendPreference,
    bitWidths: readonly number[],
  ): Promise<BackendReport> {
    // no look may be under way while what it looks with changes
    const start = this.#looking.then(async () => {
      const before = currentBackend();
      const choice = await startBackend(preference);
      if (choice.name !== before) {
        this.#viewer?.network.dispose();
        this.#viewer = null;
      }
      return choice;
    });
    this.#looking = start.catch(() => undefined);
    const backend = await start;
    return { ...backend, workers: teamSize(backend.name, bitWidths) };
  }

  /** Train from the last checkpoint, or from the start; keeps the record in the store true. */
  async #train(
    run: RunRecord,
    onProgress: OnProgress,
    lost: AbortSignal,
    comeback: Comeback | null = null,
  ): Promise<void> {
    this.#assertIdle();
    const db = await this.#open();
    const runId = run.id;
    const writer = new JobWriter(run, RUN_PLACE, {
      open: () => this.#open(),
      onTrouble: (text) => onProgress({ kind: 'notice', runId, text }),
      now: () => Date.now(),
    });
    const save = async (change: Partial<RunRecord>): Promise<void> => {
      onProgress({ kind: 'run', runId, run: await writer.save(change) });
    };
    onProgress({ kind: 'backend', runId, backend: run.backend });
    const dataset = await getDataset(db, run.dataset.id);
    if (dataset === undefined) {
      await save({ status: 'failed', failure: `The dataset ${run.dataset.name} is gone.` });
      return;
    }
    const found = await latestCheckpoint(db, runId);
    const { checkpoint } = found;
    const startStep = checkpoint?.step ?? 0;
    await writer.cutLog(startStep);
    const report = (progress: StageProgress): void =>
      onProgress({ kind: 'stage', runId, progress });
    report({ stage: 'building the network', done: 0, total: 1 });
    const running = await buildTeam(
      {
        model: run.model,
        training: run.recipe.training,
        bitWidths: run.recipe.bitWidths,
        seed: run.recipe.seed,
        dataset,
      },
      checkpoint?.tensors ?? null,
      run.backend.name,
      `instantnet-lab:${runId}:${crypto.randomUUID()}`,
    );
    report({ stage: 'building the network', done: 1, total: 1 });
    const secondsBefore = startStep === 0 ? 0 : run.trainSeconds;
    let reportedAt = 0;
    const trainer: Trainer = new Trainer(
      run.recipe,
      running.team,
      {
        onStep: (progress) => {
          const now = performance.now();
          if (now - reportedAt < STEP_REPORT_MS && progress.step < progress.totalSteps) return;
          reportedAt = now;
          const imagesLeft = (progress.totalSteps - progress.step) * running.team.batchSize;
          const secondsLeft = imagesLeft / Math.max(progress.imagesPerSecond, 1e-9);
          onProgress({ kind: 'step', runId, ...progress, secondsLeft });
        },
        onLog: async (entries) => {
          await writer.log(entries);
          onProgress({ kind: 'log', runId, entries });
        },
        onCheckpoint: async ({ step, epoch, tensors, recovery }) => {
          await writer.checkpoint({ step, epoch, state: recovery, tensors });
          await save({ step, trainSeconds: secondsBefore + trainer.trainSeconds });
        },
        onRollBack: async (step, event) => {
          await writer.cutLog(step);
          await writer.log([event]);
          onProgress({ kind: 'log', runId, entries: [event] });
          onProgress({ kind: 'notice', runId, text: event.text });
        },
        onPause: () => save({ status: 'paused' }),
        onContinue: () => save({ status: 'training' }),
        onChanges: (changes) => save({ changes }),
      },
      {
        step: startStep,
        recovery: readRecovery(checkpoint?.state),
        changes: run.changes ?? [],
        secondsBefore,
        ...(run.limits === undefined ? {} : { budgetSeconds: 60 * run.limits.minutes }),
      },
    );
    if (comeback?.isPaused === true) trainer.pause();
    this.#trainer = { runId, trainer };
    let gpuLost: GpuLostError | null = null;
    lost.addEventListener('abort', () => {
      writer.stop(lost.reason as Error);
      trainer.stop();
    });
    try {
      await save({ totalSteps: trainer.totalSteps, step: startStep, status: 'training' });
      const tell = async (text: string): Promise<void> => {
        const epoch = checkpoint?.epoch ?? 0;
        const entries = [{ kind: 'event', step: startStep, epoch, text } as const];
        await writer.log(entries);
        onProgress({ kind: 'log', runId, entries });
        onProgress({ kind: 'notice', runId, text });
      };
      const damage = damageSentence(found);
      if (damage !== null) await tell(damage);
      if (comeback !== null) await tell(lossSentence(comeback.error, startStep, run.backend.name));
      const outcome = await untilGpuLost(async () => {
        await compileForRun(running, run.recipe, startStep, report);
        return Promise.race([trainer.run(), running.death]);
      });
      const accuracies = outcome.evaluations.map(({ bits, accuracy, confusion }) => ({
        bits,
        accuracy,
        confusion,
      }));
      await save({
        status: outcome.status,
        step: outcome.step,
        trainSeconds: secondsBefore + outcome.trainSeconds,
        accuracies,
        ...(outcome.failure === null ? {} : { failure: outcome.failure }),
      });
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      if (error instanceof SpecError && error.message === RUN_GONE) return;
      const end = error instanceof GpuLostError ? error : deathOf(error, 'trainer');
      if (end !== null) {
        writer.stop(end); // what still waits for the GPU or a helper must not write when it fails
        trainer.stop();
      }
      if (end instanceof GpuLostError) gpuLost = end;
      else if (end !== null)
        throw end; // the page starts a new worker
      else {
        const failure = error instanceof Error ? error.message : String(error);
        await save({ status: 'failed', failure });
      }
    } finally {
      this.#trainer = null;
      running.dispose();
    }
    if (gpuLost === null) return;
    this.#viewer = null; // its network was on that GPU
    const isPaused = writer.job.status === 'paused';
    await this.#resume(runId, 'auto', onProgress, lost, { error: gpuLost, isPaused });
  }

  /** The network of a stored run as its last checkpoint has it; kept for the next image. */
  async #view(runId: string): Promise<InspectedRun> {
    const db = await this.#open();
    const run = await getRun(db, runId);
    const { checkpoint } = await latestCheckpoint(db, runId);
    if (run === undefined || checkpoint === undefined) {
      throw new SpecError(`predict: expected a run with a checkpoint, got ${runId}`);
    }
    if (this.#viewer?.run.id === runId && this.#viewer.step === checkpoint.step) {
      return { ...this.#viewer, run };
    }
    const dataset = await getDataset(db, run.dataset.id);
    if (dataset === undefined) {
      throw new SpecError(`predict: expected the dataset ${run.dataset.name}, got nothing stored`);
    }
    if (currentBackend() === null) await startBackend('auto');
    this.#viewer?.network.dispose();
    const { training, bitWidths } = run.recipe;
    const network = buildNetwork({ model: run.model, training, bitWidths }, checkpoint.tensors);
    this.#viewer = { run, step: checkpoint.step, network, dataset };
    return this.#viewer;
  }

  /** One look after another: the next may be at a run whose network takes this one's place. */
  #look<T>(runId: string, use: (run: InspectedRun) => Promise<T>): Promise<T> {
    const look = this.#looking.then(async () => use(await this.#view(runId)));
    this.#looking = look.catch(() => undefined);
    return look;
  }

  /** As `#look`, and never beside a training that it would slow down. */
  async #lookAtRest<T>(runId: string, use: (run: InspectedRun) => Promise<T>): Promise<T> {
    if (this.#trainer?.trainer.isPaused === false) {
      throw new SpecError(
        'microscope: expected no training in progress, got one; pause or stop it to look closer',
      );
    }
    return this.#look(runId, use);
  }
}
