/** @file What the settings and figures of the training bench are. */
import { EQ1, INSTANTNET, NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

const TEX = String.raw;

export const TRAIN_HELP = {
  preset: {
    text: 'A recipe with every setting filled in. Change anything afterwards; open a recipe file to use your own.',
    unit: NO_UNIT,
    source: ours('recipes/'),
  },
  model: {
    text: 'Which network to train. One MAC is one multiplication and one addition; the figures are for one image.',
    unit: 'MACs for one image; parameters',
    tex: TEX`\text{MACs} = \sum_{\text{layers}} G \cdot K \cdot C \cdot P \cdot Q \cdot R \cdot S`,
    source:
      'MobileNetV2: Sandler et al. 2018; ResNet: He et al. 2016; tiny, quick and speed-net are the lab’s own',
  },
  bitWidths: {
    text: 'One set of weights learns to run at each of these: two to six, from 2 to 16 bits, and 32 (not quantized). Each has its own batch norm, everything else is shared.',
    unit: 'bits',
    tex: TEX`x \mapsto s \cdot \operatorname{round}\!\left(\frac{x - x_{\min}}{s}\right) + x_{\min}, \quad s = \frac{x_{\max} - x_{\min}}{2^b - 1}`,
    source: `${INSTANTNET}, §III.B; the grid: Banner et al., NeurIPS 2018`,
  },
  method: {
    text: 'Cascade distillation (CDT) lets each bit-width learn from all higher ones. SP learns from the highest alone; joint uses no teacher; AdaBits is joint with clips learned per width. Independent trains a network of its own per width; in turn trains the widths one after another on the same weights.',
    unit: NO_UNIT,
    tex: TEX`L = \frac{1}{n} \sum_{i=1}^{n} \Bigl[ \operatorname{CE}(z_i, y) + \beta \sum_{j > i} \operatorname{MSE}\bigl(z_i, \operatorname{SG}(z_j)\bigr) \Bigr]`,
    source: `${EQ1}; SP: Guerra et al. 2020; AdaBits: Jin et al., CVPR 2020`,
  },
  beta: {
    text: 'How much a bit-width listens to the higher ones, beside the labels. 0 switches distillation off.',
    unit: NO_UNIT,
    tex: TEX`L_i = \operatorname{CE}(z_i, y) + \beta \sum_{j > i} \operatorname{MSE}\bigl(z_i, \operatorname{SG}(z_j)\bigr)`,
    source: `${EQ1}; what serves runs of minutes: docs/training.md`,
    paper: 'β = 1, on the logits, in runs of 200 epochs.',
  },
  epochs: {
    text: 'How many times the network sees every training image.',
    unit: 'epochs',
    tex: TEX`\text{steps} = \text{epochs} \cdot \left\lfloor \text{images} / \text{batch} \right\rfloor`,
    source: ours('src/train/schedule.ts'),
    paper: '200 epochs.',
  },
  batchSize: {
    text: 'Images in one step. Every bit-width sees the same batch, then the weights move once.',
    unit: 'images',
    source: ours('docs/training.md, “One step”'),
    paper: '128 images.',
  },
  learningRate: {
    text: 'How far the weights move in a step at the start; it falls along a cosine to the final rate, unless the schedule has steps.',
    unit: NO_UNIT,
    tex: TEX`\eta(t) = \eta_{\text{end}} + \tfrac{1}{2} \left( \eta_{\text{start}} - \eta_{\text{end}} \right) \left( 1 + \cos \pi t \right), \quad 0 \le t \le 1`,
    source: 'Loshchilov & Hutter, SGDR, ICLR 2017',
    paper: '0.025.',
  },
  finalLearningRate: {
    text: 'Where the cosine ends.',
    unit: NO_UNIT,
    source: 'Loshchilov & Hutter, SGDR, ICLR 2017',
    paper: '0.',
  },
  warmup: {
    text: 'Epochs in which the learning rate climbs from near zero to its start value.',
    unit: 'epochs',
    source: 'Goyal et al., Accurate, Large Minibatch SGD, 2017',
  },
  momentum: {
    text: 'Share of the last step that carries on into the next one.',
    unit: NO_UNIT,
    tex: TEX`v \leftarrow \mu v + g + \lambda w, \qquad w \leftarrow w - \eta v`,
    source: 'Sutskever et al., ICML 2013; docs/training.md, “One step”',
    paper: '0.9.',
  },
  weightDecay: {
    text: 'Pull of the weights towards zero at every step.',
    unit: NO_UNIT,
    tex: TEX`g \leftarrow g + \lambda w`,
    source: 'Krogh & Hertz, NeurIPS 1991',
  },
  labelSmoothing: {
    text: 'Share of the target spread over all classes, against over-confidence.',
    unit: 'share, 0 to 0.5',
    tex: TEX`y' = (1 - s)\, y + \frac{s}{K}`,
    source: 'Szegedy et al., CVPR 2016',
  },
  pretrainEpochs: {
    text: 'Train the highest bit-width alone before all of them together, so that low widths start from a trained network.',
    unit: 'epochs',
    source: ours('docs/training.md'),
  },
  flip: {
    text: 'Show each training image mirrored, at random half of the time.',
    unit: NO_UNIT,
    source: ours('src/data/batches.ts'),
  },
  padCrop: {
    text: 'Move each training image by up to this many pixels in each direction, at random.',
    unit: 'pixels',
    source: 'He et al., CVPR 2016 (pad and crop)',
  },
  distillOn: {
    text: 'What is compared with the teachers: the logits, as in the paper’s code; the probabilities; or soft labels, the divergence of what student and teacher believe. Softmax has temperature 1.',
    unit: NO_UNIT,
    tex: TEX`\text{logits: } \operatorname{MSE}(z_i, z_j) \qquad \text{soft labels: } \sum_k t_k \ln \frac{t_k}{p_k}`,
    source: `${EQ1} (logits); soft labels: Hinton et al. 2015; docs/training.md`,
    paper: 'Logits.',
  },
  quantizer: {
    text: 'How weights and activations are put on the grid of a bit-width: sbm spans smallest to largest value, DoReFa squeezes weights through tanh, symmetric is linear around 0. At 32 bits nothing is quantized. Rounding passes its gradient straight through.',
    unit: NO_UNIT,
    tex: TEX`\begin{aligned} \text{sbm: } s &= \tfrac{\max - \min}{2^b - 1} \\ \text{DoReFa: } \hat w &= 2\, q_b\!\left( \tfrac{\tanh w}{2 \max |\tanh w|} + \tfrac12 \right) - 1 \\ \text{symmetric: } s &= \tfrac{\max |x|}{2^{b-1} - 1} \end{aligned}`,
    source:
      'SBM: Banner et al., NeurIPS 2018; DoReFa: Zhou et al. 2016; symmetric: Gong et al., ICCAD 2019',
  },
  setting: {
    text: 'The lab’s: what serves runs of minutes, as the preset has it. The paper’s: its distillation and optimizer. Epochs stay as they are.',
    unit: NO_UNIT,
    source: `${INSTANTNET}, §IV; the lab’s: docs/training.md`,
    paper:
      'β = 1 on the logits, SGD with momentum 0.9, rate 0.025 along a cosine to 0, 200 epochs.',
  },
  precision: {
    text: 'Quantize one operand and leave the other at 32 bits, or give each a width of its own. Along the bit-widths neither may get narrower, and a bit-width is named after one of the two.',
    unit: 'bits of weights / bits of activations',
    source: `${INSTANTNET}, Table IV (2/32 and 32/2)`,
  },
  ranges: {
    text: 'Where the grid of activations begins and ends once training is over: a running minimum and maximum for each bit-width; one pair for all, as in the paper’s code, which costs accuracy at low widths; or a clip learned for each layer and width.',
    unit: NO_UNIT,
    tex: TEX`\hat x = \alpha \, q_b\!\left( \frac{\operatorname{clamp}(x, 0, \alpha)}{\alpha} \right) \quad \text{(learned)}`,
    source: 'docs/training.md, with figures; learned clips: AdaBits (Jin et al., CVPR 2020)',
  },
  trainSchedule: {
    text: 'A cosine down to the final rate, or steps: times a factor after each of the epochs given.',
    unit: 'epochs; factor',
    source: 'Cosine: Loshchilov & Hutter, SGDR, ICLR 2017',
    paper: 'A cosine.',
  },
  lossWeights: {
    text: 'A factor on the loss of each bit-width, in ascending order; 1 unless set.',
    unit: NO_UNIT,
    tex: TEX`L = \frac{1}{n} \sum_i \lambda_i L_i`,
    source: ours('docs/training.md'),
  },
  betaWarmup: {
    text: 'Epochs over which β rises from 0, so that nobody learns from an untrained teacher. Not in the paper.',
    unit: 'epochs',
    source: ours('docs/training.md'),
  },
  betaPer: {
    text: 'Each teacher counts with β, so the lowest of five widths is pulled four times. Or β is shared among the teachers of a width (ours).',
    unit: NO_UNIT,
    tex: TEX`\beta_i = \beta \quad \text{or} \quad \beta_i = \frac{\beta}{n - i}`,
    source: `${EQ1} (each teacher); shared: docs/training.md`,
    paper: 'Each teacher counts with β.',
  },
  gradientClip: {
    text: 'Each element of a bit-width’s gradient is kept within plus and minus this, before the widths are added. Helps where two bits make training diverge.',
    unit: NO_UNIT,
    tex: TEX`g \leftarrow \max(-c, \min(c, g))`,
    source: 'Gong et al., ICCAD 2019',
  },
  trainTarget: {
    text: 'End after the epoch whose test reaches this accuracy, at one bit-width or at all of them.',
    unit: '% of 500 test images',
    source: ours('docs/training.md'),
  },
  timeBudget: {
    text: 'End when training steps have taken this long, pauses and tests left out. How far a run gets in that time is up to the machine, so this is kept with the run and not in its recipe.',
    unit: 'min',
    source: ours('docs/training.md'),
  },
  sweep: {
    text: 'The recipe above, trained once for each value of one setting, one run after another. The queue is stored: it goes on after a reload, in one tab.',
    unit: NO_UNIT,
    source: ours('docs/training.md'),
  },
  sweepChart: {
    text: 'Accuracy on all test images at each bit-width, for each value that was swept. One seed each: differences as small as those between seeds mean nothing.',
    unit: '% of test images',
    source: 'The runs of this sweep',
  },
  backend: {
    text: 'What computes. WebGPU where there is a real graphics adapter; otherwise SIMD, our own WebAssembly kernels on the processor; cpu is plain and slow, for comparison.',
    unit: NO_UNIT,
    source: ours('docs/webgpu.md, docs/simd.md'),
  },
  accuracy: {
    text: 'Share of images whose class the network gets right. Thin lines: training batches. Bold lines with dots: test images.',
    unit: '% of images',
    tex: TEX`\text{accuracy} = \frac{\#\{\, x : \arg\max_k z_k(x) = y(x) \,\}}{\#\{\, x \,\}}`,
    source: 'This run, measured here on images that it never learned from',
  },
  loss: {
    text: 'Cross-entropy with the labels: how surprised the network is by the right answer. Lower is better; knowing nothing about 10 classes is 2.30.',
    unit: 'nats',
    tex: TEX`\operatorname{CE} = -\ln p_{y}, \qquad p = \operatorname{softmax}(z)`,
    source: 'This run, measured here',
  },
  bitReadouts: {
    text: 'What the same weights reach at each width: on training batches while it learns, on test images after an epoch, on all test images at the end.',
    unit: '% of images',
    source: 'This run, measured here',
  },
  sqnr: {
    text: 'How much of a layer’s weights and inputs its grid keeps, on 64 test images. About 6 dB for each bit; below 10 dB little of the signal is left.',
    unit: 'dB',
    tex: TEX`\text{SQNR} = 10 \log_{10} \frac{\sum s^2}{\sum (q - s)^2}`,
    source: 'Bennett 1948; src/train/sqnr.ts',
  },
  confusion: {
    text: 'Rows: what the image is. Columns: what the network says, over all test images at one bit-width. The diagonal is right.',
    unit: 'images',
    source: 'This run, measured here',
  },
} as const satisfies Record<string, HelpText>;
