/** @file What the controls and figures of the search bench are. */
import { INSTANTNET, NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

const TEX = String.raw;
const EQ2 = `${INSTANTNET}, Eq. 2`;
const OURS = ours('docs/sp-nas.md');

export const SEARCH_HELP = {
  searchPreset: {
    text: 'A search with every setting filled in: space, methods, budget, pace, and the training and mapping of what it finds. Change anything afterwards.',
    unit: NO_UNIT,
    source: OURS,
  },
  searchLayout: {
    text: 'Stem, searchable blocks of given width and stride, head and classifier. Each block is one of nine choices: kernel 3 or 5, expansion 1, 3 or 6, groups, or skip.',
    unit: 'blocks, choices',
    source: 'FBNet (Wu et al., CVPR 2019), Tables 1 and 2; “lab” is ours, for minutes in a browser',
  },
  searchMethods: {
    text: 'SP-NAS trains the supernet’s weights at every bit-width and judges the architecture at the lowest. Its rivals judge and train at the highest (FP-NAS) or the lowest alone (LP-NAS), take a random network of the same cost, or scale MobileNetV2 to the same MACs. Choose several to compare them.',
    unit: NO_UNIT,
    tex: TEX`\min_\alpha\; L_{\mathrm{val}}\bigl(Q_0(\omega^*), \alpha\bigr) + \lambda\, L_{\mathrm{eff}}(\alpha)`,
    source: EQ2,
  },
  searchMetric: {
    text: 'MACs are counted. Energy, latency and EDP come from a table: each layer that a network of the space can have is mapped on the accelerator by a short AutoMapper run.',
    unit: 'MACs, pJ, cycles or pJ·cycles for one image',
    source: OURS,
  },
  searchTarget: {
    text: 'What a network may cost, for one image at the lowest bit-width. The scale shows the cheapest and the dearest network of the space, and where a search begins: the mean over all networks.',
    unit: 'MACs, µJ, cycles or J·cycles for one image',
    source: OURS,
  },
  searchTolerance: {
    text: 'The network that is derived costs the target within this share, so that methods compare at the same budget. 0: the most likely choices, whatever they cost.',
    unit: '% of the target',
    source: OURS,
  },
  searchMixing: {
    text: 'All: every choice of a block is computed and mixed, as in the paper. Few: one for a step of the weights, two for a step of the architecture; several times faster, and less memory.',
    unit: 'choices of a block; bytes for a step',
    source: 'ProxylessNAS (Cai et al., ICLR 2019) for few',
  },
  searchEpochs: {
    text: 'How many times the supernet sees half of the training images; the other half judges the architecture.',
    unit: 'epochs',
    source: OURS,
  },
  searchWarmup: {
    text: 'First epochs, in which weights are trained and probabilities stand still, so that choices are judged once they can do something.',
    unit: 'epochs',
    source: OURS,
  },
  searchAnchor: {
    text: 'One choice of every block trains alone at first; the others then start as versions of it. In minutes this judges choices by what they can do, not by how fast they learn.',
    unit: 'epochs',
    source: OURS,
  },
  lambda: {
    text: 'The efficiency loss is the expected cost over the target. Fixed; steered: after an epoch above the band λ grows by a factor, below it shrinks; or a multiplier that holds the cost at the target and may turn negative; damping, in proportion to how far the cost is off, keeps it from swinging.',
    unit: NO_UNIT,
    tex: TEX`L_{\mathrm{eff}}(\alpha) = \frac{\mathbb{E}[\mathrm{cost}]}{\mathrm{target}}`,
    source: EQ2,
  },
  temperature: {
    text: 'High: choices are mixed evenly. Low: one choice takes nearly all of the weight. It falls by a factor every epoch, down to the floor.',
    unit: NO_UNIT,
    tex: TEX`w_i = \frac{e^{(\alpha_i + g_i)/\tau}}{\sum_j e^{(\alpha_j + g_j)/\tau}}`,
    source: 'Jang et al., ICLR 2017',
  },
  architectureRate: {
    text: 'Adam moves a parameter by about this much a step. Small rates suit days; in minutes they leave the choice to chance.',
    unit: 'logits a step, about',
    source: OURS,
    paper: 'Rate 0.0003, over 50 epochs.',
  },
  choiceGrid: {
    text: 'One row for each block, one column for each choice; the darker, the more likely. A frame marks the most likely choice of each block, dots the choices that take part in the step.',
    unit: '%',
    source: OURS,
  },
  expectedCost: {
    text: 'Mean cost of a network drawn from the probabilities, exact. Dashed: the network of the most likely choices. The band is the target within its tolerance.',
    unit: 'MACs, pJ, cycles or pJ·cycles for one image',
    tex: TEX`\mathbb{E}[e \cdot l] = \mathbb{E}[e]\,\mathbb{E}[l] + \sum_b \mathrm{cov}(e_b, l_b)`,
    source: OURS,
  },
  entropy: {
    text: 'How undecided the search is, mean over blocks: 1 for equal odds, 0 when each block has one choice left.',
    unit: 'share of that of equal odds, 0 to 1',
    tex: TEX`H = -\frac{1}{B}\sum_b \frac{\sum_i p_{b,i} \ln p_{b,i}}{\ln n}`,
    source: OURS,
  },
  supernet: {
    text: 'Thin: training batches at each bit-width. Bold with dots: the lowest width on the half of the images that judges the architecture.',
    unit: '% of images; nats',
    source: OURS,
  },
  costTable: {
    text: 'What each choice of each block costs one image at the lowest bit-width. The costs of a network are sums over it.',
    unit: 'MACs, pJ, cycles or pJ·cycles for one image',
    source: OURS,
  },
  foundNetwork: {
    text: 'One row for each layer or block: the bar’s width follows its output channels, its shade its share of the cost. Stem, head and classifier are not searched and stay at 32 bits.',
    unit: 'channels, MACs, bits, pJ for one image',
    source: OURS,
  },
  searchResults: {
    text: 'Each mark is one network at one bit-width, trained from scratch by the same recipe. Shapes are methods, colours are bit-widths; up is more accurate, left is cheaper.',
    unit: '% of test images against MACs, pJ or pJ·cycles for one image',
    source: 'InstantNet (Fu et al., DAC 2021), Fig. 4',
  },
} as const satisfies Record<string, HelpText>;
