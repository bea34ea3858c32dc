/** @file What the panels of a talk or of another page's frame are called. */
import type { PanelId } from '../../spec/link.ts';

export const PANEL_TITLES: Readonly<Record<PanelId, { short: string; title: string }>> = {
  widths: { short: 'Bit-width', title: 'One set of weights, many bit-widths' },
  trade: { short: 'Trade-off', title: 'What each bit buys, and what it costs' },
  image: { short: 'One image', title: 'What the network believes at each width' },
  train: { short: 'Training', title: 'Every width learns from those above it' },
  map: { short: 'Mapping', title: 'Where the energy goes on the accelerator' },
  layer: { short: 'One layer', title: 'How one layer runs: loops and array' },
};
