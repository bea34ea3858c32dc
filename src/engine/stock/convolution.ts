/**
 * @file Convolutions and their gradients as stock tfjs ops.
 *
 * Where a backend has no kernel for a gradient (wasm), it is made of those that it has: a matrix
 * product per filter tap, or a convolution of the spread-out gradient with the turned filter.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../kernels.ts';

type Shape = readonly number[];

function extents(shape: Shape): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

function paddingOf({ padHeight, padWidth }: ConvGeometry) {
  return [
    [0, 0],
    [padHeight, padHeight],
    [padWidth, padWidth],
    [0, 0],
  ] as [[number, number], [number, number], [number, number], [number, number]];
}

function has(kernelName: string): boolean {
  return tf.getKernel(kernelName, tf.getBackend()) !== undefined;
}

function run(kernelName: string, inputs: NamedTensorMap, attrs: NamedAttrMap): Tensor {
  return tf.engine().runKernel<Tensor>(kernelName, inputs, attrs);
}

function padded(x: Tensor, geometry: ConvGeometry): Tensor4D {
  const { padHeight, padWidth } = geometry;
  return padHeight + padWidth === 0
    ? (x as Tensor4D)
    : tf.pad4d(x as Tensor4D, paddingOf(geometry));
}

/** Cut the padding off again. @param shape of the result */
function cropped(x: Tensor, shape: Shape, { padHeight, padWidth }: ConvGeometry): Tensor {
  if (padHeight + padWidth === 0) return x;
  return tf.slice(x, [0, padHeight, padWidth, 0], [...shape]);
}

/** Channels `index` of `count` equal parts. */
function part(x: Tensor, index: number, count: number): Tensor {
  if (count === 1) return x;
  const size = [...x.shape];
  const last = size.length - 1;
  const width = (size[last] ?? 0) / count;
  size[last] = width;
  return tf.slice(x, [...size.slice(0, last).fill(0), index * width], size);
}

/** Concatenate what `make` gives for each group along the channels. */
function perGroup(groups: number, make: (group: number) => Tensor): Tensor {
  const parts = Array.from({ length: groups }, (_, group) => make(group));
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : tf.concat(parts, -1);
}

export function conv(x: Tensor, w: Tensor, geometry: ConvGeometry): Tensor {
  const { groups, stride } = geometry;
  const wide = padded(x, geometry);
  return perGroup(groups, (group) =>
    tf.conv2d(
      part(wide, group, groups) as Tensor4D,
      part(w, group, groups) as Tensor4D,
      stride,
      'valid',
    ),
  );
}

/** Shape with padding. */
function paddedShape(shape: Shape, { padHeight, padWidth }: ConvGeometry): number[] {
  const [batch, height, width, channels] = extents(shape);
  return [batch, height + 2 * padHeight, width + 2 * padWidth, channels];
}

export function convBackInput(
  dy: Tensor,
  w: Tensor,
  inputShape: Shape,
  geometry: ConvGeometry,
): Tensor {
  const { groups, stride } = geometry;
  const shape = paddedShape(inputShape, geometry);
  shape[3] = (shape[3] ?? 0) / groups;
  const dx = perGroup(groups, (group) =>
    run(
      'Conv2DBackpropInput',
      { dy: part(dy, group, groups), filter: part(w, group, groups) },
      { strides: stride, pad: 'valid', dataFormat: 'NHWC', inputShape: shape },
    ),
  );
  return cropped(dx, inputShape, geometry);
}

/** The input pixels that meet filter tap (s, r), one for each output pixel. @returns [N, Q, P, C] */
function tapOf(x: Tensor, tap: readonly [number, number], out: Shape, stride: number): Tensor {
  const [batch, , , channels] = extents(x.shape);
  const [, outHeight, outWidth] = extents(out);
  const [s, r] = tap;
  if (stride === 1) return tf.slice(x, [0, s, r, 0], [batch, outHeight, outWidth, channels]);
  return tf.stridedSlice(
    x,
    [0, s, r, 0],
    [batch, s + (outHeight - 1) * stride + 1, r + (outWidth - 1) * stride + 1, channels],
    [1, stride, stride, 1],
  );
}

