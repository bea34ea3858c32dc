/** @file What a layer gives out for one image at every bit-width, small enough to draw. */
import { keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Network } from '../../nn/network.ts';
import type { ActivationMaps } from '../../spec/inspect.ts';
import { SpecError } from '../../util/errors.ts';
import { extremesOf } from './histogram.ts';
import { layerOf } from './weight-grid.ts';

/** Channels shown, the first ones: each is a picture at each bit-width. */
export const MOST_CHANNELS = 16;
/** Larger maps keep every second, third, … row and column. */
const MOST_SIDE = 64;

/**
 * @param x     shape [1, H, W, C], normalized; the caller's
 * @param layer a convolution
 * @throws SpecError for a layer that the network does not have, or the classifier
 */
export async function activationMaps(
  network: Network,
  bitWidths: readonly number[],
  x: Tensor,
  layer: string,
): Promise<ActivationMaps> {
  const { kind, outChannels, outHeight, outWidth } = layerOf(network, layer);
  if (kind === 'dense') {
    throw new SpecError(`microscope: expected a convolution, got the classifier ${layer}`);
  }
  const channels = Math.min(outChannels, MOST_CHANNELS);
  const each = Math.ceil(Math.max(outHeight, outWidth) / MOST_SIDE);
  const height = Math.ceil(outHeight / each);
  const width = Math.ceil(outWidth / each);
  const maps: { bits: number; values: Float32Array }[] = [];
  for (const bits of bitWidths) {
    const found: Tensor[] = [];
    const logits = network.infer(x, bits, null, (seen, _input, output) => {
      if (seen.name !== layer) return;
      found.push(keep(output.clone()));
    });
    logits.dispose();
    const [output] = found;
    if (output === undefined) throw new Error(`internal: ${layer} did not run`);
    const data = await output.data<'float32'>();
    const values = new Float32Array(channels * height * width);
    let at = 0;
    for (let k = 0; k < channels; k++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          values[at++] = data[(row * outWidth + column) * each * outChannels + k] ?? 0;
    output.dispose();
    maps.push({ bits, values });
  }
  const highest = maps.at(-1)?.values ?? new Float32Array();
  const ranges = maps.map(({ values }) => extremesOf(values));
  return {
    layer,
    height,
    width,
    channels,
    allChannels: outChannels,
    lowest: Math.min(...ranges.map(([low]) => low)),
    highest: Math.max(...ranges.map(([, high]) => high)),
    byBits: maps.map(({ bits, values }) => ({
      bits,
      values,
      relativeError: relativeError(values, highest),
    })),
  };
}

/** 0 where both are 0. */
function relativeError(values: Float32Array, reference: Float32Array): number {
  let noise = 0;
  let power = 0;
  values.forEach((value, i) => {
    const r = reference[i] ?? 0;
    noise += (value - r) ** 2;
    power += r * r;
  });
  return noise === 0 ? 0 : Math.sqrt(noise / power);
}
