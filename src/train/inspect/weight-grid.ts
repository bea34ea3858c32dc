/**
 * @file The weights of a layer beside the grid of each bit-width.
 *
 * A grid spans each output channel's own range (dorefa: the layer's), so all channels together are
 * shown in units of that range, where their grids are one; a single channel in its own units.
 */
import { tidy } from '@tensorflow/tfjs-core';
import type { Network } from '../../nn/network.ts';
import { parameterName } from '../../nn/parameters.ts';
import { FULL_PRECISION } from '../../quant/quantizer.ts';
import type { Quantizer } from '../../quant/quantizer.ts';
import type { LayerWeights, WeightHistogram } from '../../spec/inspect.ts';
import { modelLayers } from '../../spec/model.ts';
import type { ModelLayer } from '../../spec/model.ts';
import { SpecError } from '../../util/errors.ts';
import { extremesOf, gridLevels, histogramOf, levelCountsOf } from './histogram.ts';

const BINS = 64;
/** 8 bits; finer grids are a line. */
const MOST_LEVELS = 256;

type Range = readonly [low: number, high: number];

/** Weights as they are rounded, and rounded; both in the weights' order, output channel last. */
interface Rounded {
  readonly signal: Float32Array;
  readonly quantized: Float32Array | null;
  readonly gridBits: number | null;
  readonly sqnrDb: number | null;
}

/** @throws SpecError for a layer or channel that the network does not have */
export async function layerWeights(
  network: Network,
  quantizer: Quantizer,
  bitWidths: readonly number[],
  layerName: string,
  channel: number | null,
): Promise<LayerWeights> {
  const layer = layerOf(network, layerName);
  const { outChannels: channels } = layer;
  if (channel !== null && !(Number.isInteger(channel) && channel >= 0 && channel < channels)) {
    throw new SpecError(
      `microscope: expected an output channel from 0 to ${channels - 1}, got ${channel}`,
    );
  }
  const axis = axisOf(quantizer, layer, channel);
  const byBits: WeightHistogram[] = [];
  let count = 0;
  for (const bits of bitWidths) {
    const rounded = await roundedWeights(network, quantizer, layer, bits, channel);
    const shown = inUnits(rounded, channels, channel, axis);
    count = shown.signal.length;
    byBits.push(weightHistogram(bits, rounded, shown, axis, quantizer));
  }
  return { layer: layerName, channel, channels, count, axis, byBits };
}

/** @throws SpecError naming the layers there are */
export function layerOf(network: Network, name: string): ModelLayer {
  const layers = modelLayers(network.model);
  const layer = layers.find((l) => l.name === name);
  if (layer !== undefined) return layer;
  throw new SpecError(
    `microscope: expected a layer of ${network.model.name}, as ${layers[0]?.name ?? ''}, got ${name.slice(0, 40)}`,
  );
}

function axisOf(
  quantizer: Quantizer,
  layer: ModelLayer,
  channel: number | null,
): LayerWeights['axis'] {
  if (!layer.quantized) return 'weight';
  if (quantizer.weightGrid === null) return 'tanh';
  if (channel !== null) return 'weight';
  return quantizer.weightGrid.range === 'extremes' ? 'range' : 'magnitude';
}

async function roundedWeights(
  network: Network,
  quantizer: Quantizer,
  layer: ModelLayer,
  bits: number,
  channel: number | null,
): Promise<Rounded> {
  const parameter =
    network.parameters.get(parameterName(layer.name, 'weight', null)) ??
    network.parameters.get(parameterName(layer.name, 'weight', bits));
  if (parameter === undefined) throw new Error(`internal: no weights of ${layer.name}`);
  const w = parameter.tensor;
  const width = layer.quantized ? quantizer.precision(bits).weights : FULL_PRECISION;
  const chosen = (values: Float32Array): Float32Array =>
    channel === null ? values : values.filter((_, i) => i % layer.outChannels === channel);
  if (layer.kind === 'dense' || width === FULL_PRECISION) {
    const values = (await w.data<'float32'>()).slice();
    const isTanh = layer.quantized && quantizer.weightGrid === null;
    const signal = chosen(isTanh ? tanhUnit(values) : values);
    return { signal, quantized: null, gridBits: null, sqnrDb: null };
  }
  const { kind } = layer;
  const grid = tidy(() => ({ ...quantizer.weights(null, w, kind, width) }));
  const signal = chosen((await grid.signal.data<'float32'>()).slice());
  const quantized = chosen((await grid.quantized.data<'float32'>()).slice());
  if (grid.signal !== w) grid.signal.dispose();
  grid.quantized.dispose();
  return { signal, quantized, gridBits: width, sqnrDb: decibels(signal, quantized) };
}

