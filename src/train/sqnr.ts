/**
 * @file Signal to quantization noise, per layer and operand: how much of a tensor its grid keeps.
 *
 * SQNR = 10 · log₁₀(Σ s² / Σ (q − s)²) dB, where s is what is rounded (the weights, or what the
 * quantizer maps them to; a layer's input) and q its values on the grid. Clipping counts as noise.
 * About 6 dB a bit. Summed on the backend: nothing large is read back.
 */
import { keep, reshape, tensor2d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fillBatch } from '../data/batches.ts';
import type { ChannelStatistics } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { accumulate, batchNorm } from '../engine/kernels.ts';
import type { Rounding } from '../nn/layer-runner.ts';
import type { Network } from '../nn/network.ts';
import type { LayerSqnr } from '../spec/run.ts';

/** Test images that a layer's inputs are taken from: their values number thousands per image. */
const SQNR_IMAGES = 64;

interface Measured {
  readonly layer: string;
  readonly operand: Rounding['operand'];
  /** [2, 1]: mean and variance of signal and noise. */
  readonly signal: Tensor;
  readonly noise: Tensor;
}

/**
 * @param limit at most this many test images, from the first
 * @returns     one entry per layer that quantizes anything at `bits`, in the order they run
 */
export async function layerSqnr(
  network: Network,
  bits: number,
  dataset: Dataset,
  statistics: ChannelStatistics,
  limit = SQNR_IMAGES,
): Promise<LayerSqnr[]> {
  const count = Math.min(limit, dataset.test.count);
  const { width, height, channels } = dataset;
  const images = new Float32Array(count * height * width * channels);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  fillBatch(dataset, dataset.test, indices, images, { statistics });
  const x = tensor4d(images, [count, height, width, channels], 'float32');
  const affine = tensor2d([1, 0], [2, 1]);
  const measured: Measured[] = [];
  const logits = network.infer(x, bits, ({ layer, operand, signal, quantized }) => {
    const noise = zeros(signal.shape);
    accumulate(noise, quantized(), 1);
    accumulate(noise, signal, -1);
    measured.push({
      layer,
      operand,
      signal: keep(momentsOf(signal, affine)),
      noise: keep(momentsOf(noise, affine)),
    });
  });
  for (const tensor of [x, affine, logits]) tensor.dispose();

  const found = new Map<string, { weightsDb: number | null; inputsDb: number | null }>();
  for (const { layer, operand, signal, noise } of measured) {
    const decibels = ratioDb(await meanSquare(signal), await meanSquare(noise));
    signal.dispose();
    noise.dispose();
    const entry = found.get(layer) ?? { weightsDb: null, inputsDb: null };
    entry[operand === 'weights' ? 'weightsDb' : 'inputsDb'] = decibels;
    found.set(layer, entry);
  }
  return [...found].map(([layer, entry]) => ({ layer, bits, ...entry }));
}

/** Mean and variance of all values, by the kernel that batch norm has for them. */
function momentsOf(values: Tensor, affine: Tensor): Tensor {
  const column = reshape(values, [values.size, 1]);
  return batchNorm(column, affine, { epsilon: 1, relu: false, scope: 'none' }).stats;
}

async function meanSquare(moments: Tensor): Promise<number> {
  const [mean = NaN, variance = NaN] = await moments.data<'float32'>();
  return mean * mean + variance;
}

/** Infinity without noise. */
function ratioDb(signal: number, noise: number): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}
