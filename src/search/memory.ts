/**
 * @file Memory that a step of a supernet takes, computed before it starts.
 *
 * Float32 throughout. Counted: parameters with velocities and gradients, and what the tape holds when
 * the forward pass of one bit-width is done (bit-widths follow one another). Not counted: a kernel's
 * own scratch, statistics and ranges, allocators' slack.
 */
import { FULL_PRECISION } from '../spec/bits.ts';
import type { ModelLayer } from '../spec/model.ts';
import { spaceLayers } from '../spec/search-space.ts';
import type { BlockOption, SearchSpace, SpaceBlock } from '../spec/search-space.ts';

const FLOAT_BYTES = 4;

export interface SupernetMemory {
  readonly parametersBytes: number;
  /** At the end of a forward pass at a quantized bit-width. */
  readonly activationsBytes: number;
  /** Largest gradients that live at once on the way back, besides those of parameters. */
  readonly gradientsBytes: number;
  readonly totalBytes: number;
}

export interface MemoryOptions {
  readonly batchSize: number;
  /** Choices of a block that take part at once. */
  readonly paths: number;
  /** Widths that are trained. */
  readonly bitWidths: readonly number[];
}

/** @returns an upper bound over draws: the choices of a block that need most */
export function supernetMemory(
  space: SearchSpace,
  { batchSize, paths, bitWidths }: MemoryOptions,
): SupernetMemory {
  const { stem, blocks, head, classifier } = spaceLayers(space);
  const all = [stem, head, ...blocks.flatMap(({ options }) => options.flatMap((o) => o.layers))];
  const weights = all.reduce((sum, layer) => sum + layer.weights, classifier.weights);
  const channels = all.reduce((sum, layer) => sum + layer.outChannels, 0);
  // Weight, velocity, its gradient at a bit-width and their sum; of each width γ, β with velocities,
  // and the running moments.
  const parameters = 4 * weights + bitWidths.length * 6 * channels;
  const isQuantized = bitWidths.some((bits) => bits !== FULL_PRECISION);
  const chosen = blocks.map((block) => {
    const costs = block.options
      .map((option) => optionFloats(option, block, batchSize, isQuantized))
      .sort((a, b) => b - a);
    const taken = costs.slice(0, paths).reduce((a, b) => a + b, 0);
    const out = batchSize * size(block.output);
    return taken + (Math.min(paths, costs.length) > 1 ? out : 0);
  });
  const { input } = space;
  const activations =
    batchSize * input.height * input.width * input.channels +
    [stem, head].reduce((sum, layer) => sum + unitFloats(layer, batchSize, isQuantized), 0) +
    chosen.reduce((a, b) => a + b, 0) +
    batchSize * (classifier.inChannels + 2 * classifier.outChannels);
  const largestLayer = Math.max(...all.map((layer) => batchSize * outputSize(layer)));
  const branches = Math.max(
    ...blocks.map(({ options, output }) => Math.min(paths, options.length) * size(output)),
  );
  const gradients = 2 * largestLayer + batchSize * branches;
  return {
    parametersBytes: parameters * FLOAT_BYTES,
    activationsBytes: activations * FLOAT_BYTES,
    gradientsBytes: gradients * FLOAT_BYTES,
    totalBytes: (parameters + activations + gradients) * FLOAT_BYTES,
  };
}

function size({ height, width, channels }: SpaceBlock['output']): number {
  return height * width * channels;
}

function outputSize(layer: ModelLayer): number {
  return layer.outHeight * layer.outWidth * layer.outChannels;
}

/** Product, normalized product, and weights on their grid. */
function unitFloats(layer: ModelLayer, batchSize: number, isQuantized: boolean): number {
  const grid = layer.quantized && isQuantized ? layer.weights : 0;
  return 2 * batchSize * outputSize(layer) + grid;
}

function optionFloats(
  { layers, block }: BlockOption,
  { input, output }: SpaceBlock,
  batchSize: number,
  isQuantized: boolean,
): number {
  const units = layers.reduce((sum, layer) => sum + unitFloats(layer, batchSize, isQuantized), 0);
  const [first] = layers;
  if (first === undefined || block?.kind !== 'mbconv') return units;
  const shuffled = first.groups > 1 ? batchSize * outputSize(first) : 0;
  const isResidual = input.channels === output.channels && input.height === output.height;
  return units + shuffled + (isResidual ? batchSize * size(output) : 0);
}
