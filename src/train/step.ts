/**
 * @file One step of cascade distillation training, as each worker of a team runs it.
 *
 * A worker takes its bit-widths from high to low: forward, wait for the logits of the teachers that
 * others hold, loss and backward. Gradients of the shared weights are summed from the highest
 * bit-width down, whoever computed them: the same bytes with any number of workers.
 */
import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Exchange } from './exchange.ts';
import type { Replica } from './replica.ts';
import { teachersOf } from './schedule.ts';
import type { StepPlan } from './schedule.ts';
import { followRanges } from './shared-ranges.ts';

type Gradients = Map<string, Tensor>;

/** @param exchange null when this replica trains all bit-widths */
export async function runStep(
  replica: Replica,
  plan: StepPlan,
  exchange: Exchange | null,
): Promise<void> {
  const { ownBits, training } = replica.spec;
  const isOwn = (bits: number): boolean => ownBits.includes(bits);
  if (exchange !== null) {
    exchange.forgetBefore(plan.step);
    if (plan.startsFrom !== null) await handOver(replica, plan.step, plan.startsFrom, exchange);
  }
  replica.begin(plan);

  const logitsByBits = new Map<number, Tensor>();
  const gradientsByBits = new Map<number, Gradients>();
  const isTeacher = (bits: number): boolean =>
    plan.bits.some((other) => teachersOf(training.method, other, plan.bits).includes(bits));
  for (const bits of plan.bits.filter(isOwn)) {
    const logits = replica.forward(bits, plan);
    logitsByBits.set(bits, logits.clone());
    if (exchange !== null && isTeacher(bits)) {
      const data = (await logits.data<'float32'>()).slice();
      exchange.publish({ step: plan.step, kind: 'logits', bits, data });
    }
    const teachers: Tensor[] = [];
    for (const teacher of teachersOf(training.method, bits, plan.bits)) {
      let known = logitsByBits.get(teacher);
      if (known === undefined) {
        if (exchange === null) throw new Error(`internal: no logits at ${teacher} bits`);
        const data = await exchange.take({ step: plan.step, kind: 'logits', bits: teacher });
        known = tensor2d(data, logits.shape as [number, number], 'float32');
        logitsByBits.set(teacher, known);
      }
      teachers.push(known);
    }
    const gradients = replica.backward(bits, plan, teachers);
    gradientsByBits.set(bits, gradients);
    if (exchange !== null && replica.shared.length > 0) {
      const data = await flatten(replica, gradients);
      exchange.publish({ step: plan.step, kind: 'gradients', bits, data });
    }
  }
  for (const logits of logitsByBits.values()) logits.dispose();

  await followRanges(replica, plan, exchange);
  if (replica.shared.length === 0) return; // separate nets: all is done
  const gradients = await allGradients(replica, plan, gradientsByBits, exchange);
  replica.apply(plan, gradients);
  for (const byName of gradients) for (const gradient of byName.values()) gradient.dispose();
}

/** Of every bit-width of the step, in its order: the order of the sum. */
async function allGradients(
  replica: Replica,
  plan: StepPlan,
  own: ReadonlyMap<number, Gradients>,
  exchange: Exchange | null,
): Promise<Gradients[]> {
  const all: Gradients[] = [];
  for (const bits of plan.bits) {
    let gradients = own.get(bits);
    if (gradients === undefined) {
      if (exchange === null) throw new Error(`internal: no gradients at ${bits} bits`);
      const data = await exchange.take({ step: plan.step, kind: 'gradients', bits });
      gradients = unflatten(replica, data);
    }
    all.push(gradients);
  }
  return all;
}

/** The owner of a bit-width gives its values to all: others start from its batch norm. */
async function handOver(
  replica: Replica,
  step: number,
  from: number,
  exchange: Exchange,
): Promise<void> {
  const message = { step, kind: 'handover', bits: from } as const;
  const arrays = await replica.snapshot([from], false);
  if (replica.spec.ownBits.includes(from)) {
    const data = new Float32Array(arrays.reduce((n, array) => n + array.data.length, 0));
    let at = 0;
    for (const array of arrays) {
      data.set(array.data, at);
      at += array.data.length;
    }
    exchange.publish({ ...message, data });
    return;
  }
  const data = await exchange.take(message);
  let at = 0;
  const values = arrays.map(({ name, shape, data: old }) => {
    const slice = data.slice(at, at + old.length);
    at += old.length;
    return { name, shape, data: slice };
  });
  replica.load(values);
}

async function flatten(replica: Replica, gradients: Gradients): Promise<Float32Array> {
  const length = replica.shared.reduce((n, parameter) => n + parameter.tensor.size, 0);
  const flat = new Float32Array(length);
  let at = 0;
  for (const { name } of replica.shared) {
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
    flat.set(await gradient.data<'float32'>(), at);
    at += gradient.size;
  }
  return flat;
}

function unflatten(replica: Replica, flat: Float32Array): Gradients {
  const gradients: Gradients = new Map();
  let at = 0;
  for (const { name, tensor: parameter } of replica.shared) {
    const data = flat.slice(at, at + parameter.size);
    gradients.set(name, tensor(data, parameter.shape, 'float32'));
    at += parameter.size;
  }
  return gradients;
}
