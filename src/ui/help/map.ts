/** @file What the controls and figures of the map bench are. */
import { INSTANTNET, NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

const TEX = String.raw;
const MODEL = 'docs/cost-model.md, equal to Timeloop (Parashar et al., ISPASS 2019) on whole words';

export const MAP_HELP = {
  accelerator: {
    text: 'The chip that the network is mapped on: its multipliers and its memories, with the energy of each access. Open it to see where every constant comes from, or to edit a copy.',
    unit: 'pJ, bits, bits per cycle, at the constant',
    source: 'Named at each constant; presets in src/hw/presets',
  },
  constants: {
    text: 'Sizes, word widths, energies and bandwidths, for each memory and for the multipliers. All energies on the page follow from these.',
    unit: 'as each column says',
    source: 'Named beside each constant',
  },
  objective: {
    text: 'What the search makes small: energy, latency, their product, or the cycles from frame to frame.',
    unit: 'pJ, cycles, pJ·cycles, or FPS',
    tex: TEX`\text{EDP} = E \cdot t`,
    source: 'Horowitz et al. 1994 (EDP)',
  },
  budget: {
    text: 'Mappings that are tried for each different layer at each bit-width. More tries find better mappings and take longer.',
    unit: 'mappings for each layer and width',
    source: ours('docs/automapper.md'),
  },
  automapper: {
    text: 'An evolutionary search over loop orders and tile sizes: of the mappings tried, the best survive and are varied. The paper’s own was never released; this one is the lab’s.',
    unit: 'mappings tried',
    source: `After ${INSTANTNET}, Alg. 1; docs/automapper.md`,
  },
  energy: {
    text: 'For one image: every access to every memory and every multiplication, each with the energy that its bits cost. Modelled, not measured on a chip.',
    unit: 'pJ, nJ or µJ for one image',
    tex: TEX`E = \text{MACs} \cdot E_{\text{MAC}} + \sum_{\text{levels}} \bigl( b_{\text{read}} \, e_{\text{read}} + b_{\text{written}} \, e_{\text{write}} \bigr)`,
    source: MODEL,
  },
  latency: {
    text: 'Cycles for one image: each layer takes as long as its slowest part, the multipliers or a memory.',
    unit: 'cycles for one image',
    tex: TEX`t = \sum_{\text{layers}} \max\!\left( t_{\text{MAC}}, \; \max_{\text{levels}} \left\lceil \frac{\text{bits}}{\text{bandwidth}} \right\rceil \right)`,
    source: MODEL,
  },
  edp: {
    text: 'Energy times latency for one image: rewards designs that are both frugal and fast.',
    unit: 'pJ·cycles (J·cycles when large)',
    tex: TEX`\text{EDP} = E \cdot t`,
    source: 'Horowitz et al. 1994',
  },
  fps: {
    text: 'Images that the accelerator takes in a second at its own clock: one after another, or in a pipeline as fast as its slowest chunk.',
    unit: 'FPS',
    tex: TEX`\text{FPS} = \frac{f_\text{clock}}{\text{cycles a frame}}`,
    source: MODEL,
  },
  utilization: {
    text: 'Share of the multipliers that do useful work, over the whole time.',
    unit: '%',
    tex: TEX`U = \frac{\text{MACs}}{t \cdot \text{multipliers} \cdot \text{lanes}}`,
    source: MODEL,
  },
  mapNetwork: {
    text: 'The trained run’s network at its own bit-widths, or any network of the lab or the literature as it is: mapping needs shapes and widths, no weights.',
    unit: NO_UNIT,
    source: 'Shapes: the papers named in src/hw/networks',
  },
  mapWidths: {
    text: 'Weights and activations at each of these, one to six. In a network of the lab the first and last layers stay at 32 bits; in one of the literature every layer has this width.',
    unit: 'bits',
    source: 'docs/cost-model.md, “Bits”',
  },
  schedule: {
    text: 'Multi-cycle runs the layers one after another on the whole array. A pipeline cuts them into chunks that run side by side on their own columns; latency is then the time between two images.',
    unit: NO_UNIT,
    source: `${INSTANTNET}, §III.D; docs/cost-model.md, “Networks”`,
  },
  algorithm: {
    text: 'Evolution is the lab’s own. The others have the same space and budget: Algorithm 1 as printed in the paper, random draws that fit, simulated annealing, and exhaustive where there are at most 10⁸ mappings.',
    unit: NO_UNIT,
    source: `docs/automapper.md; Algorithm 1: ${INSTANTNET}`,
  },
  target: {
    text: 'End as soon as the whole network costs at most this, at every bit-width. Leave it empty to spend the budget.',
    unit: 'pJ, cycles, pJ·cycles or FPS, as the objective',
    source: ours('docs/automapper.md'),
  },
  matrix: {
    text: 'One square for each layer at each bit-width: empty until it is searched, filled once it has a mapping.',
    unit: NO_UNIT,
    source: 'The mapping shown',
  },
  layers: {
    text: 'What each layer costs at the chosen width. Equal layers are searched once and counted as often as they stand in the network. Choose one to see its loops, array and tiles.',
    unit: 'pJ, cycles, MACs, % of the multipliers',
    source: MODEL,
  },
  energyBars: {
    text: 'The energy of one image at each width, split by memory level or by operand. Choose a bar to see every term with its count and constant.',
    unit: 'pJ, nJ or µJ for one image',
    source: MODEL,
  },
  oneMapping: {
    text: 'EDP if the mappings of the widest bit-width were kept at this one, against mappings of its own.',
    unit: 'ratio',
    tex: TEX`\frac{\text{EDP with the widest width's mappings}}{\text{EDP with its own}}`,
    source: ours('both searched and costed here'),
  },
  pool: {
    text: 'Best, median and worst of the mappings that the search holds of the layer it is at, on a logarithmic scale. When they lie close together, the search has settled.',
    unit: 'pJ, cycles or pJ·cycles',
    source: ours('docs/automapper.md'),
  },
  array: {
    text: 'Filled squares work, empty ones are left over. Strips say which dimension the columns and rows carry: each shade is one block of it.',
    unit: 'processing elements',
    source: 'The mapping shown',
  },
  tiles: {
    text: 'What one instance of each memory holds while the layer runs. A double-buffered memory keeps half of its room for the next tiles.',
    unit: 'bits',
    tex: TEX`\text{bits of a tile} = \text{words} \cdot \text{bits of a word}`,
    source: MODEL,
  },
  experts: {
    text: 'The same layers under rules that experts wrote, on the same accelerator and the same cost model; each rule gets the best tiling that its loop orders allow. A minus means that AutoMapper takes less.',
    unit: '%',
    tex: TEX`\text{change} = \frac{\text{AutoMapper}}{\text{expert}} - 1`,
    source: 'Both searched and costed here; the rules: papers named in src/hw/dataflows',
  },
  terms: {
    text: 'Every term is a count times an energy; together they are the whole. A word’s energy scales with its bits.',
    unit: 'pJ',
    tex: TEX`E = \text{words} \cdot \frac{b}{b_{\text{word}}} \cdot e_{\text{word}}`,
    source: 'docs/cost-model.md; each constant names its own',
  },
  tryMapping: {
    text: 'Change a factor or the order of the loops and see at once what it costs, or why it does not fit. Factors of a dimension must multiply to at least its size. Nothing is stored.',
    unit: 'factors: blocks; answer: pJ, cycles',
    source: MODEL,
  },
  mapSearch: {
    text: 'The best of all layers together so far, for each bit-width, over the mappings tried. It begins with all loops at the outermost memory. The axis is logarithmic.',
    unit: 'pJ, cycles or pJ·cycles',
    source: 'This search',
  },
  loopNest: {
    text: 'How a layer is cut into tiles, outermost loop first. Spatial loops run side by side on the processing elements. N batch, K output channels, C input channels, P and Q output width and height, R and S filter width and height.',
    unit: 'iterations',
    tex: TEX`O[n, k, p, q] \mathrel{+}= \sum_{c, r, s} W[k, c, r, s] \cdot I[n, c, p + r, q + s]`,
    source: 'Timeloop’s words (Parashar et al., ISPASS 2019)',
  },
} as const satisfies Record<string, HelpText>;
