/** @file One network at every bit-width three ways: rounded after training, switchable, alone. */
import type { RoundedAccuracy } from '../spec/inspect.ts';
import type { RunRecord } from '../spec/run.ts';

export interface LessonPoint {
  readonly bits: number;
  /** 0 to 1; null where nobody has trained or measured it. */
  readonly rounded: number | null;
  readonly trained: number | null;
  readonly alone: number | null;
}

/** Whether each of its bit-widths has a network of its own. */
function isAlone({ recipe }: RunRecord): boolean {
  return recipe.training.method === 'independent' || recipe.bitWidths.length === 1;
}

/**
 * The stored run to put beside `run`: the same network and images at one width alone (or, beside
 * such a run, the switchable one), the most alike first: same epochs, same seed, then the newest.
 *
 * @param runs newest first
 */
export function counterpartOf(run: RunRecord, runs: readonly RunRecord[]): RunRecord | null {
  const model = JSON.stringify(run.model);
  const candidates = runs.filter(
    (other) =>
      other.id !== run.id &&
      other.accuracies !== undefined &&
      other.dataset.id === run.dataset.id &&
      isAlone(other) !== isAlone(run) &&
      other.recipe.bitWidths.some((bits) => run.recipe.bitWidths.includes(bits)) &&
      JSON.stringify(other.model) === model,
  );
  const likeness = ({ recipe }: RunRecord): number =>
    2 * Number(recipe.training.epochs === run.recipe.training.epochs) +
    Number(recipe.seed === run.recipe.seed);
  return candidates.reduce<RunRecord | null>(
    (best, other) => (best === null || likeness(other) > likeness(best) ? other : best),
    null,
  );
}

/** Ascending bits: those of `run`. */
export function lessonPoints(
  run: RunRecord,
  counterpart: RunRecord | null,
  rounded: readonly RoundedAccuracy[],
): LessonPoint[] {
  const [alone, switchable] = isAlone(run) ? [run, counterpart] : [counterpart, run];
  const at = (of: RunRecord | null, bits: number): number | null =>
    of?.accuracies?.find((a) => a.bits === bits)?.accuracy ?? null;
  return run.recipe.bitWidths.map((bits) => ({
    bits,
    rounded: rounded.find((r) => r.bits === bits)?.accuracy ?? null,
    trained: at(switchable, bits),
    alone: at(alone, bits),
  }));
}
