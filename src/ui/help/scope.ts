/** @file What the figures of the microscope are. Confusion and SQNR stand in ./train.ts. */
import { EQ1, NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

const TEX = String.raw;

export const SCOPE_HELP = {
  microscope: {
    text: 'A closer look at the network of the run shown, as its last checkpoint has it: finished, stopped or paused. It only looks: nothing is trained, changed or stored.',
    unit: NO_UNIT,
    source: ours('docs/training.md, “Evaluation”'),
  },
  weightGrid: {
    text: 'Grey: the trained weights. In colour: where rounding puts them. Each output channel has a grid over its own range, so all channels together are shown in units of that range, one channel in its own.',
    unit: 'that of the weights, or share of their channel’s range',
    tex: TEX`s = \frac{\max w - \min w}{2^b - 1}`,
    source: 'Banner et al., NeurIPS 2018 (sbm); docs/training.md has the other quantizers',
  },
  activationMaps: {
    text: 'What the layer gives out for the image, after batch norm and ReLU: one picture per channel, dark lowest, light highest, on one scale for all bit-widths. The difference to the highest width: orange more, blue less. Its root mean square over that of the highest width stands above.',
    unit: '%',
    tex: TEX`\sqrt{\textstyle\sum (a_b - a_n)^2 \,/\, \sum a_n^2}`,
    source: ours('src/train/inspect/activation-maps.ts'),
  },
  flips: {
    text: 'Test images that are not taken for the same class at every bit-width. Going down from the highest width, an image fails first where its answer is first wrong.',
    unit: 'images',
    source: ours('src/state/flips.ts'),
  },
  teachers: {
    text: 'An arrow goes from a teacher to its student; the thicker, the further the student’s answers are from the teacher’s on the test set. In training the gradient stops at the teacher.',
    unit: 'that of the distillation term',
    source: EQ1,
  },
  distillationTerm: {
    text: 'The loss of a bit-width is its cross-entropy and, times β, a term for each of its teachers: how far its answers are from the teacher’s. Means between two log entries; without β here.',
    unit: 'cross-entropy in nats; a term as “Distil on” has it',
    tex: TEX`L_i = \operatorname{CE}(z_i, y) + \beta \sum_{j > i} d(z_i, \operatorname{SG}(z_j))`,
    source: EQ1,
  },
  networkGraph: {
    text: 'Layers from the image down to the classes; a plus is a residual sum. The fuller a box, the larger the chosen figure. Energy and latency come from this run’s mapping; SQNR is the lower of weights and inputs, on 64 test images.',
    unit: 'MACs, weights, J, cycles or dB, for one image',
    source: ours('docs/cost-model.md, src/train/sqnr.ts'),
  },
  ownImage: {
    text: 'Drawn, chosen or taken here, cropped around its middle and scaled to what the network reads. It stays on this device: it is neither stored nor sent.',
    unit: NO_UNIT,
    source: ours('src/ui/own-image.ts'),
  },
  lesson: {
    text: 'Rounded after training: the highest width’s weights and batch norm, put on each grid without training; activation ranges are the extremes over 128 training images. Switchable: one set of weights trained at all widths. Alone: a network per width.',
    unit: '% of test images',
    source: ours('src/train/inspect/rounding.ts'),
  },
} as const satisfies Record<string, HelpText>;
