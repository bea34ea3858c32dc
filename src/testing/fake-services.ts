/**
 * @file The lab's services without workers: plausible streams on timers, runs in memory. For
 * component tests and for the design page (fake-lab.html); never part of the product.
 */
import type { Remote } from 'comlink';
import type { Accelerator } from '../hw/accelerator.ts';
import { DATAFLOWS } from '../hw/dataflows/catalogue.ts';
import { inspectLayer, rivalOf, termsOf } from '../../workers/map-questions.ts';
import { ProjectSession } from '../../workers/project-session.ts';
import type { DataApi } from '../rpc/data-api.ts';
import type { MapApi } from '../rpc/map-api.ts';
import type { ProjectApi } from '../rpc/project-api.ts';
import type { Spawned } from '../rpc/spawned.ts';
import type { TrainApi } from '../rpc/train-api.ts';
import { withChange } from '../spec/live-change.ts';
import type { LiveChange } from '../spec/live-change.ts';
import type { Draft } from '../spec/draft.ts';
import { modelLayers, modelTotals } from '../spec/model.ts';
import { namedModel } from '../spec/models.ts';
import { recipeModel } from '../spec/recipe.ts';
import type { Recipe } from '../spec/recipe.ts';
import type {
  BackendReport,
  BitMetrics,
  DatasetInfo,
  LogEntry,
  MappingRecord,
  RunRecord,
} from '../spec/run.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { LabServices } from '../state/services.ts';
import { SpecError } from '../util/errors.ts';
import { fakeSearch, FakeSearches } from './fake-search.ts';
import { fakeDatasetInfo, fakePreview, FAKE_CLASSES } from './fake-images.ts';
import { fakeInspect } from './fake-inspect.ts';
import { fakeBitMapping } from './fake-mapping.ts';

