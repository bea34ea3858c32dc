/** @file Sum of two tensors that also reports its range. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../kernels.ts';
import { makeTensor, matrixOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, blockedProgram, blockingOf, columnSetup, eachRow } from './columns.ts';
import { dispatch } from './dispatch.ts';
import { addElements } from './elementwise.ts';
import { RANGE_START, finishRange, rangeDeclarations, rangeTail, rangesShape } from './range.ts';
import { RECTIFY } from './wgsl.ts';

/** @returns y, and its range unless `scope` is 'none' */
export function add(
  backend: WebGpuBackend,
  a: TensorInfo,
  b: TensorInfo,
  { relu, scope }: { readonly relu: boolean; readonly scope: RangeScope },
): TensorInfo[] {
  if (scope === 'none') return [addElements(backend, a, b, relu)];
  const { rows, columns } = matrixOf(a);
  const blocking = blockingOf(rows, columns);
  const y = makeTensor(backend, a.shape);
  const ranges = makeTensor(backend, rangesShape(scope, blocking));
  const { variant, u32, ...block } = blockedProgram(blocking);
  dispatch(backend, {
    name: 'addWithRange',
    variant: `${scope}${relu ? ' relu' : ''} ${variant}`,
    reads: { a, b },
    writes: { y, ranges },
    uniforms: { u32 },
    ...block,
    declarations: () => SCRATCH + RECTIFY + rangeDeclarations(scope, blocking),
    main: () => `
      ${columnSetup(blocking)}
      ${RANGE_START}
      ${eachRow(blocking)} {
        let i = row * u.columns + c;
        let value = ${relu ? 'rectify(a[i] + b[i])' : 'a[i] + b[i]'};
        y[i] = value;
        low = min(low, value);
        high = max(high, value);
      }
      ${rangeTail(scope)}`,
  });
  return [y, finishRange(backend, ranges, scope)];
}
