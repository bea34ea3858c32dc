/** @file What the module offers to the backend; see module.ts beside this folder for the types. */
export { clipGradient } from './clip';
export { clipMask, fakeQuantize, gridBytes } from './grid';
export { matmul } from './gemm';
export { conv, convScratch } from './conv';
export { convBackFilter, convBackFilterScratch } from './conv-filter';
export { convBackInput, convBackInputScratch } from './conv-input';
export { pointwise, pointwiseBackFilter, pointwiseBackInput, pointwiseScratch } from './pointwise';
export {
  depthwise,
  depthwiseBackFilter,
  depthwiseBackInput,
  depthwiseBackInputScratch,
  depthwiseScratch,
} from './depthwise';
export { batchStats, normScratch, normalize, normalizeBack } from './norm';
export { rangeOf, rangeScratch } from './range';
export { dot, scaleTo, shuffle } from './mixing';
export {
  accumulate,
  add,
  bias,
  blend,
  columnSum,
  globalPool,
  globalPoolBack,
  reluBack,
  sgd,
} from './elementwise';

/** First byte that the module itself does not use. */
export function heapBase(): usize {
  return __heap_base;
}
