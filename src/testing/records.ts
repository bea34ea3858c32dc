/** @file Small whole records for tests of what reads and writes them. */
import { namedModel } from '../spec/models.ts';
import { modelTotals } from '../spec/model.ts';
import type { DatasetInfo, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';
import type { SweepRecord } from '../spec/sweep.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { Checkpoint } from '../store/schema.ts';

export const recipe: Recipe = {
  version: 1,
  name: 'test',
  seed: 1,
  dataset: { kind: 'procedural', seed: 1, train: 64, test: 10 },
  model: 'tiny',
  bitWidths: [2, 32],
  training: {
    method: 'cdt',
    quantizer: 'sbm',
    beta: 1,
    distillOn: 'logits',
    epochs: 1,
    batchSize: 8,
    learningRate: 0.1,
    finalLearningRate: 0,
    warmupEpochs: 0,
    momentum: 0.9,
    weightDecay: 0,
    labelSmoothing: 0,
    pretrainEpochs: 0,
    augmentation: { flip: true, padCrop: 2 },
  },
  mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 100 },
};

export function datasetInfo(id: string, createdAt = 1): DatasetInfo {
  return {
    id,
    name: 'two',
    source: 'a test',
    width: 2,
    height: 2,
    channels: 1,
    classNames: ['a', 'b'],
    train: 2,
    test: 1,
    trainCounts: [1, 1],
    testCounts: [1, 0],
    checksum: '0',
    bytes: 15,
    createdAt,
  };
}

export function runRecord(id: string, createdAt = 1): RunRecord {
  const model = namedModel('tiny');
  return {
    id,
    name: id,
    createdAt,
    updatedAt: createdAt,
    status: 'training',
    recipe,
    model,
    ...modelTotals(model),
    codeVersion: '0',
    backend: { name: 'cpu', workers: 1, reason: 'a test', detail: '' },
    dataset: datasetInfo('d'),
    step: 0,
    totalSteps: 8,
    trainSeconds: 0,
    accuracies: [{ bits: 2, accuracy: 0.5, confusion: [[1]] }],
  };
}

export function sweepRecord(id: string, createdAt = 1): SweepRecord {
  return {
    id,
    createdAt,
    setting: 'beta',
    recipe,
    datasetId: 'd',
    backend: 'auto',
    isMapped: true,
    isPaused: false,
    items: [
      { runId: `${id}-0`, value: 0.1, done: true },
      { runId: `${id}-1`, value: 1, done: false },
    ],
  };
}

export function event(step: number, text: string): LogEntry {
  return { kind: 'event', step, epoch: 0, text };
}

export function mappingRecord(runId: string): MappingRecord {
  const total = { macs: 1, energyPj: 2, latencyCycles: 3, edpPjCycles: 6, utilizationRatio: 1 };
  const layer = { ...total, name: 'l', parts: [], boundBy: 'compute', mapping: { levels: [] } };
  return {
    runId,
    accelerator: 'eyeriss',
    objective: 'edp',
    seed: 1,
    evaluationsPerLayer: 100,
    evaluations: { total: 100, valid: 50 },
    wallSeconds: 1,
    byBits: [{ bits: 2, total, layers: [layer] }],
    updatedAt: 1,
    done: true,
  };
}

export function checkpoint(step: number): Checkpoint {
  return {
    step,
    epoch: 0,
    state: { rng: [step, 2, 3, 4] },
    tensors: [
      { name: 'w', shape: [2, 2], data: Float32Array.of(step, -0, NaN, 1e-40) },
      { name: 'scalar', shape: [], data: Float32Array.of(0.5) },
    ],
  };
}
