/** @file The settings that `bench -- lesson` compares. */
import type { TrainingSpec } from '../src/spec/recipe.ts';

/** One setting: what it changes in the training that all share. */
export interface Arm {
  readonly name: string;
  readonly bitWidths: readonly number[];
  readonly training: Partial<TrainingSpec>;
}

const WIDE = [2, 4, 8, 32];
const PAPER = [4, 8, 12, 16, 32];

const arm = (
  name: string,
  training: Partial<TrainingSpec>,
  bitWidths: readonly number[] = WIDE,
): Arm => ({ name, bitWidths, training });

const SOFT = { distillOn: 'soft-labels' } as const;

/** One thing changed at a time, around joint training and the paper's cascade. */
const settings: readonly Arm[] = [
  arm('joint', { method: 'joint' }),
  arm('joint, from 32 bits', { method: 'joint', pretrainEpochs: 2 }),
  arm('sp β 1', { method: 'sp' }),
  arm('sp β 0.1', { method: 'sp', beta: 0.1 }),
  arm('cdt β 1', {}),
  arm('cdt β 0.1', { beta: 0.1 }),
  arm('cdt β 0.03', { beta: 0.03 }),
  arm('cdt β 1, shared by teachers', { betaPer: 'bit-width' }),
  arm('cdt β 1, warmed up over half', { betaWarmupEpochs: 3 }),
  arm('cdt β 0.1, from 32 bits', { pretrainEpochs: 2, beta: 0.1 }),
  arm('cdt β 1, on probabilities', { distillOn: 'probabilities' }),
  arm('cdt β 1, on soft labels', SOFT),
  arm('cdt β 1, on soft labels, shared by teachers', { ...SOFT, betaPer: 'bit-width' }),
];

/** What the terms do to the logits. */
const logits: readonly Arm[] = [
  arm('joint', { method: 'joint' }),
  arm('cdt β 0.1', { beta: 0.1 }),
  arm('cdt β 1', {}),
  arm('cdt β 1, on soft labels', SOFT),
];

/** Distillation on top of learned clips. */
const clips: readonly Arm[] = [
  arm('cdt β 1, soft labels, learned clips', { ...SOFT, ranges: 'learned' }),
  arm('cdt β 0.3, soft labels, learned clips', { ...SOFT, ranges: 'learned', beta: 0.3 }),
  arm('cdt β 1, learned clips', { ranges: 'learned' }),
  arm('cdt β 0.1, learned clips', { ranges: 'learned', beta: 0.1 }),
  arm('adabits', { method: 'adabits' }),
];

/** Learned clips at every method; distillation on soft labels. */
const OURS = { ...SOFT, ranges: 'learned' } as const;

const methodsOf = (bitWidths: readonly number[]): readonly Arm[] => [
  arm('cdt, paper', {}, bitWidths),
  arm('cdt, ours', OURS, bitWidths),
  arm('sp, paper', { method: 'sp' }, bitWidths),
  arm('sp, ours', { ...OURS, method: 'sp' }, bitWidths),
  arm('joint, paper', { method: 'joint' }, bitWidths),
  arm('adabits (joint, ours)', { method: 'adabits' }, bitWidths),
  arm('independent, paper', { method: 'independent' }, bitWidths),
  arm('independent, ours', { method: 'independent', ranges: 'learned' }, bitWidths),
];

export const STUDIES = {
  settings,
  logits,
  clips,
  /** The methods of Table I, on the lab's bit-widths and on the paper's. */
  methods: methodsOf(WIDE),
  'methods-paper-bits': methodsOf(PAPER),
} as const;
export type StudyName = keyof typeof STUDIES;
