/**
 * @file The reference kernels as kernels of tfjs's `cpu` backend: slow, plain, for tests and for
 * comparing.
 */
import { registerKernel } from '@tensorflow/tfjs-core';
import type { DataId, DataType, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { KERNELS } from '../kernels.ts';
import { REFERENCE_KERNELS } from './reference-kernels.ts';
import type { NdArray, Values } from './nd-array.ts';

/** What is used of tfjs's cpu backend. */
interface CpuBackend {
  readonly data: { get(dataId: DataId): { values: Values } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Values): TensorInfo;
}

let isRegistered = false;

/** Register every kernel for backend 'cpu'. Calling again does nothing. */
export function registerReferenceKernels(): void {
  if (isRegistered) return;
  isRegistered = true;
  for (const kernelName of Object.values(KERNELS)) {
    registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs, backend }) => {
        const cpu = backend as CpuBackend;
        const arrays: Record<string, NdArray> = {};
        for (const [name, info] of Object.entries(inputs)) {
          if (info !== undefined) arrays[name] = arrayOf(cpu, info);
        }
        const outputs = REFERENCE_KERNELS[kernelName](arrays, (attrs ?? {}) as NamedAttrMap);
        return outputs.map(({ shape, data }) => cpu.makeTensorInfo([...shape], 'float32', data));
      },
    });
  }
}

/** The tensor's own storage: a kernel that works in place writes into it. */
function arrayOf(backend: CpuBackend, { dataId, shape }: TensorInfo): NdArray {
  return { shape, data: backend.data.get(dataId).values };
}
