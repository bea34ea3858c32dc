/**
 * @file The workload of a ModelSpec: what the lab trains, as the layers that the cost model maps.
 *
 * Batch 1: figures are per image. Batch norm folds into the weights and ReLU into the write-back,
 * residual sums and pooling are not costed.
 */
import { FULL_PRECISION } from '../spec/bits.ts';
import type { Precision } from '../spec/bits.ts';
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer, ModelSpec } from '../spec/model.ts';
import { convShape, operandBits } from './workload.ts';
import type { ConvShape, Layer, OperandBits } from './workload.ts';

/** A layer and the widths it runs at when the network is switched to `bits`. */
export interface LayerAtBits {
  readonly layer: Layer;
  readonly bits: OperandBits;
}

/** @returns the conv shape of one layer at batch 1 */
export function layerShape(layer: ModelLayer): ConvShape {
  const isDepthwise = layer.kind === 'depthwise';
  return convShape({
    K: isDepthwise ? 1 : layer.outChannels / layer.groups,
    C: isDepthwise ? 1 : layer.inChannels / layer.groups,
    G: isDepthwise ? layer.inChannels : layer.groups,
    P: layer.outWidth,
    Q: layer.outHeight,
    R: layer.kernel,
    S: layer.kernel,
    wStride: layer.stride,
    hStride: layer.stride,
  });
}

/**
 * Every layer of a network at one bit-width. Layers that are not quantized (stem, head, classifier)
 * stay at 32 bits; an output is stored at the width at which the next layer reads it.
 * @param precision widths of weights and activations; a number is both
 */
export function modelAtBits(model: ModelSpec, precision: number | Precision): LayerAtBits[] {
  const layers = modelLayers(model);
  return layers.map((layer, i) => layerAtBits(layer, layers[i + 1], precision));
}

/** @param next what reads the layer's output; undefined at the end of the network */
export function layerAtBits(
  layer: ModelLayer,
  next: ModelLayer | undefined,
  precision: number | Precision,
): LayerAtBits {
  const { weights, activations } =
    typeof precision === 'number' ? { weights: precision, activations: precision } : precision;
  const inputsOf = (reader: ModelLayer | undefined): number =>
    reader?.quantized === true ? activations : FULL_PRECISION;
  const shape = layerShape(layer);
  const widths = operandBits(shape, layer.quantized ? weights : FULL_PRECISION, inputsOf(layer));
  return {
    layer: { name: layer.name, shape, count: 1 },
    bits: { ...widths, outputs: inputsOf(next) },
  };
}
