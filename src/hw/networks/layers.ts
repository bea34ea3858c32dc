/**
 * @file The words that the network tables are written in: convolution, depthwise, dense.
 *
 * Extents are square here; batch is 1 (`withBatch` sets it). Biases and batch norm are no MACs and
 * are left out, as hardware papers do.
 */
import { convShape, macsOf, wordsOf } from '../workload.ts';
import type { Layer } from '../workload.ts';

/** A network as the cost model sees it: its convolutions and dense layers in order. */
export interface Network {
  /** As commands take it. */
  readonly name: string;
  readonly title: string;
  readonly layers: readonly Layer[];
}

interface ConvSpec {
  /** Channels of the whole layer, all groups together. */
  readonly in: number;
  readonly out: number;
  /** Filter height and width. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Output height and width. */
  readonly size: number;
  /** Default 1. */
  readonly groups?: number;
}

export function conv(name: string, spec: ConvSpec): Layer {
  const { kernel, size, stride = 1, groups = 1 } = spec;
  const shape = convShape({
    K: spec.out / groups,
    C: spec.in / groups,
    P: size,
    Q: size,
    R: kernel,
    S: kernel,
    G: groups,
    wStride: stride,
    hStride: stride,
  });
  return { name, shape, count: 1 };
}

/** One filter a channel. */
export function depthwise(
  name: string,
  spec: {
    readonly channels: number;
    readonly kernel: number;
    readonly stride?: number;
    readonly size: number;
  },
): Layer {
  const { channels, ...rest } = spec;
  return conv(name, { ...rest, in: channels, out: channels, groups: channels });
}

/** A fully connected layer: P = Q = R = S = 1. */
export function dense(name: string, spec: { readonly in: number; readonly out: number }): Layer {
  return conv(name, { ...spec, kernel: 1, size: 1 });
}

/** True of layers that a hardware paper counts as convolutions: all but the fully connected. */
export function isConvolution({ shape }: Layer): boolean {
  return shape.P * shape.Q * shape.R * shape.S > 1;
}

export function networkMacs({ layers }: Network): number {
  return layers.reduce((sum, { shape, count }) => sum + count * macsOf(shape), 0);
}

/** Weights without biases and batch norm. */
export function networkWeights({ layers }: Network): number {
  return layers.reduce((sum, { shape, count }) => sum + count * wordsOf(shape, 'Weights'), 0);
}

/** The same network for `batch` images at a time. */
export function withBatch(network: Network, batch: number): Network {
  const layers = network.layers.map((layer) => ({
    ...layer,
    shape: { ...layer.shape, N: layer.shape.N * batch },
  }));
  return { ...network, layers };
}
