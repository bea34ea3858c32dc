/** @file 32-bit floats as bytes, little end first wherever the file is read. */
import { SpecError } from '../util/errors.ts';

const FLOAT_BYTES = 4;

/** @returns one array after another */
export function fromFloats(arrays: readonly Float32Array[]): Uint8Array {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const view = new DataView(new ArrayBuffer(length * FLOAT_BYTES));
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      view.setFloat32(at, value, true);
      at += FLOAT_BYTES;
    }
  }
  return new Uint8Array(view.buffer);
}

/** @param sizes numbers in each array @throws SpecError when the bytes are not exactly those */
export function toFloats(
  bytes: Uint8Array,
  sizes: readonly number[],
  who: string,
): Float32Array<ArrayBuffer>[] {
  const needed = FLOAT_BYTES * sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== needed) {
    throw new SpecError(`${who}: expected ${needed} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return sizes.map((size) => {
    const array = new Float32Array(size);
    for (let i = 0; i < size; i++, at += FLOAT_BYTES) array[i] = view.getFloat32(at, true);
    return array;
  });
}

/**
 * Order bytes by their place in a float: all lowest ones first. Signs and exponents side by side are
 * alike, which saves a tenth of a zip of weights.
 * @param bytes a multiple of four; what is over stays at the end
 */
export function toPlanes(bytes: Uint8Array): Uint8Array {
  return reordered(bytes, (float, place, count) => [
    place * count + float,
    float * FLOAT_BYTES + place,
  ]);
}

/** The inverse of `toPlanes`. */
export function fromPlanes(bytes: Uint8Array): Uint8Array {
  return reordered(bytes, (float, place, count) => [
    float * FLOAT_BYTES + place,
    place * count + float,
  ]);
}

function reordered(
  bytes: Uint8Array,
  move: (float: number, place: number, count: number) => readonly [to: number, from: number],
): Uint8Array {
  const count = Math.floor(bytes.length / FLOAT_BYTES);
  const result = bytes.slice();
  for (let float = 0; float < count; float++) {
    for (let place = 0; place < FLOAT_BYTES; place++) {
      const [to, from] = move(float, place, count);
      result[to] = bytes[from] ?? 0;
    }
  }
  return result;
}
