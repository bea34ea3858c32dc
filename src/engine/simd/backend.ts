/**
 * @file A tfjs backend whose tensors live in the memory of a WebAssembly module.
 *
 * Kernels see addresses only; nothing is copied but by `write` and `read`. Not modelled: strings
 * and complex numbers, which nothing here uses.
 */
import { DataStorage, KernelBackend, engine } from '@tensorflow/tfjs-core';
import type { BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { Heap } from './heap.ts';
import type { SimdExports } from './module.ts';

/** Name of the backend in tfjs. */
export const SIMD_BACKEND = 'simd';

interface Block {
  readonly address: number;
  readonly length: number;
  readonly dtype: DataType;
  refCount: number;
}

type Values = Float32Array | Int32Array | Uint8Array;

export interface SimdMemory {
  readonly unreliable: boolean;
  /** Bytes of tensors and of the scratch that kernels share. */
  readonly bytesInUse: number;
  /** Bytes of the WebAssembly memory; it never shrinks. */
  readonly heapBytes: number;
}

let nextId = 0;

export class SimdBackend extends KernelBackend {
  readonly wasm: SimdExports;
  readonly #heap: Heap;
  readonly #blocks: DataStorage<Block>;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(wasm: SimdExports) {
    super();
    this.wasm = wasm;
    this.#heap = new Heap(wasm.memory, wasm.heapBase() >>> 0);
    this.#blocks = new DataStorage(this, engine());
  }

  /** Address of a tensor's first value. */
  address({ dataId }: TensorInfo): number {
    return this.#blocks.get(dataId).address;
  }

  /** Values of a tensor where they lie; valid until the next allocation. */
  view({ dataId }: TensorInfo): Values {
    return this.#viewOf(this.#blocks.get(dataId));
  }

  /** A new tensor whose values are not set. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    const length = shape.reduce((product, size) => product * size, 1);
    const dataId = { id: nextId++ };
    this.#blocks.set(dataId, this.#allocate(length, dtype, 1));
    return { dataId, shape: [...shape], dtype };
  }

  /** A tensor of another shape on the same values. */
  alias(info: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(info.dataId);
    return { dataId: info.dataId, shape: [...shape], dtype: info.dtype };
  }

  /** Memory for one kernel call, the same for all of them. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratchBytes > 0) this.#heap.free(this.#scratch);
      this.#scratch = this.#heap.allocate(bytes);
      this.#scratchBytes = bytes;
    }
    return this.#scratch;
  }

  override write(values: BackendValues | null, shape: number[], dtype: DataType): DataId {
    const dataId = { id: nextId++ };
    const length = shape.reduce((product, size) => product * size, 1);
    this.#store(dataId, values, length, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const length = shape.reduce((product, size) => product * size, 1);
    this.#store(dataId, values, length, dtype, refCount);
  }

  override readSync(dataId: DataId): BackendValues {
    return this.#viewOf(this.#blocks.get(dataId)).slice();
  }

  override read(dataId: DataId): Promise<BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#blocks.has(dataId)) return true;
    const block = this.#blocks.get(dataId);
    block.refCount--;
    if (!force && block.refCount > 0) return false;
    this.#heap.free(block.address);
    this.#blocks.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#blocks.numDataIds();
  }

  override refCount(dataId: DataId): number {
    return this.#blocks.has(dataId) ? this.#blocks.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.#blocks.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.#blocks.has(dataId)) this.#blocks.get(dataId).refCount--;
  }

  override memory(): SimdMemory {
    const { bytesInUse, heapBytes } = this.#heap;
    return { unreliable: false, bytesInUse, heapBytes };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override dispose(): void {
    // The memory goes when the last reference to the module does.
  }

  #allocate(length: number, dtype: DataType, refCount: number): Block {
    const bytesPerValue = dtype === 'bool' ? 1 : 4;
    if (dtype === 'string' || dtype === 'complex64') {
      throw new Error(`simd backend: expected float32, int32 or bool, got ${dtype}`);
    }
    return { address: this.#heap.allocate(length * bytesPerValue), length, dtype, refCount };
  }

  #store(
    dataId: DataId,
    values: BackendValues | null,
    length: number,
    dtype: DataType,
    refCount: number,
  ): void {
    const block = this.#allocate(length, dtype, refCount);
    this.#blocks.set(dataId, block);
    if (values !== null) this.#viewOf(block).set(values as Values);
  }

  #viewOf({ address, length, dtype }: Block): Values {
    const { buffer } = this.#heap.bytes;
    if (dtype === 'int32') return new Int32Array(buffer, address, length);
    if (dtype === 'bool') return new Uint8Array(buffer, address, length);
    return new Float32Array(buffer, address, length);
  }
}