export const FAKE_BACKEND: BackendReport = {
  name: 'simd',
  workers: 2,
  reason: 'No WebGPU adapter was found, so the SIMD engine runs on 2 workers.',
  detail: 'wasm simd128 relaxed, 2 cores',
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function spawned<T>(api: T): Spawned<T> {
  return {
    api: api as unknown as Remote<T>,
    worker: new EventTarget() as Worker,
    terminate: () => undefined,
  };
}

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

export interface FakeOptions {
  /** Milliseconds a training step or a mapped layer takes. */
  readonly stepMs?: number;
  readonly stepsPerRun?: number;
  /** Files of this name are refused, as the data worker refuses bad ones. */
  readonly badFile?: string;
}

export class FakeLab {
  readonly runs = new Map<string, RunRecord>();
  readonly logs = new Map<string, LogEntry[]>();
  readonly mappings = new Map<string, MappingRecord>();
  readonly accelerators = new Map<string, Accelerator>();
  readonly sweeps = new Map<string, SweepRecord>();
  draft: Draft = { classes: [], images: [] };
  readonly datasets = new Map<string, DatasetInfo>();
  readonly searches = new FakeSearches();
  readonly services: LabServices;
  readonly #options: Required<FakeOptions>;
  readonly #changes = new Map<string, readonly LiveChange[]>();
  #nextId = 1;
  #command: 'run' | 'pause' | 'step' | 'stop' = 'run';
  #mapCommand: 'run' | 'pause' | 'stop' = 'run';

  constructor(options: FakeOptions = {}) {
    this.#options = { stepMs: 40, stepsPerRun: 160, badFile: 'bad.bin', ...options };
    this.services = {
      spawnData: () => spawned(this.#data()),
      spawnTrainer: () => spawned(this.#trainer()),
      spawnSearch: () => {
        const { stepMs, stepsPerRun } = this.#options;
        return spawned(fakeSearch(this.searches, stepsPerRun, () => sleep(stepMs)));
      },
      spawnMapper: () => spawned(this.#mapper()),
      spawnProject: () => spawned<ProjectApi>(new ProjectSession()),
      tabs: {
        post: () => undefined,
        listen: () => undefined,
        runsInTraining: () => Promise.resolve([]),
        searchesInProgress: () => Promise.resolve([]),
        withQueue: async (work) => {
          await work();
          return true;
        },
      },
      fetchExample: (file) => Promise.reject(new Error(`no example ${file} here`)),
      newId: () => `run-${this.#nextId++}`,
      now: () => 1_700_000_000_000,
      codeVersion: 'test',
      store: {
        listRuns: () => Promise.resolve([...this.runs.values()].reverse()),
        getRun: (id) => Promise.resolve(this.runs.get(id)),
        readLog: (id) => Promise.resolve(this.logs.get(id) ?? []),
        getMapping: (id) => Promise.resolve(this.mappings.get(id)),
        listAccelerators: () => Promise.resolve([...this.accelerators.values()]),
        putAccelerator: (accelerator) => {
          this.accelerators.set(accelerator.name, accelerator);
          return Promise.resolve();
        },
        renameAccelerator: (name, next) => {
          const before = this.accelerators.get(name);
          this.accelerators.delete(name);
          if (before) this.accelerators.set(next, { ...before, name: next });
          return Promise.resolve();
        },
        deleteAccelerator: (name) => {
          this.accelerators.delete(name);
          return Promise.resolve();
        },
        describeRun: (id, words) => {
          const run = this.runs.get(id);
          if (run) this.runs.set(id, { ...run, ...words });
          return Promise.resolve();
        },
        deleteRun: (id) => {
          this.runs.delete(id);
          return Promise.resolve();
        },
        deleteAllRuns: () => {
          this.runs.clear();
          return Promise.resolve();
        },
        listSearches: () => Promise.resolve([...this.searches.records.values()].reverse()),
        getSearch: (id) => Promise.resolve(this.searches.records.get(id)),
        readSearchLog: (id) => Promise.resolve(this.searches.logs.get(id) ?? []),
        linkSearch: (id, runId) => {
          const search = this.searches.records.get(id);
          const linked = search && { ...search, runId };
          if (linked) this.searches.records.set(id, linked);
          return Promise.resolve(linked);
        },
        deleteSearch: (id) => {
          this.searches.records.delete(id);
          this.searches.logs.delete(id);
          return Promise.resolve();
        },
        listSweeps: () => Promise.resolve([...this.sweeps.values()]),
        putSweep: (sweep) => {
          this.sweeps.set(sweep.id, sweep);
          return Promise.resolve();
        },
        updateSweep: (id, change) => {
          const sweep = this.sweeps.get(id);
          if (sweep) this.sweeps.set(id, change(sweep));
          return Promise.resolve();
        },
        deleteSweep: (id) => {
          this.sweeps.delete(id);
          return Promise.resolve();
        },
        readWholeRun: (id) => {
          const record = this.runs.get(id);
          if (record === undefined) return Promise.resolve(undefined);
          const mapping = this.mappings.get(id) ?? null;
          return Promise.resolve({
            record,
            log: this.logs.get(id) ?? [],
            mapping,
            checkpoint: null,
          });
        },
        readWholeDataset: () => Promise.resolve(undefined),
        addProject: ({ runs }) => {
          for (const { record, log, mapping } of runs) {
            this.runs.set(record.id, record);
            this.logs.set(record.id, [...log]);
            if (mapping) this.mappings.set(record.id, mapping);
          }
          return Promise.resolve();
        },
        readDraft: () => Promise.resolve(structuredClone(this.draft)),
        putDraftClass: (draftClass) => {
          const others = this.draft.classes.filter(({ id }) => id !== draftClass.id);
          this.draft = { ...this.draft, classes: [...others, draftClass] };
          return Promise.resolve();
        },
        addDraftImages: (images) => {
          this.draft = { ...this.draft, images: [...this.draft.images, ...images] };
          return Promise.resolve();
        },
        deleteDraftImage: (id) => {
          const images = this.draft.images.filter((image) => image.id !== id);
          this.draft = { ...this.draft, images };
          return Promise.resolve();
        },
        deleteDraftClass: (id) => {
          this.draft = {
            classes: this.draft.classes.filter((each) => each.id !== id),
            images: this.draft.images.filter(({ classId }) => classId !== id),
          };
          return Promise.resolve();
        },
        storageUse: () =>
          Promise.resolve({
            usageBytes: 31_400_000,
            quotaBytes: 2.1e9,
            persisted: true,
            temporary: false,
          }),
        requestPersistence: () => Promise.resolve(true),
      },
    };
  }

  #data(): DataApi {
    return {
      generate: async ({ seed, train, test }, onProgress) => {
        for (let i = 0; i <= 5; i++) {
          onProgress({ stage: 'Drawing images', done: i * 1000, total: 5000 });
          await sleep(this.#options.stepMs);
        }
        const info = fakeDatasetInfo(`procedural-${seed}-${train}-${test}`, train, test);
        this.datasets.set(info.id, info);
        return info;
      },
      importFiles: async (files, onProgress) => {
        const [file] = files;
        onProgress({ stage: 'Reading', done: 1, total: 2 });
        await sleep(this.#options.stepMs);
        if (!file || file.name === this.#options.badFile)
          throw new SpecError(
            `${file?.name ?? 'no file'}: expected whole CIFAR-10 records of 3,073 bytes, got 5,000 bytes`,
          );
        const info = { ...fakeDatasetInfo(file.name, 2000, 500), name: file.name, source: 'file' };
        this.datasets.set(info.id, info);
        return info;
      },
      importImages: async (name, files, { side }, onProgress) => {
        onProgress({ stage: 'decoding images', done: 0, total: files.length });
        await sleep(this.#options.stepMs);
        const info = {
          ...fakeDatasetInfo(name, 2000, 500),
          ...{ name, width: side, height: side, source: 'file' },
        };
        this.datasets.set(info.id, info);
        return info;
      },
      squares: (pictures, side) =>
        Promise.resolve(
          pictures.map((picture) =>
            'rgba' in picture || picture.type.startsWith('image/')
              ? new Uint8Array(side * side * 3).fill(128)
              : null,
          ),
        ),
      makeDataset: (name, classes, _side, { side }) => {
        const info = {
          ...fakeDatasetInfo(name, 8, 2),
          ...{ name, width: side, height: side, classNames: classes.map((each) => each.name) },
        };
        this.datasets.set(info.id, info);
        return Promise.resolve(info);
      },
      rename: (id, name) => {
        const info = this.datasets.get(id);
        if (info) this.datasets.set(id, { ...info, name });
        return Promise.resolve();
      },
      list: () => Promise.resolve([...this.datasets.values()]),
      remove: (id) => {
        this.datasets.delete(id);
        return Promise.resolve();
      },
      preview: (_id, split, count) =>
        Promise.resolve(fakePreview(count, split === 'train' ? 1 : 2)),
    };
  }

  #trainer(): TrainApi {
    return {
      measure: () => Promise.reject(new Error('the fake trainer measures nothing')),
      probe: () => Promise.resolve(FAKE_BACKEND),
      start: async (spec, onProgress) => {
        const { runId, recipe } = spec;
        const dataset = this.datasets.get(spec.datasetId) ?? fakeDatasetInfo('x', 5000, 1000);
        const model = recipeModel(recipe, { width: 32, height: 32, channels: 3, classes: 10 });
        const total = this.#options.stepsPerRun;
        const createdAt = 1_700_000_000_000 + this.#nextId * 1000;
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
          const changes = this.#changes.get(runId);
          if (changes) run = { ...run, changes };
          this.runs.set(runId, run);
          onProgress({ kind: 'run', runId, run });
        };
        this.#command = 'run';
        this.logs.set(runId, []);
        onProgress({ kind: 'backend', runId, backend: FAKE_BACKEND });
        onProgress({
          kind: 'stage',
          runId,
          progress: { stage: 'Building the network', done: 0, total: 1 },
        });
        await sleep(this.#options.stepMs * 4);
        save({});
        for (let step = 1; step <= total && !this.#is('stop'); step++) {
          if (this.#is('pause')) {
            save({ status: 'paused' });
            while (this.#is('pause')) await sleep(5);
            save({ status: 'training' });
          }
          if (this.#is('step')) this.#command = 'pause';
          await sleep(this.#options.stepMs);
          const epoch = Math.floor((step / total) * recipe.training.epochs);
          onProgress({
            kind: 'step',
            runId,
            step,
            totalSteps: total,
            epoch,
            imagesPerSecond: 612,
            secondsLeft: ((total - step) * this.#options.stepMs) / 1000,
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
          this.logs.get(runId)?.push(...entries);
          onProgress({ kind: 'log', runId, entries });
          run = { ...run, step };
        }
        save({
          status: this.#is('stop') ? 'stopped' : 'trained',
          trainSeconds: 84,
          accuracies: fakeMetrics(recipe, run.step / total, 'test').map(({ bits, accuracy }) => ({
            bits,
            accuracy,
            confusion: FAKE_CLASSES.map(() => FAKE_CLASSES.map(() => 10)),
          })),
        });
      },
      resume: () => Promise.reject(new SpecError('This run has no checkpoint yet.')),
      pause: () => this.#set('pause'),
      continue: () => this.#set('run'),
      step: () => this.#set('step'),
      stop: () => this.#set('stop'),
      change: (runId, setting, to) => {
        const run = this.runs.get(runId);
        const step = (run?.step ?? 0) + 1;
        if (run) {
          const changes = withChange(run.recipe.training, run.changes ?? [], { setting, step, to });
          this.#changes.set(runId, changes);
        }
        return Promise.resolve();
      },
      inspect: fakeInspect((runId) => this.runs.get(runId)),
      predict: async (runId, testIndex) => {
        await sleep(this.#options.stepMs * 3);
        const widths = this.runs.get(runId)?.recipe.bitWidths ?? [];
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

  #mapper(): MapApi {
    return {
      start: async (spec, onProgress) => {
        const { runId, network } = spec;
        const model = network.kind === 'model' ? network.model : namedModel('tiny');
        const layers = modelLayers(model);
        const total = layers.length * spec.bitWidths.length;
        let record: MappingRecord = {
          runId,
          ...(spec.title === undefined ? {} : { network: { title: spec.title } }),
          accelerator: spec.mapping.accelerator,
          objective: spec.mapping.objective,
          seed: spec.seed,
          evaluationsPerLayer: spec.mapping.evaluationsPerLayer,
          evaluations: { total: 0, valid: 0 },
          wallSeconds: 0,
          byBits: [],
          updatedAt: 0,
          done: false,
        };
        let done = 0;
        this.#mapCommand = 'run';
        for (const bits of spec.bitWidths) {
          const mapped = fakeBitMapping(model, bits);
          for (const layer of mapped.layers) {
            while (this.#mapIs('pause')) await sleep(5);
            if (this.#mapIs('stop')) break;
            done++;
            onProgress({
              kind: 'search',
              runId,
              bits,
              layer: layer.name,
              place: { round: 1, rounds: 1, problemsDone: done - 1, problems: total },
              doneRatio: done / total,
              evaluations: done * 2000,
              valid: done * 1312,
              evaluationsPerSecond: 63_000,
              best: layer.edpPjCycles,
              spread: {
                best: layer.edpPjCycles,
                median: layer.edpPjCycles * 1.4,
                worst: layer.edpPjCycles * 3,
              },
              spaceLog10: { layer: 21.4, network: 21.4 * layers.length },
              networks: spec.bitWidths.map((width) => ({
                bits: width,
                best: 1e11 * width * (1 + 40 * Math.exp((-8 * done) / total)),
              })),
            });
            await sleep(this.#options.stepMs);
          }
          if (this.#mapIs('stop')) break;
          record = {
            ...record,
            byBits: [...record.byBits, mapped],
            evaluations: { total: done * 2000, valid: done * 1312 },
            wallSeconds: done / 20,
          };
          this.mappings.set(runId, record);
          onProgress({ kind: 'mapping', runId, record });
        }
        record = { ...record, done: !this.#mapIs('stop') };
        this.mappings.set(runId, record);
        return record;
      },
      pause: () => this.#setMap('pause'),
      continue: () => this.#setMap('run'),
      stop: () => this.#setMap('stop'),
      inspect: (question) => Promise.resolve(inspectLayer(question)),
      terms: (questions) => Promise.resolve(termsOf(questions)),
      compare: (accelerator, questions, objective, onRival) => {
        for (const { name } of DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator)))
          onRival(rivalOf(name, accelerator, questions, objective));
        return Promise.resolve();
      },
    };
  }

  // Methods, because the flags change while a loop awaits.
  #is(command: 'run' | 'pause' | 'step' | 'stop'): boolean {
    return this.#command === command;
  }
  #mapIs(command: 'run' | 'pause' | 'stop'): boolean {
    return this.#mapCommand === command;
  }
  #set(command: 'run' | 'pause' | 'step' | 'stop'): Promise<void> {
    this.#command = command;
    return Promise.resolve();
  }
  #setMap(command: 'run' | 'pause' | 'stop'): Promise<void> {
    this.#mapCommand = command;
    return Promise.resolve();
  }
}