/** What `make` gives for every tap, stacked. @returns [S · R, …] */
function perTap([height, width]: Shape, make: (tap: [number, number]) => Tensor): Tensor {
  const taps: Tensor[] = [];
  for (let s = 0; s < (height ?? 1); s++) {
    for (let r = 0; r < (width ?? 1); r++) taps.push(make([s, r]));
  }
  return tf.stack(taps);
}

function filterGradient(x: Tensor, dy: Tensor, filterShape: Shape, stride: number): Tensor {
  if (has('Conv2DBackpropFilter')) {
    return run(
      'Conv2DBackpropFilter',
      { x, dy },
      { strides: stride, pad: 'valid', dataFormat: 'NHWC', filterShape: [...filterShape] },
    );
  }
  const [, , channels, outChannels] = extents(filterShape);
  const rows = tf.reshape(dy, [-1, outChannels]);
  const stacked = perTap(filterShape, (tap) =>
    tf.matMul(tf.reshape(tapOf(x, tap, dy.shape, stride), [-1, channels]), rows, true, false),
  );
  return tf.reshape(stacked, [...filterShape]);
}

export function convBackFilter(
  x: Tensor,
  dy: Tensor,
  filterShape: Shape,
  geometry: ConvGeometry,
): Tensor {
  const { groups, stride } = geometry;
  const wide = padded(x, geometry);
  const shape = [...filterShape];
  shape[3] = (shape[3] ?? 0) / groups;
  return perGroup(groups, (group) =>
    filterGradient(part(wide, group, groups), part(dy, group, groups), shape, stride),
  );
}

export function depthwise(x: Tensor, w: Tensor, geometry: ConvGeometry): Tensor {
  return tf.depthwiseConv2d(padded(x, geometry), w as Tensor4D, geometry.stride, 'valid');
}

/** Zeros between the pixels of `dy`, `stride − 1` each way. */
function spreadOut(dy: Tensor, stride: number): Tensor {
  if (stride === 1) return dy;
  const [batch, height, width, channels] = extents(dy.shape);
  const cells = tf.reshape(dy, [batch * height, 1, width, 1, channels]);
  const zeros: [number, number] = [0, stride - 1];
  const wide = tf.pad(cells, [[0, 0], zeros, [0, 0], zeros, [0, 0]]);
  const image = tf.reshape(wide, [batch, height * stride, width * stride, channels]);
  const size = [batch, (height - 1) * stride + 1, (width - 1) * stride + 1, channels];
  return tf.slice(image, [0, 0, 0, 0], size);
}

export function depthwiseBackInput(
  dy: Tensor,
  w: Tensor,
  inputShape: Shape,
  geometry: ConvGeometry,
): Tensor {
  const { stride } = geometry;
  const shape = paddedShape(inputShape, geometry);
  if (has('DepthwiseConv2dNativeBackpropInput')) {
    const dx = run(
      'DepthwiseConv2dNativeBackpropInput',
      { dy, filter: w },
      { strides: stride, pad: 'valid', dilations: 1, inputShape: shape },
    );
    return cropped(dx, inputShape, geometry);
  }
  const [filterHeight, filterWidth] = extents(w.shape);
  const sparse = spreadOut(dy, stride);
  const [, wideHeight, wideWidth] = extents(shape);
  const [, sparseHeight, sparseWidth] = extents(sparse.shape);
  const framed = tf.pad(sparse, [
    [0, 0],
    [filterHeight - 1, wideHeight - sparseHeight],
    [filterWidth - 1, wideWidth - sparseWidth],
    [0, 0],
  ]);
  const turned = tf.reverse(w, [0, 1]) as Tensor4D;
  const dx = tf.depthwiseConv2d(framed as Tensor4D, turned, 1, 'valid');
  return cropped(dx, inputShape, geometry);
}

export function depthwiseBackFilter(
  x: Tensor,
  dy: Tensor,
  filterShape: Shape,
  geometry: ConvGeometry,
): Tensor {
  const { stride } = geometry;
  const wide = padded(x, geometry);
  if (has('DepthwiseConv2dNativeBackpropFilter')) {
    return run(
      'DepthwiseConv2dNativeBackpropFilter',
      { x: wide, dy },
      { strides: stride, pad: 'valid', dilations: 1, filterShape: [...filterShape] },
    );
  }
  const stacked = perTap(filterShape, (tap) =>
    tf.sum(tf.mul(tapOf(wide, tap, dy.shape, stride), dy), [0, 1, 2]),
  );
  return tf.reshape(stacked, [...filterShape]);
}
