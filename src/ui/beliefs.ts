/** @file What a network believes of an image at each bit-width, as rows and columns to draw. */
import type { Prediction } from '../spec/run.ts';

export interface BeliefRow {
  readonly label: number;
  /** One for each bit-width, in the order of the predictions. */
  readonly cells: readonly {
    readonly bits: number;
    readonly probability: number;
    readonly isWinner: boolean;
  }[];
}

/** The class with the highest probability. */
export function winnerOf(prediction: Prediction): number {
  return prediction.probabilities.reduce(
    (best, p, label, all) => (p > (all[best] ?? -1) ? label : best),
    0,
  );
}

/** More classes than this: only those that matter at some width are shown. */
const MOST_ROWS = 12;
const TOP_OF_EACH = 3;

/**
 * @param predictions ascending bits
 * @param truth       the image's class, always among the rows
 * @returns rows in the order of the labels
 */
export function beliefRows(predictions: readonly Prediction[], truth: number): BeliefRow[] {
  const classes = predictions[0]?.probabilities.length ?? 0;
  let labels = Array.from({ length: classes }, (_, label) => label);
  if (classes > MOST_ROWS) {
    const kept = new Set([truth]);
    for (const { probabilities } of predictions)
      labels
        .toSorted((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0))
        .slice(0, TOP_OF_EACH)
        .forEach((label) => kept.add(label));
    labels = [...kept].sort((a, b) => a - b);
  }
  const winners = predictions.map(winnerOf);
  return labels.map((label) => ({
    label,
    cells: predictions.map(({ bits, probabilities }, i) => ({
      bits,
      probability: probabilities[label] ?? 0,
      isWinner: winners[i] === label,
    })),
  }));
}
