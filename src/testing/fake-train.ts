/** @file A trainer without a network: accuracies that rise to a ceiling of each width. */
import type { TrainApi } from '../rpc/train-api.ts';
import { withChange } from '../spec/live-change.ts';
import type { LiveChange } from '../spec/live-change.ts';
import { modelTotals } from '../spec/model.ts';
import { recipeModel } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { BackendReport, BitMetrics, LogEntry, RunRecord } from '../spec/run.ts';
import { SpecError } from '../util/errors.ts';
import { fakeDatasetInfo, FAKE_CLASSES } from './fake-images.ts';
import { fakeInspect } from './fake-inspect.ts';
import { FakeGate, sleep } from './fake-state.ts';
import type { FakeState } from './fake-state.ts';

export const FAKE_BACKEND: BackendReport = {
  name: 'simd',
  workers: 2,
  reason: 'No WebGPU adapter was found, so the SIMD engine runs on 2 workers.',
  detail: 'wasm simd128 relaxed, 2 cores',
};

/** Accuracy that rises to a ceiling of the width. */
function fakeMetrics(recipe: Recipe, progress: number, split: 'train' | 'test'): BitMetrics[] {
  return recipe.bitWidths.map((bits) => {
    const ceiling = 0.91 - 0.34 * Math.exp(-(bits - 1) / 2.2) + (split === 'train' ? 0.02 : 0);
    const rise = 1 - Math.exp(-progress * (2.2 + Math.log2(bits) * 0.5));
    const wobble = Math.sin(progress * 90 + bits) * 0.012 * (split === 'train' ? 1 : 0.4);
    const accuracy = 0.1 + (ceiling - 0.1) * rise + wobble;
    return { bits, accuracy, crossEntropy: 2.4 * (1 - accuracy) + 0.05, distillation: 0.2 };
  });
}

export function fakeTrainer(lab: FakeState): TrainApi {
  const gate = new FakeGate();
  const changesMade = new Map<string, readonly LiveChange[]>();
  return {
    measure: () => Promise.reject(new Error('the fake trainer measures nothing')),
    probe: () => Promise.resolve(FAKE_BACKEND),
    start: async (spec, onProgress) => {
      const { runId, recipe } = spec;
      const dataset = lab.datasets.get(spec.datasetId) ?? fakeDatasetInfo('x', 5000, 1000);
      const model = recipeModel(recipe, { width: 32, height: 32, channels: 3, classes: 10 });
      const total = lab.stepsPerRun;
      const createdAt = 1_700_000_000_000 + lab.nextId * 1000;
      let run: RunRecord = {
        id: runId,
        name: spec.name,
        createdAt,
        updatedAt: createdAt,
        status: 'training',
        recipe,
        model,
        ...modelTotals(model),
        codeVersion: spec.codeVersion,
        backend: FAKE_BACKEND,
        dataset,
        step: 0,
        totalSteps: total,
        trainSeconds: 0,
        ...(spec.limits === undefined ? {} : { limits: spec.limits }),
      };
      const save = (change: Partial<RunRecord>): void => {
        run = { ...run, ...change };
        const changes = changesMade.get(runId);
        if (changes) run = { ...run, changes };
        lab.runs.set(runId, run);
        onProgress({ kind: 'run', runId, run });
      };
      void gate.set('run');
      lab.logs.set(runId, []);
      onProgress({ kind: 'backend', runId, backend: FAKE_BACKEND });
      onProgress({
        kind: 'stage',
        runId,
        progress: { stage: 'Building the network', done: 0, total: 1 },
      });
      await sleep(lab.stepMs * 4);
      save({});
      for (let step = 1; step <= total && !gate.is('stop'); step++) {
        if (gate.is('pause')) {
          save({ status: 'paused' });
          while (gate.is('pause')) await sleep(5);
          save({ status: 'training' });
        }
        if (gate.is('step')) void gate.set('pause');
        await sleep(lab.stepMs);
        const epoch = Math.floor((step / total) * recipe.training.epochs);
        onProgress({
          kind: 'step',
          runId,
          step,
          totalSteps: total,
          epoch,
          imagesPerSecond: 612,
          secondsLeft: ((total - step) * lab.stepMs) / 1000,
        });
        const base = { step, epoch };
        const entries: LogEntry[] = [
          {
            kind: 'train',
            ...base,
            learningRate: 0.05,
            metrics: fakeMetrics(recipe, step / total, 'train'),
            imagesPerSecond: 612,
          },
        ];
        if (step % Math.ceil(total / recipe.training.epochs) === 0)
          entries.push({
            kind: 'test',
            ...base,
            metrics: fakeMetrics(recipe, step / total, 'test'),
            images: 500,
          });
        lab.logs.get(runId)?.push(...entries);
        onProgress({ kind: 'log', runId, entries });
        run = { ...run, step };
      }
      save({
        status: gate.is('stop') ? 'stopped' : 'trained',
        trainSeconds: 84,
        accuracies: fakeMetrics(recipe, run.step / total, 'test').map(({ bits, accuracy }) => ({
          bits,
          accuracy,
          confusion: FAKE_CLASSES.map(() => FAKE_CLASSES.map(() => 10)),
        })),
      });
    },
    resume: () => Promise.reject(new SpecError('This run has no checkpoint yet.')),
    pause: () => gate.set('pause'),
    continue: () => gate.set('run'),
    step: () => gate.set('step'),
    stop: () => gate.set('stop'),
    change: (runId, setting, to) => {
      const run = lab.runs.get(runId);
      const step = (run?.step ?? 0) + 1;
      if (run) {
        const changes = withChange(run.recipe.training, run.changes ?? [], { setting, step, to });
        changesMade.set(runId, changes);
      }
      return Promise.resolve();
    },
    inspect: fakeInspect((runId) => lab.runs.get(runId)),
    predict: async (runId, testIndex) => {
      await sleep(lab.stepMs * 3);
      const widths = lab.runs.get(runId)?.recipe.bitWidths ?? [];
      return widths.map((bits) => {
        const label = testIndex % FAKE_CLASSES.length;
        const scores = FAKE_CLASSES.map((_, i) =>
          Math.exp(
            (i === label ? Math.log2(bits) : 0) +
              (bits < 4 && i === (label + 3) % 10 ? 1.9 : 0) +
              Math.sin(i * 7 + testIndex),
          ),
        );
        const sum = scores.reduce((a, b) => a + b, 0);
        return { bits, probabilities: scores.map((s) => s / sum) };
      });
    },
  };
}
