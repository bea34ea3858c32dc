/**
 * @file Batch normalization with batch statistics, and its gradient.
 *
 * Both need a sum over all rows before they can write a row. Few rows: one dispatch, in which a
 * workgroup reads its columns twice or thrice. Many: the first dispatch leaves sums of chunks, the
 * second adds them up (each workgroup for its own columns) and writes.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../kernels.ts';
import { makeTensor, matrixOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, blockedProgram, blockingOf, columnSetup, eachRow, sumLanes } from './columns.ts';
import type { Blocking } from './columns.ts';
import { dispatch } from './dispatch.ts';
import { RANGE_START, finishRange, rangeDeclarations, rangeTail, rangesShape } from './range.ts';
import { RECTIFY } from './wgsl.ts';

/** Up to so many rows are normalized in one dispatch. */
const WHOLE_ROWS = 4096;

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** WGSL: `firstSum` and `secondSum` of this column over all chunks of `parts`. */
function sumParts({ lanes }: Blocking): string {
  return `
    var firstPart = 0.0;
    var secondPart = 0.0;
    if (inside) {
      for (var chunk = local.y; chunk < u.chunks; chunk += ${lanes}u) {
        firstPart += parts[chunk * u.columns + c];
        secondPart += parts[(u.chunks + chunk) * u.columns + c];
      }
    }
    let firstSum = sumLanes(firstPart, local);
    let secondSum = sumLanes(secondPart, local);`;
}

/** WGSL: write the two sums of this chunk to `parts`. */
const WRITE_PARTS = `
  let firstSum = sumLanes(firstPart, local);
  let secondSum = sumLanes(secondPart, local);
  if (inside && local.y == 0u) {
    parts[group.y * u.columns + c] = firstSum;
    parts[(u.chunks + group.y) * u.columns + c] = secondSum;
  }
`;

/** WGSL: the column's first value, off which sums are taken: against cancellation. */
const SHIFT = 'let shift = x[min(c, u.columns - 1u)];';

/** Sums per chunk of `x − shift` and its square. @returns [2, chunks, C] */
function momentParts(backend: WebGpuBackend, x: TensorInfo, blocking: Blocking): TensorInfo {
  const parts = makeTensor(backend, [2, blocking.chunks, blocking.columns]);
  const { variant, u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'batchNormSums',
    variant,
    reads: { x },
    writes: { parts },
    uniforms: { u32 },
    ...block,
    declarations: () => SCRATCH + sumLanes(blocking),
    main: () => `
      ${columnSetup(blocking)}
      ${SHIFT}
      var firstPart = 0.0;
      var secondPart = 0.0;
      ${eachRow(blocking)} {
        let distance = x[row * u.columns + c] - shift;
        firstPart += distance;
        secondPart += distance * distance;
      }
      ${WRITE_PARTS}`,
  });
  return parts;
}

/** WGSL: `mean` and `variance` of this column, from `parts`. */
function momentsOfParts(blocking: Blocking): string {
  return `
    ${SHIFT}
    ${sumParts(blocking)}
    let offset = firstSum / f32(u.rows);
    let mean = shift + offset;
    let variance = max(secondSum / f32(u.rows) - offset * offset, 0.0);`;
}

/** WGSL: the same from the rows themselves, which are all this workgroup's. */
function momentsOfRows(blocking: Blocking): string {
  return `
    var sum = 0.0;
    ${eachRow(blocking)} { sum += x[row * u.columns + c]; }
    let mean = sumLanes(sum, local) / f32(u.rows);
    var squares = 0.0;
    ${eachRow(blocking)} {
      let distance = x[row * u.columns + c] - mean;
      squares += distance * distance;
    }
    let variance = sumLanes(squares, local) / f32(u.rows);`;
}

/** @returns y, stats, and the range of y unless `scope` is 'none' */
export function batchNorm(
  backend: WebGpuBackend,
  x: TensorInfo,
  affine: TensorInfo,
  attrs: BatchNormAttrs & { readonly scope: RangeScope },
): TensorInfo[] {
  const { epsilon, relu, scope } = attrs;
  const { rows, columns } = matrixOf(x);
  const blocking = blockingOf(rows, columns, WHOLE_ROWS);
  const parts = blocking.chunks === 1 ? null : momentParts(backend, x, blocking);
  const y = makeTensor(backend, x.shape);
  const stats = makeTensor(backend, [2, columns]);
  const ranges = scope === 'none' ? null : makeTensor(backend, rangesShape(scope, blocking));
  const { variant, u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'batchNorm',
    variant: `${scope}${relu ? ' relu' : ''}${parts === null ? '' : ' parts'} ${variant}`,
    reads: { x, affine, ...(parts === null ? {} : { parts }) },
    writes: { y, stats, ...(ranges === null ? {} : { ranges }) },
    uniforms: { u32, f32: { epsilon } },
    ...block,
    declarations: () => SCRATCH + sumLanes(blocking) + RECTIFY + rangeDeclarations(scope, blocking),
    main: () => `
      ${columnSetup(blocking)}
      ${parts === null ? momentsOfRows(blocking) : momentsOfParts(blocking)}
      if (inside && group.y == 0u && local.y == 0u) {
        stats[c] = mean;
        stats[u.columns + c] = variance;
      }
      let column = min(c, u.columns - 1u);
      let deviation = sqrt(variance + u.epsilon);
      let gamma = affine[column];
      let beta = affine[u.columns + column];
      ${RANGE_START}
      ${eachRow(blocking)} {
        let i = row * u.columns + c;
        let shifted = gamma * ((x[i] - mean) / deviation) + beta;
        let value = ${relu ? 'rectify(shifted)' : 'shifted'};
        y[i] = value;
        low = min(low, value);
        high = max(high, value);
      }
      ${rangeTail(scope)}`,
  });
  if (parts !== null) backend.disposeData(parts.dataId);
  if (ranges === null || scope === 'none') return [y, stats];
  return [y, stats, finishRange(backend, ranges, scope)];
}

