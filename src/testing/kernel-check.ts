/** @file Checking one kernel of the current tfjs backend against the float64 reference. */
import { engine, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NdArray } from '../engine/reference/nd-array.ts';
import { REFERENCE_KERNELS, WRITTEN_INPUTS } from '../engine/reference/reference-kernels.ts';
import type { KernelCase } from './kernel-cases.ts';
import { leaked } from './leak.ts';
import { describeDifference } from './matchers.ts';
import type { Tolerance } from './tolerances.ts';

/** Float64 copies, so that the reference rounds nothing; labels stay integers. */
function widened(inputs: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const copies: Record<string, NdArray> = {};
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    copies[name] = {
      shape,
      data: data instanceof Int32Array ? data.slice() : Float64Array.from(data),
    };
  }
  return copies;
}

function toTensors(inputs: Readonly<Record<string, NdArray>>): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    const dtype = data instanceof Int32Array ? 'int32' : 'float32';
    // A copy: the cpu backend keeps the array that it is given.
    tensors[name] = tensor(
      data instanceof Int32Array ? data.slice() : Float32Array.from(data),
      [...shape],
      dtype,
    );
  }
  return tensors;
}

/**
 * Run `kernelCase` on the current backend: outputs within the tolerance, inputs untouched but for
 * those the kernel writes into, nothing left behind.
 * @returns one sentence per fault; none where the kernel is right
 */
export async function checkKernelCase(
  kernelCase: KernelCase,
  tolerance: Tolerance,
): Promise<string[]> {
  const { kernel, attrs } = kernelCase;
  const faults: string[] = [];
  const compare = async (what: string, actual: Tensor, expected: NdArray): Promise<void> => {
    if (actual.shape.join() !== expected.shape.join()) {
      faults.push(
        `${what}: expected shape [${expected.shape.join()}], got [${actual.shape.join()}]`,
      );
      return;
    }
    const difference = describeDifference(await actual.data(), expected.data, tolerance);
    if (difference !== null) faults.push(`${what}: ${difference}`);
  };

  const reference = widened(kernelCase.inputs());
  const expected = REFERENCE_KERNELS[kernel](reference, attrs);
  const leak = await leaked(async () => {
    const inputs = toTensors(kernelCase.inputs());
    const result: unknown = engine().runKernel(kernel, inputs, { ...attrs } as never);
    const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
    if (outputs.length !== expected.length) {
      faults.push(`expected ${expected.length} outputs, got ${outputs.length}`);
    }
    for (const [i, array] of expected.entries()) {
      const output = outputs[i];
      if (output !== undefined) await compare(`output ${i}`, output, array);
    }
    // The reference has written into its own inputs where the kernel does.
    for (const [name, input] of Object.entries(inputs)) {
      const array = reference[name];
      const isWritten = WRITTEN_INPUTS[kernel]?.test(name) ?? false;
      if (array !== undefined) await compare(isWritten ? name : `input ${name}`, input, array);
    }
    for (const t of [...outputs, ...Object.values(inputs)]) t.dispose();
  });
  if (leak.tensors !== 0 || leak.buffers !== 0) {
    faults.push(`left ${leak.tensors} tensors and ${leak.buffers} buffers behind`);
  }
  return faults;
}
