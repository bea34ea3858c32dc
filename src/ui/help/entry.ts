/** @file The shape of an explanation: what stands behind every question mark. */

export interface HelpText {
  /** What it is, in one to four sentences. */
  readonly text: string;
  /** Of its figure or setting; `none` for what has no unit. */
  readonly unit: string;
  /** As TeX, checked by help-text.test.ts. */
  readonly tex?: string;
  /** Where formula, rule or figures come from: a paper, or the lab's own file or measurement. */
  readonly source: string;
  /** Figures of the paper, shown apart from the lab's own and marked as the paper's. */
  readonly paper?: string;
}

export const NO_UNIT = 'none';
export const INSTANTNET = 'InstantNet (Fu et al., DAC 2021)';
export const EQ1 = `${INSTANTNET}, Eq. 1`;
/** Of what the lab decides by itself. */
export const ours = (where: string): string => `The lab’s own: ${where}`;
