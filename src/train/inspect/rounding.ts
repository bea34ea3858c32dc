/**
 * @file Post-training rounding: the highest bit-width's weights and batch norm, run at every lower
 * one as they are. What a network is worth that never learned to live with few bits.
 *
 * Ranges of activations are the least and the largest value of each layer's input over some training
 * images at the highest width (min-max calibration); a fixed range stays what it is.
 */
import { keep, tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fillBatch } from '../../data/batches.ts';
import type { ChannelStatistics } from '../../data/batches.ts';
import type { Dataset } from '../../data/dataset.ts';
import * as ops from '../../engine/ops.ts';
import type { Network } from '../../nn/network.ts';
import { parameterName } from '../../nn/parameters.ts';
import type { NamedArray } from '../../nn/parameters.ts';
import type { Quantizer } from '../../quant/quantizer.ts';

/** Training images that ranges are taken from. */
export const CALIBRATION_IMAGES = 128;

/**
 * @param bitWidths ascending; the last is what is rounded
 * @returns values of every parameter of a network of the same spec
 */
export async function roundedValues(
  network: Network,
  quantizer: Quantizer,
  bitWidths: readonly number[],
  dataset: Dataset,
  statistics: ChannelStatistics,
): Promise<NamedArray[]> {
  const top = bitWidths.at(-1) ?? 0;
  const ranges = await calibratedRanges(network, quantizer, top, dataset, statistics);
  const values: NamedArray[] = [];
  for (const { name, layer, role, bits, tensor } of network.parameters.values()) {
    const shape = tensor.shape;
    if (role === 'range' || role === 'clip') {
      const data = ranges.get(layer) ?? (await tensor.data<'float32'>()).slice();
      values.push({ name, shape, data: data.slice() });
      continue;
    }
    const source =
      bits === null ? tensor : network.parameters.get(parameterName(layer, role, top))?.tensor;
    if (source === undefined) throw new Error(`internal: no ${role} of ${layer} at ${top} bits`);
    values.push({ name, shape, data: (await source.data<'float32'>()).slice() });
  }
  return values;
}

/** By layer; none where the quantizer's ranges are fixed. */
async function calibratedRanges(
  network: Network,
  { activations }: Quantizer,
  top: number,
  dataset: Dataset,
  statistics: ChannelStatistics,
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  if (activations.source === 'fixed') return found;
  const { width, height, channels, train } = dataset;
  const count = Math.min(CALIBRATION_IMAGES, train.count);
  const images = new Float32Array(count * height * width * channels);
  fillBatch(
    dataset,
    train,
    Uint32Array.from({ length: count }, (_, i) => i),
    images,
    {
      statistics,
    },
  );
  const x = tensor4d(images, [count, height, width, channels], 'float32');
  const ranges = new Map<string, Tensor>();
  const logits = network.infer(x, top, null, ({ name, kind, quantized }, input) => {
    if (!quantized || kind === 'dense') return;
    const range = ops.range(null, input, activations.scope(kind));
    ranges.set(
      name,
      keep(activations.source === 'learned' ? range : activations.rangeOf(null, range)),
    );
  });
  x.dispose();
  logits.dispose();
  for (const [layer, range] of ranges) {
    const data = (await range.data<'float32'>()).slice();
    found.set(layer, activations.source === 'learned' ? clipOf(data) : data);
    range.dispose();
  }
  return found;
}

/** A learned clip spans [0, α], or [−α, α] where the input may be negative. */
function clipOf([low = 0, high = 0]: Float32Array): Float32Array {
  const most = Math.max(-low, high);
  return Float32Array.of(low < 0 ? -most : 0, most);
}
