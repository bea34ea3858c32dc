/** @file The extents of a convolution, from the shapes of its input and filter. */
import { convOutputSize } from '../kernels.ts';
import type { ConvGeometry } from '../kernels.ts';

/** All extents of a convolution, named as in ../kernels.ts. */
export interface ConvExtents {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
}

export function extentsOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { stride, padHeight, padWidth }: ConvGeometry,
): ConvExtents {
  const [batch = 1, height = 1, width = 1, channels = 1] = inputShape;
  const [filterHeight = 1, filterWidth = 1, , outChannels = 1] = filterShape;
  return {
    batch,
    height,
    width,
    channels,
    outHeight: convOutputSize(height, filterHeight, padHeight, stride),
    outWidth: convOutputSize(width, filterWidth, padWidth, stride),
    outChannels,
    filterHeight,
    filterWidth,
  };
}
