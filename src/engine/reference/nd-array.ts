/**
 * @file Arrays with a shape, on which the reference kernels work.
 *
 * Float64Array makes an oracle, Float32Array the storage of a tfjs tensor; sums are kept in float64
 * either way. Reads are checked, because a reference must not be wrong quietly.
 */

/** Storage of an array; Int32Array for labels only. */
export type Values = Float32Array | Float64Array | Int32Array;

export interface NdArray {
  readonly shape: readonly number[];
  /** Row-major, as many as the product of `shape`. */
  readonly data: Values;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Element `index`, which must exist. */
export function at(data: ArrayLike<number>, index: number): number {
  const value = data[index];
  if (value === undefined) throw new Error(`internal: index ${index} outside of ${data.length}`);
  return value;
}

/** Extent of dimension `axis`; negative counts from the last. */
export function extent(array: NdArray, axis: number): number {
  return at(array.shape, axis < 0 ? array.shape.length + axis : axis);
}

/** Four extents of a rank-4 array. */
export function extents4(shape: readonly number[]): [number, number, number, number] {
  if (shape.length !== 4) throw new Error(`internal: expected rank 4, got [${shape.join(', ')}]`);
  return [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
}

/** An array of zeros in the precision of `like`. */
export function zeros(shape: readonly number[], like: NdArray): NdArray {
  const size = sizeOf(shape);
  const data = like.data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
  return { shape, data };
}

/** A new array with `value` of each index, in the precision of `like`. */
export function generate(
  shape: readonly number[],
  like: NdArray,
  value: (index: number) => number,
): NdArray {
  const result = zeros(shape, like);
  for (let i = 0; i < result.data.length; i++) result.data[i] = value(i);
  return result;
}
