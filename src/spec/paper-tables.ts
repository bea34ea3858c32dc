/**
 * @file Figures as InstantNet prints them (Fu et al., DAC 2021), to stand beside the lab's own.
 *
 * They were measured on GPUs over 200 epochs; a lab run of minutes can be compared in order and in
 * gaps, not in height. Whatever shows one of these says so.
 */
import type { Method } from './recipe.ts';

export interface PaperTable {
  readonly title: string;
  readonly source: string;
  readonly network: string;
  readonly dataset: string;
  readonly epochs: number;
  /** Top-1 test accuracy in percent, by set of bit-widths, then by method, in the order of `bitWidths`. */
  readonly bitSets: readonly {
    readonly bitWidths: readonly number[];
    readonly accuracyPercent: Readonly<Partial<Record<Method, readonly number[]>>>;
  }[];
}

const INSTANTNET = 'Fu et al., InstantNet: Automated Generation and Deployment, DAC 2021';

/** SBM is a net of its own for each width: the lab's `independent`. */
export const TABLE_1: PaperTable = {
  title: 'Table I',
  source: INSTANTNET,
  network: 'MobileNetV2',
  dataset: 'CIFAR-100',
  epochs: 200,
  bitSets: [
    {
      bitWidths: [4, 8, 12, 16, 32],
      accuracyPercent: {
        independent: [70.55, 74.4, 74.87, 75.03, 75.23],
        sp: [66.75, 71.69, 74.16, 74.23, 74.11],
        adabits: [68.07, 73.86, 73.65, 73.87, 74.51],
        cdt: [71.15, 75.12, 75.03, 75.22, 74.98],
      },
    },
    {
      bitWidths: [4, 5, 6, 8],
      accuracyPercent: {
        independent: [70.55, 74.13, 74.69, 74.4],
        sp: [67.63, 72.95, 74.15, 74.99],
        adabits: [68.37, 73.52, 74.6, 75.02],
        cdt: [71.08, 74.45, 75.02, 75.04],
      },
    },
  ],
};

/**
 * How the paper trains (§IV and its code): 200 epochs at batch 128; distillation on the logits with
 * β = 1.
 */
export const PAPER_TRAINING = {
  beta: 1,
  distillOn: 'logits',
  learningRate: 0.025,
  finalLearningRate: 0,
  momentum: 0.9,
} as const;