/** As dorefa maps weights, so that 32 bits share the axis of the others. */
function tanhUnit(weights: Float32Array): Float32Array {
  const most = weights.reduce((m, w) => Math.max(m, Math.abs(Math.tanh(w))), 0) || 1;
  return weights.map((w) => Math.tanh(w) / most);
}

/** As they are, or all channels in units of their ranges. */
function inUnits(
  { signal, quantized }: Rounded,
  channels: number,
  channel: number | null,
  axis: LayerWeights['axis'],
): { readonly signal: Float64Array; readonly quantized: Float64Array | null } {
  const ranges = Array.from({ length: channels }, (_, k): Range => {
    if (channel !== null || axis === 'weight' || axis === 'tanh') return [0, 1];
    const [low, high] = extremesOf(signal.filter((_value, i) => i % channels === k));
    return axis === 'range' ? [low, high] : [0, Math.max(-low, high)];
  });
  const scaled = (values: Float32Array): Float64Array =>
    Float64Array.from(values, (value, i) => {
      const [low, high] = ranges[channel === null ? i % channels : channel] ?? [0, 1];
      return high > low ? (value - low) / (high - low) : 0;
    });
  return { signal: scaled(signal), quantized: quantized && scaled(quantized) };
}

/** Where a grid lies on the axis, and its points − 1. */
function gridOf(
  quantizer: Quantizer,
  axis: LayerWeights['axis'],
  bits: number,
  [low, high]: Range,
): { readonly span: Range; readonly steps: number } {
  const { weightGrid } = quantizer;
  if (axis === 'tanh' || weightGrid === null) return { span: [-1, 1], steps: 2 ** bits - 1 };
  const steps = weightGrid.steps(bits);
  if (axis === 'range') return { span: [0, 1], steps };
  if (axis === 'magnitude') return { span: [-1, 1], steps };
  const most = Math.max(-low, high);
  return { span: weightGrid.range === 'extremes' ? [low, high] : [-most, most], steps };
}

function weightHistogram(
  bits: number,
  rounded: Rounded,
  shown: { readonly signal: Float64Array; readonly quantized: Float64Array | null },
  axis: LayerWeights['axis'],
  quantizer: Quantizer,
): WeightHistogram {
  const { signal, quantized } = shown;
  const extremes = extremesOf(signal);
  const { gridBits } = rounded;
  const grid = gridOf(quantizer, axis, gridBits ?? FULL_PRECISION, extremes);
  const trained = histogramOf(signal, BINS, axis === 'weight' ? extremes : grid.span);
  if (gridBits === null || quantized === null) {
    return { bits, gridBits: null, trained, levels: [], levelCounts: [], sqnrDb: null };
  }
  const isShown = grid.steps < MOST_LEVELS;
  return {
    bits,
    gridBits,
    trained,
    levels: isShown ? gridLevels(grid.span, grid.steps) : [],
    levelCounts: isShown ? levelCountsOf(quantized, grid.span, grid.steps) : [],
    sqnrDb: rounded.sqnrDb,
  };
}

/** Infinity without noise. */
function decibels(signal: ArrayLike<number>, quantized: ArrayLike<number>): number {
  let power = 0;
  let noise = 0;
  for (let i = 0; i < signal.length; i++) {
    const s = signal[i] ?? 0;
    power += s * s;
    noise += ((quantized[i] ?? 0) - s) ** 2;
  }
  return noise === 0 ? Infinity : 10 * Math.log10(power / noise);
}
