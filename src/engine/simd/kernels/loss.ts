/**
 * @file Loss of one bit-width with its gradient: a few thousand values, so float64 in plain
 * TypeScript, in place of an exponential of our own in float32.
 */
import { KERNELS, LOSS_TERMS } from '../../kernels.ts';
import type { CdtLossAttrs } from '../../kernels.ts';
import { defineKernel } from './define.ts';

type LossAttrs = Pick<CdtLossAttrs, 'beta' | 'labelSmoothing' | 'scale' | 'distillOn'> & {
  readonly teachers: number;
};

/** Softmax of one row of logits into `to`. @returns log of the sum of exponentials */
function softmax(row: Float32Array, to: Float64Array): number {
  let largest = -Infinity;
  for (const logit of row) if (logit > largest) largest = logit;
  let sum = 0;
  for (const [k, logit] of row.entries()) {
    const exponential = Math.exp(logit - largest);
    to[k] = exponential;
    sum += exponential;
  }
  for (const [k, exponential] of to.entries()) to[k] = exponential / sum;
  return largest + Math.log(sum);
}

/** Index of the largest logit, the first on ties. */
function firstLargest(row: Float32Array): number {
  let best = 0;
  for (const [k, logit] of row.entries()) if (logit > (row[best] ?? 0)) best = k;
  return best;
}

export const cdtLoss = defineKernel<'logits' | 'labels', LossAttrs>(
  KERNELS.cdtLoss,
  (backend, inputs, { beta, labelSmoothing, scale, distillOn, teachers }) => {
    const { logits, labels } = inputs;
    const [batch = 1, classes = 1] = logits.shape;
    const terms = backend.output([LOSS_TERMS + teachers]);
    const dLogits = backend.output([batch, classes]);
    // Views after the allocations, which may move the memory.
    const values = backend.view(logits) as Float32Array;
    const labelValues = backend.view(labels);
    const gradient = backend.view(dLogits) as Float32Array;
    const teacherValues = Array.from({ length: teachers }, (_, i) => {
      const teacher = inputs[`teacher${i}`];
      if (teacher === undefined) throw new Error(`internal: cdtLoss without teacher ${i}`);
      return backend.view(teacher) as Float32Array;
    });

    const onProbabilities = distillOn === 'probabilities';
    /** Of a teacher's term: softmax's own gradient already leads to the logits. */
    const onSoftLabels = distillOn === 'soft-labels';
    const perTerm = onSoftLabels ? batch : batch * classes;
    const probabilities = new Float64Array(classes);
    const teacherProbabilities = new Float64Array(classes);
    const dCompared = new Float64Array(classes);
    let crossEntropy = 0;
    const distillation = new Float64Array(teachers);
    let correct = 0;
    for (let n = 0; n < batch; n++) {
      const row = values.subarray(n * classes, (n + 1) * classes);
      const label = labelValues[n] ?? -1;
      const logSum = softmax(row, probabilities);
      if (firstLargest(row) === label) correct++;

      dCompared.fill(0);
      for (const [t, teacher] of teacherValues.entries()) {
        const teacherRow = teacher.subarray(n * classes, (n + 1) * classes);
        if (onSoftLabels) {
          const teacherLogSum = softmax(teacherRow, teacherProbabilities);
          for (let k = 0; k < classes; k++) {
            const soft = teacherProbabilities[k] ?? 0;
            const logRatio = (teacherRow[k] ?? 0) - teacherLogSum - (row[k] ?? 0) + logSum;
            distillation[t] = (distillation[t] ?? 0) + soft * logRatio;
            dCompared[k] = (dCompared[k] ?? 0) + ((probabilities[k] ?? 0) - soft) / batch;
          }
          continue;
        }
        if (onProbabilities) softmax(teacherRow, teacherProbabilities);
        const mine = onProbabilities ? probabilities : row;
        const theirs = onProbabilities ? teacherProbabilities : teacherRow;
        for (let k = 0; k < classes; k++) {
          const difference = (mine[k] ?? 0) - (theirs[k] ?? 0);
          distillation[t] = (distillation[t] ?? 0) + difference * difference;
          dCompared[k] = (dCompared[k] ?? 0) + (2 * difference) / (batch * classes);
        }
      }
      // Through the softmax: dl_k = p_k · (dp_k − Σ_j p_j · dp_j).
      let inner = 0;
      for (let k = 0; k < classes; k++) inner += (dCompared[k] ?? 0) * (probabilities[k] ?? 0);
      for (let k = 0; k < classes; k++) {
        const probability = probabilities[k] ?? 0;
        const target = labelSmoothing / classes + (k === label ? 1 - labelSmoothing : 0);
        if (target !== 0) crossEntropy += target * (logSum - (row[k] ?? 0));
        const compared = dCompared[k] ?? 0;
        const dDistillation = onProbabilities ? probability * (compared - inner) : compared;
        gradient[n * classes + k] = scale * ((probability - target) / batch + beta * dDistillation);
      }
    }
    const shares = distillation.map((sum) => sum / perTerm);
    const sum = shares.reduce((a, b) => a + b, 0);
    backend.view(terms).set([crossEntropy / batch, sum, correct, ...shares]);
    return [terms, dLogits];
  },
);
