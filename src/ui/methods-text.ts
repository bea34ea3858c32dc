/** @file A run in the words of a paper's methods section, with what it rests on. */
import type { Objective } from '../spec/mapping.ts';
import type { MappingRecord, RunRecord } from '../spec/run.ts';
import type { Recipe } from '../spec/recipe.ts';
import { formatBits } from './format.ts';

const INSTANTNET =
  'Y. Fu, Z. Yu, Y. Zhang, Y. Jiang, C. Li, Y. Liang, M. Jiang, Z. Wang, Y. Lin, "InstantNet: Automated Generation and Deployment of Instantaneously Switchable-Precision Networks", DAC 2021.';
const ADABITS =
  'Q. Jin, L. Yang, Z. Liao, "AdaBits: Neural Network Quantization with Adaptive Bit-Widths", CVPR 2020.';
const SP_NETS =
  'L. Guerra, B. Zhuang, I. Reid, T. Drummond, "Switchable Precision Neural Networks", arXiv:2002.02815, 2020.';
const DOREFA =
  'S. Zhou, Y. Wu, Z. Ni, X. Zhou, H. Wen, Y. Zou, "DoReFa-Net: Training Low Bitwidth Convolutional Neural Networks with Low Bitwidth Gradients", arXiv:1606.06160, 2016.';
const EYERISS =
  'Y.-H. Chen, T. Krishna, J. Emer, V. Sze, "Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural Networks", JSSC 52(1), 2017.';
const TIMELOOP =
  'A. Parashar et al., "Timeloop: A Systematic Approach to DNN Accelerator Evaluation", ISPASS 2019.';

const METHOD_WORDS: Readonly<Record<Recipe['training']['method'], string>> = {
  cdt: 'cascade distillation training, in which each bit-width learns from all higher ones [1]',
  sp: 'distillation of every bit-width from the highest alone [2]',
  joint: 'joint training of all bit-widths without distillation',
  adabits: 'joint training with learned activation clips, one for each layer and bit-width [2]',
  independent: 'a network of its own for each bit-width',
  'sequential-down': 'one bit-width after another on the same weights, from the highest down',
  'sequential-up': 'one bit-width after another on the same weights, from the lowest up',
};
const QUANTIZER_WORDS: Readonly<Record<Recipe['training']['quantizer'], string>> = {
  sbm: 'asymmetric min-max grids',
  dorefa: 'DoReFa grids',
  symmetric: 'linear grids around zero',
};
const GOALS: Readonly<Record<Objective, string>> = {
  edp: 'energy-delay product',
  energy: 'energy',
  latency: 'latency',
  fps: 'time between two images',
};
const RANGE_WORDS = {
  'per-bit': 'running ranges for each bit-width',
  shared: 'one running range for all bit-widths',
  learned: 'learned clips',
} as const;

/** @param mapping of the run's network; null when it has not been mapped */
export function methodsText(run: RunRecord, mapping: MappingRecord | null): string {
  const { recipe, model, dataset, backend } = run;
  const { training, bitWidths } = recipe;
  const references = referencesOf(recipe, mapping);
  const ranges =
    RANGE_WORDS[training.ranges ?? (training.method === 'adabits' ? 'learned' : 'per-bit')];
  const isDistilled = training.method === 'cdt' || training.method === 'sp';
  const sentences = [
    `We trained the switchable-precision network ${model.name} (${run.parameters.toLocaleString('en')} weights, ${run.macs.toLocaleString('en')} multiply-accumulates per image) at ${widths(bitWidths)} by ${METHOD_WORDS[training.method]}.`,
    isDistilled
      ? `The distillation terms compare ${training.distillOn} with weight β = ${training.beta}.`
      : '',
    `Weights and activations lie on ${QUANTIZER_WORDS[training.quantizer]} with ${ranges}; batch norm is switchable, with a set of parameters and running moments for each bit-width; first and last layers stay at 32 bits.`,
    `The data were ${dataset.name}, ${dataset.train.toLocaleString('en')} training and ${dataset.test.toLocaleString('en')} test images of ${dataset.width} × ${dataset.height} × ${dataset.channels} in ${dataset.classNames.length} classes (checksum ${dataset.checksum}).`,
    `Training took ${training.epochs} epochs (${run.step.toLocaleString('en')} steps in all) of batches of ${training.batchSize} by stochastic gradient descent with momentum ${training.momentum}, weight decay ${training.weightDecay} and a learning rate of ${training.learningRate} (${rateWords(training)}), seed ${recipe.seed}.`,
    changeWords(run),
    accuracyWords(run),
    mapping === null ? '' : mappingWords(mapping, references),
    `All of it ran in InstantNet Lab ${run.codeVersion} (${backend.name}, ${backend.detail || backend.reason}).`,
  ];
  const list = references.map((reference, i) => `[${i + 1}] ${reference}`).join('\n');
  return `${sentences.filter((sentence) => sentence !== '').join(' ')}\n\n${list}\n`;
}

