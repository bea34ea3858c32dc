/**
 * @file Where a step of cascade distillation on the speed net spends its time: per kernel, calls,
 * milliseconds, GFLOP/s and the GB/s of what it must read and write at least. `bestMs` counts each
 * call as the fastest of its kind, which tells more on a machine with other work to do.
 *
 * Takes: [steps] [backend] [shapes] — 10 steps by default; `simd` is the only backend so far; `shapes` tells every
 * shape apart.
 */
import {
  engine,
  getKernelsForBackend,
  memory,
  ready,
  registerKernel,
  setBackend,
  tensor1d,
  tensor4d,
  unregisterKernel,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { accumulate, cdtLoss, sgd } from '../src/engine/kernels.ts';
import { supportedVariant } from '../src/engine/simd/module.ts';
import { Network } from '../src/nn/network.ts';
import { initialParameters, isTrained } from '../src/nn/parameters.ts';
import { sbm } from '../src/quant/quantizer.ts';
import { namedModel } from '../src/spec/models.ts';
import { registerSimdInNode } from '../src/testing/simd.ts';
import { SpecError } from '../src/util/errors.ts';
import { Rng } from '../src/util/rng.ts';
import type { Row, Rows } from './row.ts';

const BITS = [32, 16, 12, 8, 4];
const BATCH = 64;
const WARM_UP_STEPS = 3;
const SGD = { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 };
const LOSS = {
  beta: 1,
  labelSmoothing: 0,
  scale: 1 / BITS.length,
  distillOn: 'logits',
} as const;

/** Calls of one kernel with one set of shapes. */
interface Tally {
  readonly kernel: string;
  readonly shapes: string;
  calls: number;
  ms: number;
  fastestMs: number;
  flop: number;
  bytes: number;
}

export const rows: Rows = async (args, say) => {
  const { steps, backendName, byShape } = parse(args);
  registerSimdInNode();
  say(`module: ${supportedVariant()}`);
  await setBackend(backendName);
  await ready();
  const step = prepareStep();
  for (let i = 0; i < WARM_UP_STEPS; i++) step();

  const cpuBefore = process.cpuUsage();
  const times = Array.from({ length: steps }, () => timeOf(step)).sort((a, b) => a - b);
  const stepMs = times[times.length >> 1] ?? NaN;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuMs = (cpu.user + cpu.system) / 1000 / steps;
  const heap = engine().backend.memory() as { heapBytes?: number };
  say(`median ${stepMs.toFixed(1)} ms, fastest ${times[0]?.toFixed(1)} ms a step`);
  say(`${cpuMs.toFixed(1)} ms of processor time a step, all threads of the process`);
  say(
    `${memory().numTensors} tensors, ${((heap.heapBytes ?? 0) / 2 ** 20).toFixed(0)} MiB of heap`,
  );

  const tallies = tally(backendName);
  for (let i = 0; i < steps; i++) step();
  const groups = new Map<string, Tally[]>();
  for (const one of tallies.values()) {
    const key = byShape ? `${one.kernel} ${one.shapes}` : one.kernel;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const perKernel = [...groups].map(([kernel, members]) => rowOf(kernel, members, steps));
  const bestMs = perKernel.reduce((sum, row) => sum + Number(row['bestMs']), 0);
  return [
    { kernel: 'whole step', calls: undefined, ms: stepMs, bestMs },
    ...perKernel.sort((a, b) => Number(b['bestMs']) - Number(a['bestMs'])),
  ];
};

/** Sum of some tallies, per step. */
function rowOf(kernel: string, members: readonly Tally[], steps: number): Row {
  const sum = (of: (member: Tally) => number): number =>
    members.reduce((total, member) => total + of(member), 0) / steps;
  const bestMs = sum(({ calls, fastestMs }) => calls * fastestMs);
  const flop = sum((member) => member.flop);
  return {
    kernel,
    calls: sum((member) => member.calls),
    ms: sum((member) => member.ms),
    bestMs,
    gflopPerS: flop === 0 ? undefined : flop / bestMs / 1e6,
    gbPerS: sum((member) => member.bytes) / bestMs / 1e6,
  };
}

function parse([steps = '10', backendName = 'simd', detail = '']: readonly string[]): {
  readonly steps: number;
  readonly backendName: string;
  readonly byShape: boolean;
} {
  if (!/^[1-9]\d*$/.test(steps)) {
    throw new SpecError(`bench kernels: expected a number of steps, got ${steps}`);
  }
  if (backendName !== 'simd') {
    throw new SpecError(`bench kernels: expected the backend simd, got ${backendName}`);
  }
  if (detail !== '' && detail !== 'shapes') {
    throw new SpecError(`bench kernels: expected shapes or nothing, got ${detail}`);
  }
  return { steps: Number(steps), backendName, byShape: detail === 'shapes' };
}

function timeOf(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** A step on one batch: forward and backward of every bit-width, highest first, one update. */
function prepareStep(): () => void {
  const rng = new Rng(1);
  const model = namedModel('speed-net');
  const network = new Network(model, sbm, initialParameters(model, BITS, 1));
  const x = tensor4d(
    Float32Array.from({ length: BATCH * 32 * 32 * 3 }, () => rng.normal()),
    [BATCH, 32, 32, 3],
  );
  const labels = tensor1d(
    Int32Array.from({ length: BATCH }, () => rng.int(10)),
    'int32',
  );
  const trained = [...network.parameters.values()].filter(({ role }) => isTrained(role));
  const velocities = new Map(trained.map(({ name, tensor }) => [name, zeros(tensor.shape)]));
  return () => {
    const teachers: Tensor[] = [];
    const sums = new Map<string, Tensor>();
    for (const bits of BITS) {
      const { logits, tape } = network.forward(x, bits, 0.9);
      const { terms, dLogits } = cdtLoss(logits, labels, teachers, LOSS);
      teachers.push(logits.clone());
      const gradients = tape.backward(logits, dLogits);
      terms.dispose();
      for (const { name, tensor } of network.trained(bits)) {
        const gradient = gradients.get(tensor.id);
        if (gradient === undefined) throw new Error(`internal: no gradient for ${name}`);
        const sum = sums.get(name);
        if (sum === undefined) sums.set(name, gradient);
        else {
          accumulate(sum, gradient, 1);
          gradient.dispose();
        }
      }
    }
    for (const { name, tensor } of trained) {
      const gradient = sums.get(name);
      const velocity = velocities.get(name);
      if (gradient === undefined || velocity === undefined) continue;
      sgd(tensor, velocity, gradient, SGD);
      gradient.dispose();
    }
    for (const teacher of teachers) teacher.dispose();
  };
}

/** Wrap every kernel of a backend in a clock. @returns what they add up to, filled as they run */
function tally(backendName: string): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const config of [...getKernelsForBackend(backendName)]) {
    const { kernelName, kernelFunc } = config;
    unregisterKernel(kernelName, backendName);
    registerKernel({
      ...config,
      kernelFunc: (params) => {
        const start = performance.now();
        const outputs = kernelFunc(params);
        const ms = performance.now() - start;
        const out = Array.isArray(outputs) ? outputs : [outputs];
        const inputs = Object.values(params.inputs).filter((input) => input !== undefined);
        const shapes = [...inputs, ...out].map(({ shape }) => shape.join('×')).join(' ');
        const key = `${kernelName} ${shapes} ${params.attrs?.['steps'] === 0}`;
        const one = tallies.get(key) ?? {
          kernel: kernelName,
          shapes,
          calls: 0,
          ms: 0,
          fastestMs: Infinity,
          flop: 0,
          bytes: 0,
        };
        one.calls++;
        one.ms += ms;
        one.fastestMs = Math.min(one.fastestMs, ms);
        one.flop += flopOf(params.inputs, out, params.attrs ?? {});
        one.bytes += [...inputs, ...out].reduce((bytes, { shape }) => bytes + 4 * sizeOf(shape), 0);
        tallies.set(key, one);
        return outputs;
      },
    });
  }
  return tallies;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Operations of a convolution or one of its gradients: 2 · taps · values of the output. */
function flopOf(
  inputs: Readonly<Record<string, TensorInfo | undefined>>,
  outputs: readonly TensorInfo[],
  attrs: Readonly<Record<string, unknown>>,
): number {
  if (attrs['padHeight'] === undefined) return 0;
  const filter = (attrs['filterShape'] as number[] | undefined) ?? inputs['w']?.shape ?? [];
  const result = inputs['dy']?.shape ?? outputs[0]?.shape ?? [];
  const [height = 1, width = 1, channels = 1, columns = 1] = filter;
  const perValue = columns === 1 ? height * width : height * width * channels;
  return 2 * sizeOf(result) * perValue;
}
