/** @file Loss terms as they are read, a few steps at a time, added up until they are logged. */
import { LOSS_TERMS } from '../engine/kernels.ts';
import type { BitMetrics, TeacherTerm } from '../spec/run.ts';
import type { TermSums } from './replica.ts';

/** @returns means per step and image, ascending bits */
export function metricsOf(terms: readonly TermSums[], batchSize: number): BitMetrics[] {
  return [...terms]
    .sort((a, b) => a.bits - b.bits)
    .map(({ bits, steps, sums, teachers }) => ({
      bits,
      crossEntropy: (sums[0] ?? NaN) / steps,
      distillation: (sums[1] ?? NaN) / steps,
      accuracy: (sums[2] ?? NaN) / steps / batchSize,
      ...(teachers.length > 0 && {
        teachers: teachers
          .map((teacher, t): TeacherTerm => ({
            bits: teacher,
            term: (sums[LOSS_TERMS + t] ?? NaN) / steps,
          }))
          .sort((a, b) => a.bits - b.bits),
      }),
    }));
}

export class LossTally {
  readonly #byBits = new Map<number, TermSums>();

  add(terms: readonly TermSums[]): void {
    for (const { bits, steps, sums, teachers } of terms) {
      const before = this.#byBits.get(bits);
      this.#byBits.set(bits, {
        bits,
        teachers,
        steps: steps + (before?.steps ?? 0),
        sums: sums.map((sum, i) => sum + (before?.sums[i] ?? 0)),
      });
    }
  }

  /** Means since the last call; none when nothing was added. */
  take(batchSize: number): BitMetrics[] {
    const metrics = metricsOf([...this.#byBits.values()], batchSize);
    this.clear();
    return metrics;
  }

  clear(): void {
    this.#byBits.clear();
  }
}