function widths(bitWidths: readonly number[]): string {
  const last = bitWidths.at(-1) ?? 0;
  return `${bitWidths.slice(0, -1).join(', ')}${bitWidths.length > 1 ? ' and ' : ''}${last} bits`;
}

function rateWords({ warmupEpochs, schedule, finalLearningRate }: Recipe['training']): string {
  const after =
    schedule?.kind === 'step'
      ? `times ${schedule.factor} after epochs ${schedule.epochs.join(', ')}`
      : `cosine to ${finalLearningRate}`;
  return warmupEpochs > 0 ? `warmed up over ${warmupEpochs} epochs, then ${after}` : after;
}

function changeWords({ changes = [] }: RunRecord): string {
  const names = { learningRate: 'the learning rate', beta: 'β' } as const;
  const made = changes.map(
    ({ setting, to, step }) => `${names[setting]} to ${to} from step ${step.toLocaleString('en')}`,
  );
  return made.length === 0 ? '' : `While it trained we changed ${made.join(' and ')}.`;
}

function accuracyWords({ accuracies, dataset }: RunRecord): string {
  if (accuracies === undefined) return '';
  const found = accuracies.map(
    (a) => `${(100 * a.accuracy).toFixed(1)} % at ${formatBits(a.bits)}`,
  );
  return `On the ${dataset.test.toLocaleString('en')} test images it is right in ${found.join(', ')} (one seed).`;
}

function mappingWords(mapping: MappingRecord, references: readonly string[]): string {
  const { accelerator, objective, algorithm = 'evolve', schedule = 'multi-cycle' } = mapping;
  const cite = (reference: string): string => `[${references.indexOf(reference) + 1}]`;
  const goal = GOALS[objective];
  const hardware = accelerator.startsWith('eyeriss') ? ` ${cite(EYERISS)}` : '';
  const costs = mapping.byBits.map(
    ({ bits, total }) =>
      `${formatBits(bits)}: ${total.energyPj.toPrecision(4)} pJ, ${total.latencyCycles.toPrecision(4)} cycles, ${total.edpPjCycles.toPrecision(4)} pJ·cycles`,
  );
  return `Each layer at each bit-width was mapped onto ${accelerator}${hardware} by the lab's AutoMapper (${algorithm}, ${schedule}, ${mapping.evaluationsPerLayer.toLocaleString('en')} mappings per layer, seed ${mapping.seed}) for the lowest ${goal}, on an analytic cost model with the conventions of Timeloop ${cite(TIMELOOP)}. Costs of one image: ${costs.join('; ')}.`;
}

/** In the order of their numbers: the paper itself, the method's own where it has one, the rest. */
function referencesOf({ training }: Recipe, mapping: MappingRecord | null): string[] {
  const references = [INSTANTNET];
  if (training.method === 'sp') references.push(SP_NETS);
  if (training.method === 'adabits') references.push(ADABITS);
  if (training.quantizer === 'dorefa') references.push(DOREFA);
  if (mapping?.accelerator.startsWith('eyeriss')) references.push(EYERISS);
  if (mapping !== null) references.push(TIMELOOP);
  return references;
}
