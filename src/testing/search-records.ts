/** @file Small whole search records for tests of what reads and writes them. */
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import type { SearchRecipe } from '../spec/search-recipe.ts';
import { datasetInfo, recipe } from './records.ts';
import { TINY_SPACE } from './search-problems.ts';

const { model: _model, ...plain } = recipe;

export const searchRecipe: SearchRecipe = {
  ...plain,
  name: 'sp-nas-test',
  dataset: { kind: 'procedural', seed: 1, train: 64, test: 20 },
  search: {
    methods: ['sp-nas'],
    space: TINY_SPACE,
    cost: { metric: 'flops', target: 250_000, tolerance: 0.1, evaluationsPerLayer: 20 },
    lambda: { kind: 'fixed', value: 0.1 },
    epochs: 2,
    warmupEpochs: 1,
    batchSize: 8,
    paths: { weights: 1, architecture: 2 },
    temperature: { initial: 3, decayPerEpoch: 0.94, floor: 0.1 },
    architecture: { learningRate: 0.05, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
    weights: { learningRate: 0.05, finalLearningRate: 0, momentum: 0.9, weightDecay: 5e-4 },
  },
};

export function searchRecord(id: string, createdAt = 1): SearchRecord {
  return {
    id,
    name: 'a search',
    createdAt,
    updatedAt: createdAt,
    status: 'searching',
    method: 'sp-nas',
    recipe: searchRecipe,
    codeVersion: 'test',
    backend: { name: 'cpu', workers: 1, reason: 'a test', detail: 'none' },
    dataset: datasetInfo('d'),
    step: 0,
    totalSteps: 8,
    searchSeconds: 0,
    table: null,
    memory: null,
  };
}

export function searchEntry(step: number): SearchLogEntry {
  return {
    step,
    totalSteps: 8,
    epoch: 0,
    temperature: 3,
    lambda: 0.1,
    probabilities: [[0.5, 0.5]],
    entropy: 1,
    expectedCost: 1,
    picks: [0],
    cost: 1,
    metrics: [],
    validation: null,
    imagesPerSecond: 1,
  };
}

/** Of two blocks with two choices, measured at 2 bits. */
export const measuredEntry: SearchLogEntry = {
  ...searchEntry(3),
  probabilities: [
    [0.25, 0.75],
    [0.5, 0.5],
  ],
  picks: [1, 0],
  metrics: [{ bits: 2, crossEntropy: 1.5, accuracy: 0.4, distillation: 0 }],
  validation: { crossEntropy: 2, accuracy: 0.3 },
};
