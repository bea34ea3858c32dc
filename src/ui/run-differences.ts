/** @file What tells runs apart: the settings in which they differ, in plain words. */
import { changeSentence } from '../spec/live-change.ts';
import type { RunRecord } from '../spec/run.ts';
import { formatBits, formatMacs } from './format.ts';
import { METHOD_NAMES } from './method-names.ts';

export interface Difference {
  readonly title: string;
  /** One for each run, in the order of the runs. */
  readonly values: readonly string[];
}

const NOT_SET = 'not set';

/** Words for fields of a recipe, by their path; others are said as they are written. */
const TITLES: Readonly<Record<string, string>> = {
  seed: 'Seed',
  'training.quantizer': 'Quantizer',
  'training.beta': 'Distillation β',
  'training.distillOn': 'Distil on',
  'training.epochs': 'Epochs',
  'training.batchSize': 'Batch, images',
  'training.learningRate': 'Learning rate',
  'training.finalLearningRate': 'Final rate',
  'training.warmupEpochs': 'Warm-up, epochs',
  'training.momentum': 'Momentum',
  'training.weightDecay': 'Weight decay',
  'training.labelSmoothing': 'Label smoothing',
  'training.pretrainEpochs': '32 bits first, epochs',
  'training.augmentation.flip': 'Mirror images',
  'training.augmentation.padCrop': 'Shift, pixels',
  'training.ranges': 'Activation ranges',
  'training.lossWeights': 'Loss weights',
  'training.betaWarmupEpochs': 'β warm-up, epochs',
  'training.betaPer': 'β for each',
  'training.gradientClip': 'Gradient clip',
  'training.target.accuracy': 'Stop at accuracy',
  'training.target.bits': 'Stop at width',
  'training.schedule.kind': 'Schedule',
  'training.schedule.epochs': 'Rate falls after epochs',
  'training.schedule.factor': 'Rate falls by',
  'training.precision.weights': 'Bits of weights',
  'training.precision.activations': 'Bits of activations',
  'mapping.accelerator': 'Mapped onto',
  'mapping.objective': 'Mapped for the lowest',
  'mapping.evaluationsPerLayer': 'Mappings a layer',
  'mapping.algorithm': 'Mapping search',
  'mapping.schedule': 'Layers on the array',
  'mapping.target': 'Mapping target',
};

/** @returns the rows in which not all runs are alike; none for fewer than two runs */
export function runDifferences(runs: readonly RunRecord[]): Difference[] {
  const facts = runs.map(factsOf);
  const titles = new Set(facts.flatMap((fact) => [...fact.keys()]));
  return [...titles]
    .map((title) => ({ title, values: facts.map((fact) => fact.get(title) ?? NOT_SET) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** Everything that decides a run, as words by their title. */
function factsOf(run: RunRecord): Map<string, string> {
  const { recipe, model, dataset, limits, changes } = run;
  const { method, ...training } = recipe.training;
  const facts = new Map([
    ['Method', METHOD_NAMES[method]],
    ['Network', `${model.name}, ${formatMacs(run.macs)}`],
    ['Bit-widths', recipe.bitWidths.map((bits) => formatBits(bits)).join(', ')],
    ['Images', dataset.name],
    ['Images, checksum', dataset.checksum],
  ]);
  for (const [path, value] of leaves(
    { seed: recipe.seed, training, mapping: recipe.mapping },
    '',
  )) {
    facts.set(TITLES[path] ?? path, wordsOf(value));
  }
  if (limits) facts.set('Time budget', `${limits.minutes} min`);
  if (changes?.length) facts.set('Changed in training', changes.map(changeSentence).join(' '));
  facts.set('Computed by', `${run.backend.name}`);
  facts.set('Lab version', run.codeVersion);
  return facts;
}

function leaves(value: object, path: string): [string, unknown][] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]): [string, unknown][] => {
    const at = path === '' ? key : `${path}.${key}`;
    const isLeaf = typeof child !== 'object' || child === null || Array.isArray(child);
    return isLeaf ? [[at, child]] : leaves(child, at);
  });
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
