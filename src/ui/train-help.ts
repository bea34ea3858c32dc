/** @file What the settings and figures of the training bench are, beside those in help-text.ts. */

export const TRAIN_HELP = {
  setting: {
    title: 'Whose setting',
    text: 'The paper’s: β = 1 on the logits, SGD with momentum 0.9, rate 0.025 along a cosine to 0; it trains for 200 epochs. The lab’s: what serves runs of minutes, as the preset has it. Epochs stay as they are.',
    source: 'InstantNet (Fu et al., DAC 2021), §IV',
  },
  precision: {
    title: 'Weights and activations apart',
    text: 'Quantize one operand and leave the other at 32 bits, or give each a width of its own. Along the bit-widths neither may get narrower, and a bit-width is named after one of the two.',
    source: 'InstantNet, Table IV (2/32 and 32/2)',
  },
  ranges: {
    title: 'Ranges for inference',
    text: 'The running minimum and maximum of activations: one pair for each bit-width, or one for all as in the paper’s code, which costs accuracy at low widths. Training does not look at them.',
  },
  trainSchedule: {
    title: 'Schedule of the rate',
    text: 'A cosine down to the final rate, or steps: times a factor after each of the epochs given.',
  },
  lossWeights: {
    title: 'Loss weights',
    text: 'A factor on the loss of each bit-width, in ascending order; 1 unless set.',
  },
  betaWarmup: {
    title: 'β warm-up',
    text: 'Epochs over which β rises from 0, so that nobody learns from an untrained teacher. Ours, not the paper’s.',
  },
  betaPer: {
    title: 'β for each',
    text: 'Each teacher counts with β, as in the paper, so the lowest of five widths is pulled four times. Or β is shared among the teachers of a width (ours).',
    source: 'InstantNet (Fu et al., DAC 2021), Eq. 1',
  },
  gradientClip: {
    title: 'Gradient clip',
    text: 'Each element of a bit-width’s gradient is kept within plus and minus this, before the widths are added. Helps where two bits make training diverge.',
  },
  trainTarget: {
    title: 'Stop at a target',
    text: 'End after the epoch whose test reaches this accuracy, at one bit-width or at all of them.',
  },
  sqnr: {
    title: 'Signal to quantization noise',
    text: 'How much of a layer’s weights and inputs its grid keeps, on 64 test images. About 6 dB for each bit; below 10 dB little of the signal is left.',
    formula: 'SQNR = 10 · log₁₀(Σ s² / Σ (q − s)²)',
  },
  confusion: {
    title: 'Confusion',
    text: 'Rows: what the image is. Columns: what the network says, over all test images at one bit-width. The diagonal is right.',
  },
} as const;
