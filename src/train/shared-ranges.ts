/**
 * @file Running activation ranges that all bit-widths share, as in the paper's code: after each step
 * they follow the batch's range at every quantized bit-width, from the highest down, so that the
 * lowest weighs most. Every worker of a team folds in all of them, in the same order.
 */
import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blend } from '../engine/kernels.ts';
import type { Exchange } from './exchange.ts';
import type { Replica } from './replica.ts';
import type { StepPlan } from './schedule.ts';

/** Old share kept at each bit-width of each step: the `momentum` of the paper's quantize.py. */
const SHARED_KEEP = 0.1;

/** @param exchange null when this replica trains all bit-widths */
export async function followRanges(
  replica: Replica,
  plan: StepPlan,
  exchange: Exchange | null,
): Promise<void> {
  const shared = replica.sharedRanges;
  if (shared.length === 0) return;
  const own = new Map<number, readonly Tensor[]>();
  for (const bits of plan.bits) {
    if (!replica.spec.ownBits.includes(bits)) continue;
    const observed = new Map(replica.takeRanges(bits).map(({ name, tensor }) => [name, tensor]));
    const ranges = shared.flatMap(({ name }) => observed.get(name) ?? []);
    own.set(bits, ranges);
    if (exchange === null) continue;
    const data = await flatten(ranges);
    exchange.publish({ step: plan.step, kind: 'ranges', bits, data });
  }
  let keep = plan.keep === 0 ? 0 : SHARED_KEEP;
  for (const bits of plan.bits) {
    let ranges = own.get(bits);
    if (ranges === undefined) {
      if (exchange === null) throw new Error(`internal: no ranges at ${bits} bits`);
      const data = await exchange.take({ step: plan.step, kind: 'ranges', bits });
      ranges = unflatten(
        data,
        shared.map(({ tensor }) => tensor.shape),
      );
    }
    if (ranges.length === 0) continue; // activations at full precision
    ranges.forEach((range, i) => {
      const running = shared[i];
      if (running !== undefined) blend(running.tensor, range, keep);
      range.dispose();
    });
    keep = SHARED_KEEP;
  }
}

async function flatten(tensors: readonly Tensor[]): Promise<Float32Array> {
  const flat = new Float32Array(tensors.reduce((length, { size }) => length + size, 0));
  let at = 0;
  for (const values of tensors) {
    flat.set(await values.data<'float32'>(), at);
    at += values.size;
  }
  return flat;
}

/** @returns none for no data */
function unflatten(flat: Float32Array, shapes: readonly (readonly number[])[]): Tensor[] {
  if (flat.length === 0) return [];
  let at = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const range = tensor(flat.slice(at, at + size), [...shape], 'float32');
    at += size;
    return range;
  });
}
