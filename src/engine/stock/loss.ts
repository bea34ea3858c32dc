/** @file The loss of one bit-width and its gradient as stock tfjs ops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CdtLossAttrs } from '../kernels.ts';

/** @returns terms [LOSS_TERMS + teachers], dLogits [N, K] */
export function cdtLoss(
  logits: Tensor,
  labels: Tensor,
  teachers: readonly Tensor[],
  { beta, labelSmoothing, scale, distillOn }: CdtLossAttrs,
): Tensor[] {
  const [batch = 1, classes = 1] = logits.shape;
  const oneHot = tf.cast(tf.oneHot(labels, classes), 'float32');
  const goal = tf.add(tf.mul(oneHot, 1 - labelSmoothing), labelSmoothing / classes);
  const probabilities = tf.softmax(logits);
  const crossEntropy = tf.div(tf.neg(tf.sum(tf.mul(goal, tf.logSoftmax(logits)))), batch);
  const hits = tf.equal(tf.argMax(logits, 1), labels);
  const correct = tf.sum(tf.cast(hits, 'float32'));

  if (distillOn === 'soft-labels') {
    const soft = teachers.map((teacher) => tf.softmax(teacher));
    const divergences = teachers.map((teacher, i) => {
      const logRatio = tf.sub(tf.logSoftmax(teacher), tf.logSoftmax(logits));
      return tf.div(tf.sum(tf.mul(soft[i] as Tensor, logRatio)), batch);
    });
    const own = tf.div(tf.sub(probabilities, goal), batch);
    const pulls = soft.map((t) => tf.sub(probabilities, t));
    const pull = pulls.length === 0 ? own : tf.add(own, tf.mul(tf.addN(pulls), beta / batch));
    return [termsOf(crossEntropy, divergences, correct), tf.mul(pull, scale)];
  }
  const onProbabilities = distillOn === 'probabilities';
  const mine = onProbabilities ? probabilities : logits;
  const differences = teachers.map((teacher) =>
    tf.sub(mine, onProbabilities ? tf.softmax(teacher) : teacher),
  );
  const squares = differences.map((difference) => tf.mean(tf.square(difference)));

  let gradient = tf.div(tf.sub(probabilities, goal), batch);
  if (differences.length > 0) {
    const compared = tf.mul(tf.addN(differences), 2 / (batch * classes));
    const inner = tf.sum(tf.mul(compared, probabilities), 1, true);
    const distill = onProbabilities ? tf.mul(probabilities, tf.sub(compared, inner)) : compared;
    gradient = tf.add(gradient, tf.mul(distill, beta));
  }
  return [termsOf(crossEntropy, squares, correct), tf.mul(gradient, scale)];
}

function termsOf(crossEntropy: Tensor, teachers: readonly Tensor[], correct: Tensor): Tensor {
  const sum = teachers.length === 0 ? tf.scalar(0) : tf.addN([...teachers]);
  return tf.stack([crossEntropy, sum, correct, ...teachers]);
}
