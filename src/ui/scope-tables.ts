/** @file The microscope's tables as CSV. */
import type { BitAnswers, LayerWeights, TeachingTerm } from '../spec/inspect.ts';
import type { LayerSqnr } from '../spec/run.ts';
import type { Flip } from '../state/flips.ts';
import type { LessonPoint } from '../state/lesson.ts';
import { toCsv } from './csv.ts';

/** How far students are from teachers, on the test set. */
export function teachingCsv(terms: readonly TeachingTerm[]): string {
  return toCsv<TeachingTerm>(
    [
      { head: 'student (bits)', of: ({ student }) => student },
      { head: 'teacher (bits)', of: ({ teacher }) => teacher },
      { head: 'term', of: ({ term }) => term },
    ],
    terms,
  );
}

export function sqnrCsv(entries: readonly LayerSqnr[]): string {
  return toCsv<LayerSqnr>(
    [
      { head: 'layer', of: ({ layer }) => layer },
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'SQNR of weights (dB)', of: ({ weightsDb }) => weightsDb },
      { head: 'SQNR of inputs (dB)', of: ({ inputsDb }) => inputsDb },
    ],
    entries,
  );
}

export function confusionCsv({ confusion }: BitAnswers, nameOf: (label: number) => string): string {
  return toCsv<readonly number[]>(
    [
      { head: 'is, taken for', of: (row) => nameOf(confusion.indexOf(row)) },
      ...confusion.map((_, said) => ({
        head: nameOf(said),
        of: (row: readonly number[]) => row[said] ?? null,
      })),
    ],
    confusion,
  );
}

/** Every point of every grid, with the weights that are rounded to it. */
export function gridsCsv({ layer, byBits }: LayerWeights): string {
  const rows = byBits.flatMap(({ bits, levels, levelCounts, sqnrDb }) =>
    levels.map((level, i) => ({ bits, level, count: levelCounts[i] ?? 0, sqnrDb })),
  );
  return toCsv<(typeof rows)[number]>(
    [
      { head: 'layer', of: () => layer },
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'SQNR (dB)', of: ({ sqnrDb }) => sqnrDb },
      { head: 'grid point', of: ({ level }) => level },
      { head: 'weights on it', of: ({ count }) => count },
    ],
    rows,
  );
}

export function lessonCsv(points: readonly LessonPoint[]): string {
  return toCsv<LessonPoint>(
    [
      { head: 'bit-width (bits)', of: ({ bits }) => bits },
      { head: 'switchable, test accuracy (0 to 1)', of: ({ trained }) => trained },
      { head: 'alone, test accuracy (0 to 1)', of: ({ alone }) => alone },
      { head: 'rounded after training, test accuracy (0 to 1)', of: ({ rounded }) => rounded },
    ],
    points,
  );
}

/** @param bitWidths ascending, as the answers of a flip are */
export function flipsCsv(
  flips: readonly Flip[],
  bitWidths: readonly number[],
  nameOf: (label: number) => string,
): string {
  return toCsv<Flip>(
    [
      { head: 'test image', of: ({ index }) => index },
      { head: 'class', of: ({ label }) => nameOf(label) },
      ...bitWidths.map((bits, i) => ({
        head: `taken for at ${bits} bits`,
        of: ({ said }: Flip) => {
          const label = said[i];
          return label === undefined ? null : nameOf(label);
        },
      })),
    ],
    flips,
  );
}
