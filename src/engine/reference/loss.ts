/** @file Reference of the loss of one bit-width and its gradient (meaning: ../kernels.ts). */
import { LOSS_TERMS } from '../kernels.ts';
import type { CdtLossAttrs } from '../kernels.ts';
import { at, extent, zeros } from './nd-array.ts';
import type { NdArray, Values } from './nd-array.ts';

/** Softmax of row `n`, in float64. */
function softmaxRow(logits: Values, n: number, classes: number): Float64Array {
  const row = Float64Array.from(logits.subarray(n * classes, (n + 1) * classes));
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = row.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((exponential) => exponential / sum);
}

/** Logarithm of the softmax of row `n`, without that of a probability that underflowed. */
function logSoftmaxRow(logits: Values, n: number, classes: number): Float64Array {
  const row = Float64Array.from(logits.subarray(n * classes, (n + 1) * classes));
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = row.reduce((a, logit) => a + Math.exp(logit - largest), 0);
  return row.map((logit) => logit - largest - Math.log(sum));
}

/** Index of the largest, the first on ties. */
function firstLargest(row: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (at(row, k) > at(row, best)) best = k;
  return best;
}

export function cdtLoss(
  logits: NdArray,
  labels: NdArray,
  teachers: readonly NdArray[],
  { beta, labelSmoothing, scale, distillOn }: CdtLossAttrs,
): { readonly terms: NdArray; readonly dLogits: NdArray } {
  const batch = extent(logits, 0);
  const classes = extent(logits, 1);
  let crossEntropy = 0;
  const distillation = new Float64Array(teachers.length);
  let correct = 0;
  const dLogits = zeros(logits.shape, logits);
  for (let n = 0; n < batch; n++) {
    const label = at(labels.data, n);
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const probabilities = softmaxRow(logits.data, n, classes);
    const logProbabilities = logSoftmaxRow(logits.data, n, classes);
    if (firstLargest(row) === label) correct += 1;
    const target = (k: number): number =>
      labelSmoothing / classes + (k === label ? 1 - labelSmoothing : 0);
    for (let k = 0; k < classes; k++) {
      crossEntropy -= (target(k) * at(logProbabilities, k)) / batch;
    }

    /** Gradient of the distillation terms to logits, or to probabilities where these are compared. */
    const dCompared = new Float64Array(classes);
    for (const [t, teacher] of teachers.entries()) {
      if (distillOn === 'soft-labels') {
        const soft = softmaxRow(teacher.data, n, classes);
        const logSoft = logSoftmaxRow(teacher.data, n, classes);
        for (let k = 0; k < classes; k++) {
          const divergence = at(soft, k) * (at(logSoft, k) - at(logProbabilities, k));
          distillation[t] = at(distillation, t) + divergence / batch;
          dCompared[k] = at(dCompared, k) + (at(probabilities, k) - at(soft, k)) / batch;
        }
        continue;
      }
      const onProbabilities = distillOn === 'probabilities';
      const mine = onProbabilities ? probabilities : row;
      const theirs = onProbabilities
        ? softmaxRow(teacher.data, n, classes)
        : teacher.data.subarray(n * classes, (n + 1) * classes);
      for (let k = 0; k < classes; k++) {
        const difference = at(mine, k) - at(theirs, k);
        distillation[t] = at(distillation, t) + difference ** 2 / (batch * classes);
        dCompared[k] = at(dCompared, k) + (2 * difference) / (batch * classes);
      }
    }
    // Through the softmax: dl_k = p_k · (dp_k − Σ_j p_j · dp_j).
    const inner = dCompared.reduce((a, d, k) => a + d * at(probabilities, k), 0);
    for (let k = 0; k < classes; k++) {
      const dDistillation =
        distillOn === 'probabilities'
          ? at(probabilities, k) * (at(dCompared, k) - inner)
          : at(dCompared, k);
      const dCrossEntropy = (at(probabilities, k) - target(k)) / batch;
      dLogits.data[n * classes + k] = scale * (dCrossEntropy + beta * dDistillation);
    }
  }
  const terms = zeros([LOSS_TERMS + teachers.length], logits);
  const sum = distillation.reduce((a, b) => a + b, 0);
  terms.data.set([crossEntropy, sum, correct, ...distillation]);
  return { terms, dLogits };
}
