/**
 * @file Blocks of a growing WebAssembly memory.
 *
 * Best fit, the lowest address on ties, free neighbours joined, the unused end taken last. Where a
 * block goes thus depends on nothing but the blocks in use, so a training step that frees all it
 * takes finds the same places in every step: memory is planned by the first step and never grows
 * after the second.
 */

/** Blocks start at multiples of this: a cache line. */
const ALIGNMENT = 64;
/** Kernels may read this far past a block (never write). */
const READ_PAST = 32;
const PAGE_BYTES = 65536;
/** Memory grows by at least this much at a time. */
const GROWTH_BYTES = 4 << 20;

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

export class Heap {
  readonly #memory: WebAssembly.Memory;
  /** Free blocks by rising address; no two touch, none touches the end. */
  readonly #freeStarts: number[] = [];
  readonly #freeSizes: number[] = [];
  readonly #usedSizes = new Map<number, number>();
  /** End of the last block that was ever in use. */
  #end: number;
  #bytesInUse = 0;
  #bytes = new Uint8Array();

  /** @param base first byte that may be used */
  constructor(memory: WebAssembly.Memory, base: number) {
    this.#memory = memory;
    this.#end = aligned(base);
  }

  /** Bytes of blocks in use. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** Bytes of the whole memory; it never shrinks. */
  get heapBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** The memory, valid until the next `allocate`. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) {
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    return this.#bytes;
  }

  /** @returns address of a block of at least `bytes`, not cleared */
  allocate(bytes: number): number {
    const size = aligned(bytes + READ_PAST);
    const start = this.#takeFree(size) ?? this.#takeEnd(size);
    this.#usedSizes.set(start, size);
    this.#bytesInUse += size;
    return start;
  }

  free(start: number): void {
    const size = this.#usedSizes.get(start);
    if (size === undefined) throw new Error(`internal: no block in use starts at ${start}`);
    this.#usedSizes.delete(start);
    this.#bytesInUse -= size;
    this.#giveBack(start, size);
  }

  #takeFree(size: number): number | null {
    let best = -1;
    let bestSize = Infinity;
    for (let i = 0; i < this.#freeSizes.length; i++) {
      const free = this.#freeSizes[i] ?? 0;
      if (free >= size && free < bestSize) {
        best = i;
        bestSize = free;
        if (free === size) break;
      }
    }
    const start = this.#freeStarts[best];
    if (start === undefined) return null;
    if (bestSize === size) {
      this.#freeStarts.splice(best, 1);
      this.#freeSizes.splice(best, 1);
    } else {
      this.#freeStarts[best] = start + size;
      this.#freeSizes[best] = bestSize - size;
    }
    return start;
  }

  #takeEnd(size: number): number {
    const start = this.#end;
    const missing = start + size - this.heapBytes;
    if (missing > 0) {
      this.#grow(missing);
    }
    this.#end = start + size;
    return start;
  }

  #grow(missing: number): void {
    const heap = this.heapBytes;
    // A little ahead, then exactly, before giving up.
    for (const bytes of [Math.max(missing, GROWTH_BYTES), missing]) {
      try {
        this.#memory.grow(Math.ceil(bytes / PAGE_BYTES));
        return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    throw new RangeError(
      `simd backend: ${this.#bytesInUse} bytes in use, no room for ${missing} more ` +
        `in a memory of ${heap} bytes (4 GiB at most)`,
    );
  }

  #giveBack(start: number, size: number): void {
    const starts = this.#freeStarts;
    const sizes = this.#freeSizes;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    const before = low - 1;
    const beforeStart = starts[before];
    const beforeSize = sizes[before] ?? 0;
    if (beforeStart !== undefined && beforeStart + beforeSize === start) {
      starts.splice(before, 1);
      sizes.splice(before, 1);
      start = beforeStart;
      size += beforeSize;
      low = before;
    }
    if (starts[low] === start + size) {
      size += sizes[low] ?? 0;
      starts.splice(low, 1);
      sizes.splice(low, 1);
    }
    if (start + size === this.#end) {
      this.#end = start;
      return;
    }
    starts.splice(low, 0, start);
    sizes.splice(low, 0, size);
  }
}
