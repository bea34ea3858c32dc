/**
 * @file What the kernels use of tfjs's WebGPU backend, some of it private there.
 *
 * tfjs's own `runWebGPUProgram` writes one output per dispatch and builds a shader with helpers for
 * every input's shape; kernels with several outputs, or that write in place, need the parts below.
 * Dispatches recorded through them share the backend's command encoder, so they keep their order
 * with those of stock kernels, and its rules for releasing buffers.
 *
 * @source @tensorflow/tfjs-backend-webgpu 4.22, backend_webgpu.ts, `recordAndSubmit`.
 */
import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

interface TensorData {
  /** Copy on the CPU; must be dropped when the buffer is written into. */
  values: unknown;
  readonly dtype: DataType;
  readonly resource?: GPUBuffer;
}

interface BufferManager {
  acquireBuffer(size: number, usage: number): GPUBuffer;
}

export interface WebGpuBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly bufferManager: BufferManager;
  readonly tensorMap: { get(dataId: DataId): TensorData };
  readonly pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  readonly uniformPendingDisposal: GPUBuffer[];
  readonly supportTimestampQuery: boolean;
  /** Not null inside of `tf.time`: each dispatch is then a pass of its own, with a time. */
  readonly activeTimers: { name: string; query: Promise<number> }[] | null | undefined;
  readonly querySetCount: number;
  querySet: GPUQuerySet | null;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  getQueryTime(): Promise<number>;
  uploadToGPU(dataId: DataId): void;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  disposeData(dataId: DataId): boolean;
  checkCompileCompletionAsync(): Promise<void>;
  runWebGPUProgram: (...args: never[]) => unknown;
}

/** A new float32 tensor, without values yet. */
export function makeTensor(backend: WebGpuBackend, shape: readonly number[]): TensorInfo {
  return backend.makeTensorInfo([...shape], 'float32');
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Extent of dimension `axis`, from the last where negative. */
export function extent({ shape }: TensorInfo, axis: number): number {
  const value = shape.at(axis);
  if (value === undefined) throw new Error(`internal: no axis ${axis} in [${shape.join(', ')}]`);
  return value;
}

/** Rows and columns of a tensor seen as a matrix of its last dimension. */
export function matrixOf(tensor: TensorInfo): { rows: number; columns: number } {
  const columns = extent(tensor, -1);
  return { rows: sizeOf(tensor.shape) / columns, columns };
}
