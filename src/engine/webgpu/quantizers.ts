/** @file Learned clips, symmetric grids and DoReFa's map of weights. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MIN_STEP } from '../kernels.ts';
import type { ClipEnds } from '../kernels.ts';
import { extent, makeTensor, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, THREADS, groupReduction } from './columns.ts';
import { dispatch } from './dispatch.ts';
import { dispatchElements } from './elementwise.ts';
import { QUANTIZE } from './wgsl.ts';

/** Values per workgroup of a sum over a tensor, and the most workgroups. */
const GROUP_VALUES = 8192;
const MAX_GROUPS = 128;

const SUM_GROUP = SCRATCH + groupReduction('sumGroup', 'a + b');

/** WGSL: the largest |w| from its range, and what tanh(w) is divided by. */
const TANH_SCALE = `
fn tanhOf(x: f32) -> f32 {
  let e = exp(-2.0 * abs(x));
  return sign(x) * ((1.0 - e) / (1.0 + e));
}
`;
const SCALE = `
      let largest = max(abs(range[0]), abs(range[1]));
      let divisor = max(tanhOf(largest), ${MIN_STEP});`;

export function symmetricRange(backend: WebGpuBackend, range: TensorInfo): TensorInfo {
  const y = makeTensor(backend, range.shape);
  dispatchElements(backend, {
    name: 'symmetricRange',
    reads: { range },
    writes: { y },
    size: sizeOf(range.shape),
    u32: { columns: range.shape.length === 2 ? extent(range, 1) : 1 },
    element: `
      let c = i % u.columns;
      let bound = max(abs(range[c]), abs(range[u.columns + c]));
      y[i] = select(bound, -bound, i < u.columns);`,
  });
  return y;
}

export function tanhUnit(backend: WebGpuBackend, w: TensorInfo, range: TensorInfo): TensorInfo {
  const y = makeTensor(backend, w.shape);
  dispatchElements(backend, {
    name: 'tanhUnit',
    reads: { w, range },
    writes: { y },
    size: sizeOf(w.shape),
    declarations: TANH_SCALE,
    element: `${SCALE}
      y[i] = tanhOf(w[i]) / divisor;`,
  });
  return y;
}

export function tanhUnitBack(
  backend: WebGpuBackend,
  dy: TensorInfo,
  w: TensorInfo,
  range: TensorInfo,
): TensorInfo {
  const sums = makeTensor(backend, [2]);
  dispatch(backend, {
    name: 'tanhUnitSums',
    reads: { dy, w, range },
    writes: { sums },
    uniforms: { u32: { size: sizeOf(w.shape) } },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [1, 1, 1],
    declarations: () => TANH_SCALE + SUM_GROUP,
    main: () => `${SCALE}
      var product = 0.0;
      var ties = 0.0;
      for (var i = lane; i < u.size; i += 256u) {
        product += dy[i] * (tanhOf(w[i]) / divisor);
        ties += select(0.0, 1.0, abs(w[i]) == largest);
      }
      let productHere = sumGroup(product, lane);
      let tiesHere = sumGroup(ties, lane);
      if (lane == 0u) {
        sums[0] = productHere;
        sums[1] = tiesHere;
      }`,
  });
  const dw = makeTensor(backend, w.shape);
  dispatchElements(backend, {
    name: 'tanhUnitBack',
    reads: { dy, w, range, sums },
    writes: { dw },
    size: sizeOf(w.shape),
    declarations: TANH_SCALE,
    element: `${SCALE}
      let t = tanhOf(w[i]);
      let share = select(0.0, sign(w[i]) * sums[0] / max(sums[1], 1.0), abs(w[i]) == largest);
      dw[i] = ((1.0 - t * t) / divisor) * (dy[i] - share);`,
  });
  backend.disposeData(sums.dataId);
  return dw;
}

export function clipGradient(
  backend: WebGpuBackend,
  tensors: { readonly dy: TensorInfo; readonly x: TensorInfo; readonly range: TensorInfo },
  { steps, ends }: { readonly steps: number; readonly ends: ClipEnds },
): TensorInfo {
  const size = sizeOf(tensors.x.shape);
  const groups = Math.min(MAX_GROUPS, Math.ceil(size / GROUP_VALUES));
  const parts = makeTensor(backend, [2, groups]);
  dispatch(backend, {
    name: 'clipGradientParts',
    reads: tensors,
    writes: { parts },
    uniforms: { u32: { size, steps } },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [groups, 1, 1],
    declarations: () => QUANTIZE + SUM_GROUP,
    main: () => `
      let low = range[0];
      let high = range[1];
      let step = stepOf(low, high, u.steps);
      var below = 0.0;
      var above = 0.0;
      for (var i = group.x * 256u + lane; i < u.size; i += 256u * groups.x) {
        if (x[i] > high) { above += dy[i]; }
        else if (x[i] < low) { below += dy[i]; }
        else {
          let place = (x[i] - low) / step;
          let share = dy[i] * (round(place) - place) / f32(u.steps);
          above += share;
          below -= share;
        }
      }
      let belowHere = sumGroup(below, lane);
      let aboveHere = sumGroup(above, lane);
      if (lane == 0u) {
        parts[group.x] = belowHere;
        parts[groups.x + group.x] = aboveHere;
      }`,
  });
  const result = makeTensor(backend, [2]);
  dispatch(backend, {
    name: 'clipGradient',
    variant: ends,
    reads: { parts },
    writes: { result },
    uniforms: { u32: { groups } },
    workgroupSize: [THREADS, 1, 1],
    workgroups: [1, 1, 1],
    declarations: () => SUM_GROUP,
    main: () => `
      var below = 0.0;
      var above = 0.0;
      for (var i = lane; i < u.groups; i += 256u) {
        below += parts[i];
        above += parts[u.groups + i];
      }
      let belowHere = sumGroup(below, lane);
      let aboveHere = sumGroup(above, lane);
      if (lane == 0u) {
        ${
          ends === 'symmetric'
            ? 'result[0] = belowHere - aboveHere; result[1] = aboveHere - belowHere;'
            : 'result[0] = 0.0; result[1] = aboveHere;'
        }
      }`,
  });
  backend.disposeData(parts.dataId);
  return result;
}
