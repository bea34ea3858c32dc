/** @file A small run, whole and true to its network, for tests of project files. */
import { initialParameters } from '../nn/parameters.ts';
import type { ProjectRun } from '../project/contents.ts';
import { summarize } from '../data/summary.ts';
import type { Dataset } from '../data/dataset.ts';
import type { ProjectDataset } from '../project/contents.ts';
import { event, mappingRecord, runRecord } from './records.ts';

const SIDE = 32;
const CLASSES = 10;
const CHANGE = { setting: 'learningRate', step: 4, from: 0.1, to: 0.05 } as const;

export function projectRun(id: string, createdAt = 1): ProjectRun {
  const record = runRecord(id, createdAt);
  const { recipe, model, dataset } = record;
  const parameters = initialParameters(model, recipe.bitWidths, 1);
  const velocities = parameters.map((p) => ({ ...p, name: `velocity:${p.name}` }));
  return {
    record: {
      ...record,
      status: 'trained',
      step: 8,
      note: 'a <b>note</b>',
      color: 3,
      changes: [CHANGE],
      limits: { minutes: 5 },
      answers: {
        ...{ step: 8, width: SIDE, height: SIDE, channels: 3, indices: [0], labels: [1] },
        pixels: Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => i % 251),
        probabilities: Float32Array.from({ length: 2 * CLASSES }, (_, i) => i / 20),
      },
      dataset: {
        ...{ ...dataset, width: SIDE, height: SIDE, channels: 3 },
        classNames: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
      },
    },
    log: [
      event(0, 'begin'),
      { kind: 'event', step: 4, epoch: 0.5, text: 'changed', change: CHANGE },
      event(8, 'end'),
    ],
    mapping: mappingOf(id),
    checkpoint: {
      step: 8,
      epoch: 1,
      state: { rollBacks: 0 },
      tensors: [...parameters, ...velocities],
    },
  };
}

function mappingOf(id: string): ProjectRun['mapping'] {
  const record = mappingRecord(id);
  const mapping = {
    levels: [{ keep: ['Weights'], temporal: [['K', 2]], spatialX: [], spatialY: [] }],
  };
  const byBits = record.byBits.map((width) => ({
    ...width,
    layers: width.layers.map((layer) => ({ ...layer, mapping, spaceLog10: Infinity })),
  }));
  return { ...record, byBits };
}

export function projectDataset(): ProjectDataset {
  const dataset: Dataset = {
    ...{ name: 'two', source: 'a test', width: 2, height: 2, channels: 1, classNames: ['a', 'b'] },
    train: {
      count: 2,
      images: Uint8Array.from({ length: 8 }, (_, i) => i),
      labels: Uint8Array.of(0, 1),
    },
    test: { count: 1, images: Uint8Array.of(9, 8, 7, 6), labels: Uint8Array.of(0) },
  };
  const facts = summarize(dataset);
  return { info: { ...facts, id: `file-${facts.checksum}`, createdAt: 5 }, dataset };
}
