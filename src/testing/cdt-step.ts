/**
 * @file One step of cascade distillation on the current backend, for comparing backends: the same
 * network, images and labels at every call.
 */
import { tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { accumulate, cdtLoss } from '../engine/kernels.ts';
import { Network } from '../nn/network.ts';
import { initialParameters } from '../nn/parameters.ts';
import { sbm } from '../quant/quantizer.ts';
import { namedModel } from '../spec/models.ts';
import type { ModelName } from '../spec/models.ts';
import { Rng } from '../util/rng.ts';

const LOSS = { beta: 0.5, labelSmoothing: 0, distillOn: 'logits' } as const;

export interface StepResult {
  /** Terms of `cdtLoss` by bit-width. */
  readonly terms: ReadonlyMap<number, Float32Array>;
  /** Gradients summed over bit-widths, by parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** @param bits descending */
export async function cdtStep(
  modelName: ModelName,
  bits: readonly number[],
  batch: number,
): Promise<StepResult> {
  const rng = new Rng(51);
  const model = namedModel(modelName);
  const network = new Network(model, sbm, initialParameters(model, bits, 51));
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, () => rng.normal());
  const x = tensor4d(images, [batch, 32, 32, 3]);
  const labels = tensor1d(
    Int32Array.from({ length: batch }, () => rng.int(10)),
    'int32',
  );
  const teachers: Tensor[] = [];
  const sums = new Map<string, Tensor>();
  const terms = new Map<number, Float32Array>();
  for (const width of bits) {
    const { logits, tape } = network.forward(x, width, 0);
    const loss = cdtLoss(logits, labels, teachers, { ...LOSS, scale: 1 / bits.length });
    teachers.push(logits.clone());
    terms.set(width, (await loss.terms.data<'float32'>()).slice());
    loss.terms.dispose();
    const gradients = tape.backward(logits, loss.dLogits);
    for (const { name, tensor } of network.trained(width)) {
      const gradient = gradients.get(tensor.id);
      if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
      const sum = sums.get(name);
      if (sum === undefined) {
        sums.set(name, gradient);
      } else {
        accumulate(sum, gradient, 1);
        gradient.dispose();
      }
    }
  }
  const gradients = new Map<string, Float32Array>();
  for (const [name, sum] of sums) {
    gradients.set(name, (await sum.data<'float32'>()).slice());
    sum.dispose();
  }
  for (const t of [...teachers, x, labels]) t.dispose();
  network.dispose();
  return { terms, gradients };
}

/** Length of the difference over the length of `expected`, of all values together. */
function relativeDistance(
  actual: Iterable<readonly [unknown, Float32Array]>,
  expected: ReadonlyMap<unknown, Float32Array>,
): number {
  let difference = 0;
  let whole = 0;
  for (const [key, values] of actual) {
    const others = expected.get(key);
    if (others === undefined) return Infinity;
    values.forEach((value, i) => {
      const other = others[i] ?? NaN;
      difference += (value - other) ** 2;
      whole += other ** 2;
    });
  }
  return Math.sqrt(difference / whole);
}

/** How far two steps are apart, relative to the second. */
export function stepDistance(
  actual: StepResult,
  expected: StepResult,
): { readonly terms: number; readonly gradients: number } {
  return {
    terms: relativeDistance(actual.terms, expected.terms),
    gradients: relativeDistance(actual.gradients, expected.gradients),
  };
}
