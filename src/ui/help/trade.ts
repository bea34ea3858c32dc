/** @file What the controls and figures of the trade-off bench are. */
import { INSTANTNET, NO_UNIT } from './entry.ts';
import type { HelpText } from './entry.ts';

const TEX = String.raw;
const JOINED = 'This run: accuracy measured here, costs modelled (docs/cost-model.md)';

export const TRADE_HELP = {
  bitSwitch: {
    text: 'The same weights, run at another width: nothing is loaded or trained again. Ratios are against the highest width.',
    unit: 'bits',
    source: `Switchable precision: ${INSTANTNET}, §III`,
  },
  tradeOff: {
    text: 'One mark for each bit-width: up is more accurate, left is cheaper.',
    unit: '% of test images against pJ, cycles or pJ·cycles for one image',
    source: JOINED,
  },
  tradeTable: {
    text: 'Accuracy on all test images and the cost of one image, at every bit-width of the run.',
    unit: '%, pJ, cycles, pJ·cycles',
    source: JOINED,
  },
  compare: {
    text: 'Up to eight stored runs side by side, each with a colour and a shape of its own: the settings in which they differ, their curves at one bit-width, and what every width costs.',
    unit: NO_UNIT,
    source: 'The stored runs; costs modelled (docs/cost-model.md)',
  },
  compareTrade: {
    text: 'The line joins the marks that no other beats: none is both cheaper and more accurate. Marks off the line cost too much for what they give. Runs mapped onto different accelerators do not compare in cost.',
    unit: '% of test images against pJ, cycles or pJ·cycles for one image',
    source: JOINED,
  },
  probabilities: {
    text: 'What the network believes of one test image at every bit-width, side by side: how beliefs change as bits are taken away.',
    unit: '%',
    tex: TEX`p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}`,
    source: `Computed here; the picture is that of ${INSTANTNET}, Fig. 2`,
  },
  testImage: {
    text: 'One of the images that the network never learned from; choose any to ask every bit-width about it.',
    unit: NO_UNIT,
    source: 'The dataset of the run',
  },
} as const satisfies Record<string, HelpText>;
