/** @file Reference of the residual sum, ReLU, pooling and bias kernels (meaning: ../kernels.ts). */
import type { RangeScope } from '../kernels.ts';
import { rectify } from './batch-norm.ts';
import { at, extent, extents4, generate, zeros } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';
import { range } from './quantization.ts';

export function add(
  a: NdArray,
  b: NdArray,
  { relu, scope }: { readonly relu: boolean; readonly scope: RangeScope },
): { readonly y: NdArray; readonly range: NdArray | null } {
  const y = generate(a.shape, a, (i) => {
    const sum = at(a.data, i) + at(b.data, i);
    return relu ? rectify(sum) : sum;
  });
  return { y, range: scope === 'none' ? null : range(y, scope) };
}

export function reluBack(dy: NdArray, y: NdArray): NdArray {
  return generate(dy.shape, dy, (i) => (at(y.data, i) > 0 ? at(dy.data, i) : 0));
}

export function globalPool(x: NdArray): NdArray {
  const [batch, height, width, channels] = extents4(x.shape);
  const pixels = height * width;
  return generate([batch, channels], x, (i) => {
    const n = Math.floor(i / channels);
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      sum += at(x.data, (n * pixels + pixel) * channels + (i % channels));
    }
    return sum / pixels;
  });
}

export function globalPoolBack(dy: NdArray, height: number, width: number): NdArray {
  const batch = extent(dy, 0);
  const channels = extent(dy, 1);
  const pixels = height * width;
  return generate([batch, height, width, channels], dy, (i) => {
    const n = Math.floor(i / (pixels * channels));
    return at(dy.data, n * channels + (i % channels)) / pixels;
  });
}

export function bias(x: NdArray, b: NdArray): NdArray {
  const columns = extent(x, 1);
  return generate(x.shape, x, (i) => at(x.data, i) + at(b.data, i % columns));
}

export function columnSum(x: NdArray): NdArray {
  const columns = extent(x, 1);
  const result = zeros([columns], x);
  for (let k = 0; k < columns; k++) {
    let sum = 0;
    for (let i = k; i < x.data.length; i += columns) sum += at(x.data, i);
    result.data[k] = sum;
  }
  return result;
}
