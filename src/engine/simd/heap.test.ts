import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from './heap.ts';

const PAGE_BYTES = 65536;

function newHeap(pages = 1, maximum = 4096): Heap {
  return new Heap(new WebAssembly.Memory({ initial: pages, maximum }), 1000);
}

test('blocks start on cache lines, above the base', () => {
  const heap = newHeap();
  const starts = [1, 100, 64, 4000].map((bytes) => heap.allocate(bytes));
  for (const start of starts) {
    expect(start % 64).toBe(0);
    expect(start).toBeGreaterThanOrEqual(1000);
  }
});

test('kernels may read 32 bytes past a block that ends the memory', () => {
  const heap = newHeap();
  const start = heap.allocate(3 * PAGE_BYTES - 1024 - 32);
  expect(start + 3 * PAGE_BYTES - 1024).toBeLessThanOrEqual(heap.heapBytes);
});

test('takes the smallest free block that is large enough', () => {
  const heap = newHeap();
  const [large, , small] = [4000, 10, 2000, 10].map((bytes) => heap.allocate(bytes));
  heap.free(large ?? 0);
  heap.free(small ?? 0);
  expect(heap.allocate(1900)).toBe(small);
  expect(heap.allocate(1900)).toBe(large);
});

test('joins free neighbours in any order of freeing', () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    const heap = newHeap();
    const starts = [1000, 1000, 1000].map((bytes) => heap.allocate(bytes));
    heap.allocate(10);
    for (const i of order) heap.free(starts[i] ?? 0);
    expect(heap.allocate(3000)).toBe(starts[0]);
  }
});

test('freeing what is not in use is refused', () => {
  const heap = newHeap();
  const start = heap.allocate(10);
  heap.free(start);
  expect(() => heap.free(start)).toThrow('internal: no block in use');
});

test('says how much was asked for when memory is full', () => {
  const heap = newHeap(1, 2);
  const start = heap.allocate(PAGE_BYTES);
  expect(() => heap.allocate(PAGE_BYTES)).toThrow(/simd backend: \d+ bytes in use, no room/);
  heap.free(start);
  expect(heap.allocate(PAGE_BYTES)).toBe(start);
});

/** Takes and frees: a positive number takes that many bytes, another frees one of those taken. */
const actions = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: -100, max: -1 })),
  { maxLength: 80 },
);

function play(heap: Heap, script: readonly number[]): { starts: number[]; live: number[] } {
  const starts: number[] = [];
  const live: number[] = [];
  for (const action of script) {
    if (action > 0) {
      const start = heap.allocate(action);
      starts.push(start);
      live.push(start);
    } else if (live.length > 0) {
      const [start] = live.splice(-action % live.length, 1);
      heap.free(start ?? 0);
    }
  }
  return { starts, live };
}

test('blocks in use never overlap, and their bytes are counted', () => {
  fc.assert(
    fc.property(actions, (script) => {
      const heap = newHeap();
      const used = new Map<number, number>();
      let bytes = 0;
      for (const action of script) {
        if (action > 0) {
          const start = heap.allocate(action);
          for (const [other, size] of used) {
            expect(start + action <= other || other + size <= start).toBe(true);
          }
          used.set(start, action);
          bytes += action;
        } else if (used.size > 0) {
          const start = [...used.keys()][-action % used.size] ?? 0;
          bytes -= used.get(start) ?? 0;
          used.delete(start);
          heap.free(start);
        }
        expect(heap.bytesInUse).toBeGreaterThanOrEqual(bytes);
        expect(heap.bytesInUse).toBeLessThanOrEqual(bytes + used.size * 96);
      }
    }),
  );
});

test('a step that frees what it takes finds the same places again, whatever came before', () => {
  fc.assert(
    fc.property(actions, actions, (before, step) => {
      const heap = newHeap();
      play(heap, before);
      const first = play(heap, step);
      for (const start of first.live) heap.free(start);
      const { heapBytes } = heap;
      const second = play(heap, step);
      expect(second.starts).toEqual(first.starts);
      expect(heap.heapBytes).toBe(heapBytes);
    }),
  );
});
