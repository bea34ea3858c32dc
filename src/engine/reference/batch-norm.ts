/** @file Reference of the batch-norm kernels and their gradient (meaning: ../kernels.ts). */
import type { RangeScope } from '../kernels.ts';
import { at, extent, generate, zeros } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';
import { range } from './quantization.ts';

export interface BatchNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Values below 0 become 0; NaN stays, so that a diverged run is seen. */
export function rectify(value: number): number {
  return value < 0 ? 0 : value;
}

/** Mean and biased variance over all but the last dimension. @returns [2, C] in float64 */
function momentsOf(x: NdArray): NdArray {
  const channels = extent(x, -1);
  const rows = x.data.length / channels;
  const moments = { shape: [2, channels], data: new Float64Array(2 * channels) };
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < x.data.length; i += channels) sum += at(x.data, i);
    const mean = sum / rows;
    let squares = 0;
    for (let i = c; i < x.data.length; i += channels) squares += (at(x.data, i) - mean) ** 2;
    moments.data[c] = mean;
    moments.data[channels + c] = squares / rows;
  }
  return moments;
}

/** `(x − mean) / sqrt(var + epsilon)` of flat index `i`. @param moments [2, C] */
function standardized(x: NdArray, moments: NdArray, epsilon: number, i: number): number {
  const channels = extent(x, -1);
  const c = i % channels;
  const deviation = Math.sqrt(at(moments.data, channels + c) + epsilon);
  return (at(x.data, i) - at(moments.data, c)) / deviation;
}

function shifted(affine: NdArray, i: number, value: number): number {
  const channels = extent(affine, 1);
  const c = i % channels;
  return at(affine.data, c) * value + at(affine.data, channels + c);
}

export function batchNormInfer(
  x: NdArray,
  moments: NdArray,
  affine: NdArray,
  { epsilon, relu }: BatchNormAttrs,
): NdArray {
  return generate(x.shape, x, (i) => {
    const y = shifted(affine, i, standardized(x, moments, epsilon, i));
    return relu ? rectify(y) : y;
  });
}

export function batchNorm(
  x: NdArray,
  affine: NdArray,
  attrs: BatchNormAttrs & { readonly scope: RangeScope },
): { readonly y: NdArray; readonly stats: NdArray; readonly range: NdArray | null } {
  const moments = momentsOf(x);
  const y = batchNormInfer(x, moments, affine, attrs);
  return {
    y,
    stats: generate(moments.shape, x, (i) => at(moments.data, i)),
    range: attrs.scope === 'none' ? null : range(y, attrs.scope),
  };
}

export function batchNormBack(
  dy: NdArray,
  x: NdArray,
  stats: NdArray,
  affine: NdArray,
  { epsilon, relu }: BatchNormAttrs,
): { readonly dx: NdArray; readonly dAffine: NdArray } {
  const channels = extent(x, -1);
  const rows = x.data.length / channels;
  /** Gradient before the ReLU. */
  const dShifted = (i: number): number => {
    const y = shifted(affine, i, standardized(x, stats, epsilon, i));
    return relu && y <= 0 ? 0 : at(dy.data, i);
  };
  const dGamma = new Float64Array(channels);
  const dBeta = new Float64Array(channels);
  for (let i = 0; i < x.data.length; i++) {
    const c = i % channels;
    dGamma[c] = at(dGamma, c) + dShifted(i) * standardized(x, stats, epsilon, i);
    dBeta[c] = at(dBeta, c) + dShifted(i);
  }
  const dx = generate(x.shape, dy, (i) => {
    const c = i % channels;
    const scale = at(affine.data, c) / Math.sqrt(at(stats.data, channels + c) + epsilon);
    const throughStats = at(dBeta, c) + standardized(x, stats, epsilon, i) * at(dGamma, c);
    return scale * (dShifted(i) - throughStats / rows);
  });
  const dAffine = zeros([2, channels], dy);
  dAffine.data.set(dGamma, 0);
  dAffine.data.set(dBeta, channels);
  return { dx, dAffine };
}
