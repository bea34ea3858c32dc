/** @file What can go wrong while an architecture is searched, each in a sentence with what to do. */
import type { CostTable } from '../search/cost-table.ts';
import type { SearchSettings } from '../spec/search-recipe.ts';
import type { ArchitectureProgress, SearchLogEntry } from '../spec/search-run.ts';

/** Shares of a search and of entropy at which a pattern is told; ours. */
const DECIDED = 0.05;
const UNDECIDED = 0.97;
const EARLY = 0.6;
const LATE = 0.8;
const MOSTLY = 0.75;
/** Below this, exp(logit ÷ τ) of ordinary logits leaves float32. */
const COLD = 0.05;

export interface SearchState {
  readonly settings: SearchSettings;
  readonly architecture: ArchitectureProgress;
  readonly log: readonly SearchLogEntry[];
  readonly table: CostTable;
}

/** @returns sentences, the worst first; empty when all is well */
export function searchWarnings({ settings, architecture, log, table }: SearchState): string[] {
  const { step, totalSteps, temperature, entropy, expectedCost, picks } = architecture;
  const done = step / Math.max(1, totalSteps);
  const isMoving = architecture.epoch >= settings.warmupEpochs && step > 0;
  const warnings: string[] = [];
  const isBroken =
    architecture.probabilities.some((row) => row.some((p) => !Number.isFinite(p))) ||
    log.some(({ validation }) => validation !== null && !Number.isFinite(validation.crossEntropy));
  if (isBroken) {
    warnings.push(
      temperature < COLD
        ? `Probabilities are no longer numbers at temperature ${temperature.toPrecision(2)}: stop, and search again with a higher floor.`
        : 'The loss is no longer a number: stop, and search again with lower learning rates.',
    );
    return warnings;
  }
  if (!isMoving) return warnings;
  const skip = table.choices.indexOf('skip');
  const skips = picks.filter((pick) => pick === skip).length;
  if (skip >= 0 && skips >= MOSTLY * picks.length)
    warnings.push(
      `The search has collapsed: ${skips} of ${picks.length} blocks are skipped. Raise the target or lower λ, give more epochs of warm-up, or lower the architecture’s rate.`,
    );
  if (entropy < DECIDED && done < EARLY)
    warnings.push(
      'The choice is made before the weights are trained: entropy is gone. Lower the architecture’s rate, raise the temperature’s floor, or warm up for longer.',
    );
  if (entropy > UNDECIDED && done > LATE)
    warnings.push(
      'The probabilities have hardly moved: what is derived owes much to chance. Raise the architecture’s rate, or search for more epochs.',
    );
  const { target } = settings.cost;
  const high = settings.lambda.kind === 'steered' ? settings.lambda.high : 1.5;
  if (done > LATE && expectedCost > target * high)
    warnings.push(
      `The expected cost is ${(expectedCost / target).toFixed(1)} times the target near the end: raise λ, or the target.`,
    );
  return warnings;
}
