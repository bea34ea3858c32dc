/** @file Making the backend known to tfjs. */
import { registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { SIMD_BACKEND, SimdBackend } from './backend.ts';
import * as batchNormKernels from './kernels/batch-norm.ts';
import * as convKernels from './kernels/conv.ts';
import * as depthwiseKernels from './kernels/depthwise.ts';
import * as elementwiseKernels from './kernels/elementwise.ts';
import * as lossKernels from './kernels/loss.ts';
import * as mixingKernels from './kernels/mixing.ts';
import * as quantizationKernels from './kernels/quantization.ts';
import * as quantizerKernels from './kernels/quantizers.ts';
import * as tensorKernels from './kernels/tensors.ts';
import * as updateKernels from './kernels/updates.ts';
import { instantiate } from './module.ts';

const CONFIGS: readonly KernelConfig[] = [
  batchNormKernels,
  convKernels,
  depthwiseKernels,
  elementwiseKernels,
  lossKernels,
  mixingKernels,
  quantizationKernels,
  quantizerKernels,
  tensorKernels,
  updateKernels,
].flatMap((file) => Object.values<KernelConfig>(file));

let backend: SimdBackend | null = null;

/**
 * Register the backend as 'simd' with all its kernels; `setBackend('simd')` then chooses it. Calling
 * again does nothing.
 * @param module one of build/simd/*.wasm, compiled or as bytes; `relaxed` where `supportedVariant`
 *               says so
 * @returns      the backend
 */
export function registerSimdBackend(module: WebAssembly.Module | BufferSource): SimdBackend {
  if (backend !== null) return backend;
  const created = new SimdBackend(instantiate(module));
  backend = created;
  registerBackend(SIMD_BACKEND, () => created);
  for (const config of CONFIGS) registerKernel(config);
  return created;
}
