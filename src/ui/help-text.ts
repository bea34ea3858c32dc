/** @file What every control and figure is: one to three sentences, its formula and its source. */

import { TRAIN_HELP } from './train-help.ts';

export interface HelpText {
  readonly title: string;
  readonly text: string;
  readonly formula?: string;
  readonly source?: string;
}

const EQ1 = 'InstantNet (Fu et al., DAC 2021), Eq. 1';

export const HELP = {
  ...TRAIN_HELP,
  builtIn: {
    title: 'Built-in images',
    text: 'Ten classes of shapes and textures, 32 × 32 pixels in colour, drawn here from a seed: position, size, rotation, light, clutter and noise vary. The same seed always draws the same images.',
  },
  ownFiles: {
    title: 'Your own images',
    text: 'CIFAR-10 or CIFAR-100 (the binary version, as .bin files or .tar.gz) and IDX files such as MNIST (with or without .gz). They are read on this device, kept in this browser and sent nowhere.',
  },
  seed: {
    title: 'Seed',
    text: 'Where all randomness starts. The same settings and seed on the same backend give the same result, bit for bit.',
  },
  trainImages: { title: 'Training images', text: 'Images that the network learns from.' },
  testImages: {
    title: 'Test images',
    text: 'Images kept back: accuracy is measured on these, which the network never learns from.',
  },
  preset: {
    title: 'Preset',
    text: 'A recipe with every setting filled in. Change anything afterwards; open a recipe file to use your own.',
  },
  model: {
    title: 'Network',
    text: 'Which network to train. One MAC is one multiplication and one addition; the figures are for one image.',
  },
  bitWidths: {
    title: 'Bit-widths',
    text: 'One set of weights learns to run at each of these: two to six, from 2 to 16 bits, and 32 (not quantized). Each has its own batch norm, everything else is shared.',
    formula: 'x → round((x − min) / s) · s + min,  s = (max − min) / (2^b − 1)',
    source: 'InstantNet (Fu et al., DAC 2021), §III',
  },
  method: {
    title: 'Training method',
    text: 'Cascade distillation lets each bit-width learn from all higher ones. SP learns from the highest alone; joint uses no teacher; AdaBits is joint with clips learned per width. Independent trains a network of its own per width; in turn trains the widths one after another on the same weights.',
    source: EQ1,
  },
  beta: {
    title: 'β, weight of distillation',
    text: 'How much a bit-width listens to the higher ones, beside the labels. In short runs 0.1 serves better than the paper’s 1.',
    formula: 'L = 1/N · Σ i [ CE(Qi) + β · Σ j>i MSE(Qi, SG(Qj)) ]',
    source: EQ1,
  },
  epochs: { title: 'Epochs', text: 'How many times the network sees every training image.' },
  batchSize: {
    title: 'Batch size',
    text: 'Images in one step. Every bit-width sees the same batch, then the weights move once.',
  },
  learningRate: {
    title: 'Learning rate',
    text: 'How far the weights move in a step at the start; it falls along a cosine to the final rate, unless the schedule has steps.',
    formula: 'η(t) = η end + ½ (η start − η end) · (1 + cos πt),  t from 0 to 1',
    source: 'Loshchilov & Hutter, SGDR, 2017',
  },
  finalLearningRate: { title: 'Final learning rate', text: 'Where the cosine ends.' },
  warmup: {
    title: 'Warm-up',
    text: 'Epochs in which the learning rate climbs from near zero to its start value.',
  },
  momentum: {
    title: 'Momentum',
    text: 'Share of the last step that carries on into the next one.',
    formula: 'v ← μ v + g,  w ← w − η v',
  },
  weightDecay: { title: 'Weight decay', text: 'Pull of the weights towards zero at every step.' },
  labelSmoothing: {
    title: 'Label smoothing',
    text: 'Share of the target spread over all classes, against over-confidence.',
  },
  pretrainEpochs: {
    title: 'Epochs at 32 bits first',
    text: 'Train the highest bit-width alone before all of them together, so that low widths start from a trained network.',
  },
  flip: { title: 'Mirror', text: 'Show each training image mirrored, at random half of the time.' },
  padCrop: {
    title: 'Shift',
    text: 'Move each training image by up to this many pixels in each direction, at random.',
  },
  distillOn: {
    title: 'Distil on',
    text: 'What is compared with the teachers: the logits, as in the paper’s code, or the probabilities.',
    source: EQ1,
  },
  quantizer: {
    title: 'Quantizer',
    text: 'How weights and activations are put on the grid of a bit-width. At 32 bits nothing is quantized.',
    source: 'DoReFa: Zhou et al., 2016',
  },
  backend: {
    title: 'Backend',
    text: 'What computes. WebGPU where there is a real graphics adapter; otherwise SIMD, our own WebAssembly kernels on the processor; cpu is plain and slow, for comparison.',
  },
  accuracy: {
    title: 'Accuracy',
    text: 'Share of images whose class the network gets right. Thin lines: training batches. Bold lines with dots: test images.',
  },
  loss: {
    title: 'Loss',
    text: 'Cross-entropy with the labels: how surprised the network is by the right answer. Lower is better; knowing nothing about 10 classes is 2.30.',
    formula: 'CE = −ln p(true class)',
  },
  accelerator: {
    title: 'Accelerator',
    text: 'The chip that the network is mapped on: its multipliers and its memories, with the energy of each access.',
  },
  objective: {
    title: 'Objective',
    text: 'What the search makes small: energy, latency, or their product.',
    formula: 'EDP = energy × latency',
  },
  budget: {
    title: 'Budget',
    text: 'Mappings that are tried for each different layer at each bit-width. More tries find better mappings and take longer.',
  },
  automapper: {
    title: 'AutoMapper',
    text: 'An evolutionary search over loop orders and tile sizes: of the mappings tried, the best survive and are varied.',
    source: 'InstantNet (Fu et al., DAC 2021), Alg. 1',
  },
  energy: {
    title: 'Energy',
    text: 'For one image: every access to every memory and every multiplication, each with the energy that its bits cost.',
    formula: 'E = Σ levels, operands (accesses × bits × pJ/bit) + MACs × pJ/MAC',
    source: 'Technology tables named at each accelerator',
  },
  latency: {
    title: 'Latency',
    text: 'Cycles for one image: each layer takes as long as its slowest part, the multipliers or a memory.',
    formula: 'cycles = max(compute, words ÷ bandwidth of each level)',
  },
  edp: {
    title: 'Energy-delay product',
    text: 'Energy times latency for one image: rewards designs that are both frugal and fast.',
    formula: 'EDP = energy × latency',
  },
  utilization: {
    title: 'Utilization',
    text: 'Share of the multipliers that do useful work, over the whole time.',
  },
  mapNetwork: {
    title: 'Network to map',
    text: 'The trained run’s network at its own bit-widths, or any network of the lab or the literature as it is: mapping needs shapes and widths, no weights.',
  },
  mapWidths: {
    title: 'Bit-widths to map at',
    text: 'Weights and activations at each of these, one to six. In a network of the lab the first and last layers stay at 32 bits; in one of the literature every layer has this width.',
  },
  schedule: {
    title: 'Schedule',
    text: 'Multi-cycle runs the layers one after another on the whole array. A pipeline cuts them into chunks that run side by side on their own columns; latency is then the time between two images.',
    source: 'InstantNet (Fu et al., DAC 2021), §III.D',
  },
  algorithm: {
    title: 'Search',
    text: 'Evolution is the lab’s own. The others have the same space and budget: Algorithm 1 as printed in the paper, random draws that fit, simulated annealing, and exhaustive where there are at most 10⁸ mappings.',
  },
  target: {
    title: 'Stop at',
    text: 'End as soon as the whole network costs at most this, at every bit-width. Leave it empty to spend the budget.',
  },
  oneMapping: {
    title: 'One mapping for all widths',
    text: 'EDP if the mappings of the widest bit-width were kept at this one, against mappings of its own.',
  },
  pool: {
    title: 'Mappings in hand',
    text: 'Best, median and worst of the mappings that the search holds of the layer it is at, on a logarithmic scale. When they lie close together, the search has settled.',
  },
  array: {
    title: 'The array',
    text: 'Filled squares work, empty ones are left over. Strips say which dimension the columns and rows carry: each shade is one block of it.',
  },
  tiles: {
    title: 'Tiles',
    text: 'What one instance of each memory holds while the layer runs. A double-buffered memory keeps half of its room for the next tiles.',
    formula: 'bits of a tile = its words × the width of a word',
  },
  experts: {
    title: 'Expert dataflows',
    text: 'The same layers under rules that experts wrote, on the same accelerator and the same cost model; each rule gets the best tiling that its loop orders allow. A minus means that AutoMapper takes less.',
    formula: 'change = AutoMapper ÷ expert − 1',
  },
  terms: {
    title: 'Energy, term by term',
    text: 'Every term is a count times an energy; together they are the whole. A word’s energy scales with its bits.',
    formula: 'pJ = words × bits ÷ word width × pJ per word',
  },
  tryMapping: {
    title: 'Try a change',
    text: 'Change a factor or the order of the loops and see at once what it costs, or why it does not fit. Factors of a dimension must multiply to at least its size. Nothing is stored.',
  },
  mapSearch: {
    title: 'The search',
    text: 'The best of all layers together so far, for each bit-width, over the mappings tried. It begins with all loops at the outermost memory. The axis is logarithmic, in pJ, cycles or pJ·cycles.',
  },
  loopNest: {
    title: 'Loop nest',
    text: 'How a layer is cut into tiles, outermost loop first. Spatial loops run side by side on the processing elements. N batch, K output channels, C input channels, P and Q output width and height, R and S filter width and height.',
    source: 'Timeloop’s words (Parashar et al., ISPASS 2019)',
  },
  bitSwitch: {
    title: 'Bit-width',
    text: 'The same weights, run at another width: nothing is loaded or trained again. Ratios are against the highest width.',
  },
  tradeOff: {
    title: 'Trade-off',
    text: 'One mark for each bit-width: up is more accurate, left is cheaper.',
  },
  probabilities: {
    title: 'Class probabilities',
    text: 'What the network believes of one test image at every bit-width, side by side: how beliefs change as bits are taken away.',
    source: 'InstantNet (Fu et al., DAC 2021), Fig. 2',
  },
  storage: {
    title: 'Storage',
    text: 'Runs, weights and datasets kept by this page in this browser. Nothing is stored anywhere else. The lab asks the browser to keep it safe; where the browser does not, it may clear all of it when the disk runs low. When the disk is full, training goes on in memory and older automatic checkpoints make room first; nothing you have named goes without being asked for.',
  },
} as const satisfies Record<string, HelpText>;

export type HelpId = keyof typeof HELP;
