/** @file Every answer to the test set at every bit-width, and how far students are from teachers. */
import type { ChannelStatistics } from '../../data/batches.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { Network } from '../../nn/network.ts';
import type { TeachingTerm, TestAnswers } from '../../spec/inspect.ts';
import type { TrainingSpec } from '../../spec/recipe.ts';
import { breathe } from '../breathe.ts';
import { EVALUATION_BATCH, logitsOf, softmax } from '../evaluate.ts';

type DistillOn = TrainingSpec['distillOn'];

/** More images than this would only take longer: an accuracy of 10,000 is within half a point. */
const MOST_IMAGES = 10_000;

/** @param distillOn what the term of a student and its teacher compares (docs/training.md) */
export async function testAnswers(
  network: Network,
  bitWidths: readonly number[],
  dataset: Dataset,
  statistics: ChannelStatistics,
  distillOn: DistillOn,
): Promise<TestAnswers> {
  const images = Math.min(dataset.test.count, MOST_IMAGES);
  const classes = dataset.classNames.length;
  const labels = dataset.test.labels.slice(0, images);
  const predicted = bitWidths.map(() => new Uint8Array(images));
  const pairs = bitWidths.flatMap((student, i) =>
    bitWidths.slice(i + 1).map((teacher, j) => ({ student, teacher, at: [i, i + 1 + j] as const })),
  );
  const sums = new Float64Array(pairs.length);
  for (let start = 0; start < images; start += EVALUATION_BATCH) {
    const size = Math.min(EVALUATION_BATCH, images - start);
    const indices = Uint32Array.from({ length: size }, (_, i) => start + i);
    const logits: Float32Array[] = [];
    for (const bits of bitWidths) {
      await breathe(); // on `simd` nothing else would let a message in
      logits.push(await logitsOf(network, bits, dataset, statistics, indices));
    }
    for (let i = 0; i < size; i++) {
      const rows = logits.map((values) => values.subarray(i * classes, (i + 1) * classes));
      rows.forEach((row, at) => {
        const winners = predicted[at];
        if (winners !== undefined) winners[start + i] = row.indexOf(Math.max(...row));
      });
      pairs.forEach(({ at: [student, teacher] }, p) => {
        sums[p] = (sums[p] ?? 0) + termOf(distillOn, rows[student] ?? [], rows[teacher] ?? []);
      });
    }
  }
  return {
    images,
    labels,
    byBits: bitWidths.map((bits, at) => answersAt(bits, predicted[at] ?? labels, labels, classes)),
    terms: pairs.map(({ student, teacher }, p): TeachingTerm => ({
      student,
      teacher,
      term: (sums[p] ?? 0) / images,
    })),
  };
}

function answersAt(
  bits: number,
  predicted: Uint8Array,
  labels: Uint8Array,
  classes: number,
): TestAnswers['byBits'][number] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let right = 0;
  labels.forEach((label, i) => {
    const winner = predicted[i] ?? 0;
    const row = confusion[label];
    if (row !== undefined) row[winner] = (row[winner] ?? 0) + 1;
    if (winner === label) right++;
  });
  return { bits, accuracy: right / labels.length, predicted, confusion };
}

/** The term of one image: squared difference over K classes, or Σ t · log(t / p). */
export function termOf(
  distillOn: DistillOn,
  student: ArrayLike<number>,
  teacher: ArrayLike<number>,
): number {
  const isLogits = distillOn === 'logits';
  const s = isLogits ? student : softmax(student);
  const t = isLogits ? teacher : softmax(teacher);
  let sum = 0;
  for (let k = 0; k < s.length; k++) {
    const p = s[k] ?? 0;
    const q = t[k] ?? 0;
    if (distillOn === 'soft-labels') sum += q === 0 ? 0 : q * Math.log(q / Math.max(p, 1e-30));
    else sum += (p - q) ** 2 / s.length;
  }
  return sum;
}