/** WGSL: the column's constants of the gradient. */
function backSetup(blocking: Blocking): string {
  return `
    ${columnSetup(blocking)}
    let column = min(c, u.columns - 1u);
    let mean = stats[column];
    let deviation = sqrt(stats[u.columns + column] + u.epsilon);
    let gamma = affine[column];
    let beta = affine[u.columns + column];`;
}

/** WGSL of a row: `xHat`, and `dShifted`, the gradient before the ReLU. */
function backRow(relu: boolean): string {
  return `
    let i = row * u.columns + c;
    let xHat = (x[i] - mean) / deviation;
    let dShifted = ${relu ? 'select(dy[i], 0.0, gamma * xHat + beta <= 0.0)' : 'dy[i]'};`;
}

/** WGSL: this thread's parts of the sums that make dγ and dβ. */
function backParts(blocking: Blocking, relu: boolean): string {
  return `
    var firstPart = 0.0;
    var secondPart = 0.0;
    ${eachRow(blocking)} {
      ${backRow(relu)}
      firstPart += dShifted * xHat;
      secondPart += dShifted;
    }`;
}

export interface BatchNormBackInputs {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly stats: TensorInfo;
  readonly affine: TensorInfo;
}

/** Sums per chunk, for `batchNormBack`. @returns [2, chunks, C] */
function backSums(
  backend: WebGpuBackend,
  inputs: BatchNormBackInputs,
  { epsilon, relu }: BatchNormAttrs,
  blocking: Blocking,
): TensorInfo {
  const parts = makeTensor(backend, [2, blocking.chunks, blocking.columns]);
  const { variant, u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'batchNormBackSums',
    variant: `${relu ? 'relu ' : ''}${variant}`,
    reads: { ...inputs },
    writes: { parts },
    uniforms: { u32, f32: { epsilon } },
    ...block,
    declarations: () => SCRATCH + sumLanes(blocking),
    main: () => backSetup(blocking) + backParts(blocking, relu) + WRITE_PARTS,
  });
  return parts;
}

/** @returns dx, dAffine [2, C] */
export function batchNormBack(
  backend: WebGpuBackend,
  inputs: BatchNormBackInputs,
  attrs: BatchNormAttrs,
): TensorInfo[] {
  const { epsilon, relu } = attrs;
  const { rows, columns } = matrixOf(inputs.x);
  const blocking = blockingOf(rows, columns, WHOLE_ROWS);
  const parts = blocking.chunks === 1 ? null : backSums(backend, inputs, attrs, blocking);
  const dx = makeTensor(backend, inputs.x.shape);
  const dAffine = makeTensor(backend, [2, columns]);
  const { variant, u32, ...block } = blockedProgram(blocking);
  const sums =
    parts === null
      ? `${backParts(blocking, relu)}
         let firstSum = sumLanes(firstPart, local);
         let secondSum = sumLanes(secondPart, local);`
      : sumParts(blocking);
  dispatch(backend, {
    name: 'batchNormBack',
    variant: `${relu ? 'relu ' : ''}${parts === null ? '' : 'parts '}${variant}`,
    reads: { ...inputs, ...(parts === null ? {} : { parts }) },
    writes: { dx, dAffine },
    uniforms: { u32, f32: { epsilon } },
    ...block,
    declarations: () => SCRATCH + sumLanes(blocking),
    main: () => `
      ${backSetup(blocking)}
      ${sums}
      if (inside && group.y == 0u && local.y == 0u) {
        dAffine[c] = firstSum;
        dAffine[u.columns + c] = secondSum;
      }
      let scale = gamma / deviation;
      ${eachRow(blocking)} {
        ${backRow(relu)}
        dx[i] = scale * (dShifted - (secondSum + xHat * firstSum) / f32(u.rows));
      }`,
  });
  if (parts !== null) backend.disposeData(parts.dataId);
  return [dx, dAffine];
}

/** Sum over rows. @param x [M, K] @returns [K] */
export function columnSum(backend: WebGpuBackend, x: TensorInfo): TensorInfo {
  const { rows, columns } = matrixOf(x);
  const sums = makeTensor(backend, [columns]);
  const blocking = blockingOf(rows, columns, rows);
  const { u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'columnSum',
    reads: { x },
    writes: { sums },
    uniforms: { u32 },
    ...block,
    declarations: () => SCRATCH + sumLanes(blocking),
    main: () => `
      ${columnSetup(blocking)}
      var part = 0.0;
      ${eachRow(blocking)} { part += x[row * u.columns + c]; }
      let sum = sumLanes(part, local);
      if (inside && local.y == 0u) { sums[c] = sum; }`,
  });
  return sums;
}
