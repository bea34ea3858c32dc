/** @file Words and numbers of searches: methods, metrics, choices, shades. */
import type { CostMetric, OptionCost } from '../search/cost-table.ts';
import type { SearchMethod } from '../spec/search-recipe.ts';
import { formatCycles, formatEdp, formatEnergy, formatMacs } from './format.ts';

export const METHOD_TITLES: Readonly<Record<SearchMethod, string>> = {
  'sp-nas': 'SP-NAS',
  'fp-nas': 'FP-NAS',
  'lp-nas': 'LP-NAS',
  random: 'Random',
  'mobilenetv2-scaled': 'MobileNetV2, scaled',
};

export interface MetricFigure {
  readonly title: string;
  readonly unit: string;
  readonly format: (value: number) => string;
  /** Of one choice; null where the table has no such figure. */
  readonly of: (cost: OptionCost) => number | null;
}

export const METRIC_FIGURES: Readonly<Record<CostMetric, MetricFigure>> = {
  flops: { title: 'MACs', unit: 'MACs', format: formatMacs, of: ({ macs }) => macs },
  energy: { title: 'Energy', unit: 'pJ', format: formatEnergy, of: ({ energyPj }) => energyPj },
  latency: {
    title: 'Latency',
    unit: 'cycles',
    format: formatCycles,
    of: ({ latencyCycles }) => latencyCycles,
  },
  edp: {
    title: 'EDP',
    unit: 'pJ·cycles',
    format: formatEdp,
    of: ({ energyPj, latencyCycles }) =>
      energyPj === null || latencyCycles === null ? null : energyPj * latencyCycles,
  },
};

/** `k5_e1_g2` → kernel "5×5", expansion "×1", groups "2 groups". */
export function choiceWords(choice: string): readonly string[] {
  const [, kernel, expansion, groups] = /^k(\d)_e(\d+)(_g2)?$/.exec(choice) ?? [];
  if (kernel === undefined || expansion === undefined) return [choice];
  return [`${kernel}×${kernel}`, `×${expansion}`, ...(groups === undefined ? [] : ['g2'])];
}

/** For sentences: "kernel 5, expansion 1, two groups". */
export function choiceSentence(choice: string): string {
  const [, kernel, expansion, groups] = /^k(\d)_e(\d+)(_g2)?$/.exec(choice) ?? [];
  if (kernel === undefined || expansion === undefined) return choice;
  return `kernel ${kernel}, expansion ${expansion}${groups === undefined ? '' : ', two groups'}`;
}

/** Even odds of nine choices must be seen, and small changes from there. */
const GAMMA = 0.6;

/** Shade of a probability or a share, 0 to 1. */
export function shade(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) ** GAMMA : 0;
}

/**
 * Where `color-mix(in oklab, var(--ink) level, var(--inset))` passes the grey on which black and
 * white read alike (relative luminance 0.179, so OKLab lightness 0.564), in light and dark.
 */
const LIGHT_TURN = 0.518;
const DARK_TURN = 0.445;

/** Black or white, whichever is easier to read on a shade of ink. */
export function shadeInk(level: number): string {
  const light = level < LIGHT_TURN ? '#000' : '#fff';
  const dark = level < DARK_TURN ? '#fff' : '#000';
  return `light-dark(${light}, ${dark})`;
}
