/**
 * @file A whole network on one accelerator: multi-cycle, or a pipeline of chunks.
 *
 * Multi-cycle runs the layers one after another on the full array. A pipeline cuts the layers into
 * chunks that run at the same time on images that follow each other, each chunk on its own columns
 * of the array and its own share of every shared buffer and bandwidth; a new image enters at the pace
 * of the slowest chunk. Multi-cycle is the pipeline of one chunk.
 *
 * Between layers, feature maps go through the outermost level, as each layer's own cost has it.
 * Not modelled: feature maps handed from chunk to chunk on chip; filling weights before the first image.
 *
 * @source multi-cycle and pipeline as in the design space of InstantNet (DAC 2021), §III.D
 */
import { SpecError } from '../util/errors.ts';
import type { Accelerator, MacArray, StorageLevel } from './accelerator.ts';
import type { Cost } from './cost.ts';
import { assertWhole } from './workload.ts';
import type { Layer } from './workload.ts';

/** One layer and what its mapping costs, for one run of all `images`. */
export interface CostedLayer {
  readonly layer: Layer;
  readonly cost: Cost;
}

/** Layers that share one part of the array, in order. */
export interface Chunk {
  readonly accelerator: Accelerator;
  readonly layers: readonly CostedLayer[];
}

export interface ChunkCost {
  readonly macs: number;
  readonly energyPj: number;
  /** From the chunk's input to its output. */
  readonly latencyCycles: number;
}

/** All figures but `chunks` are per image. */
export interface NetworkCost {
  readonly schedule: 'multi-cycle' | 'pipeline';
  readonly macs: number;
  readonly energyPj: number;
  /** Between one image and the next. */
  readonly intervalCycles: number;
  /** From an image's entry to its result, at the pipeline's pace. */
  readonly latencyCycles: number;
  /** Energy times interval. */
  readonly edpPjCycles: number;
  /** MACs done over those that all chunks' arrays could do in the interval. */
  readonly utilizationRatio: number;
  /** Null where the clock is not known. */
  readonly framesPerSecond: number | null;
  /** Two operations a MAC; null where the clock is not known. */
  readonly gops: number | null;
  /** Of one run of all images. */
  readonly chunks: readonly ChunkCost[];
  /** The chunk that sets the pace. */
  readonly slowest: number;
}

/**
 * Add up a network.
 *
 * @param chunks one (multi-cycle), or one for each part of the array (`splitAccelerator`)
 * @param images in one run of the layers: their batch, N
 * @throws SpecError for no chunk, a chunk without layers, or `images` below 1
 */
export function evaluateNetwork(chunks: readonly Chunk[], images = 1): NetworkCost {
  assertWhole(images, 'evaluateNetwork: images', 1e6);
  const costs = chunks.map(costOfChunk);
  const [first] = chunks;
  if (first === undefined) throw new SpecError('evaluateNetwork: expected a chunk, got none');
  const intervals = costs.map(({ latencyCycles }) => latencyCycles);
  const interval = Math.max(...intervals) / images;
  const energyPj = sum(costs, ({ energyPj }) => energyPj) / images;
  const macs = sum(costs, ({ macs }) => macs) / images;
  const { clockMHz } = first.accelerator;
  const framesPerSecond = clockMHz === undefined ? null : (clockMHz * 1e6) / interval;
  return {
    schedule: chunks.length === 1 ? 'multi-cycle' : 'pipeline',
    macs,
    energyPj,
    intervalCycles: interval,
    latencyCycles: interval * chunks.length,
    edpPjCycles: energyPj * interval,
    utilizationRatio: macs / (interval * sum(chunks, peakOfChunk)),
    framesPerSecond,
    gops: framesPerSecond === null ? null : (2 * macs * framesPerSecond) / 1e9,
    chunks: costs,
    slowest: intervals.indexOf(Math.max(...intervals)),
  };
}

function costOfChunk({ layers }: Chunk, index: number): ChunkCost {
  if (layers.length === 0)
    throw new SpecError(`evaluateNetwork: chunk ${index}: expected layers, got none`);
  return {
    macs: sum(layers, ({ layer, cost }) => layer.count * cost.macs),
    energyPj: sum(layers, ({ layer, cost }) => layer.count * cost.energyPj),
    latencyCycles: sum(layers, ({ layer, cost }) => layer.count * cost.latencyCycles),
  };
}

/** Products a cycle that a chunk's array can do: the most that any of its layers' widths allow. */
function peakOfChunk({ layers }: Chunk): number {
  return Math.max(
    ...layers.map(({ cost }) => cost.macs / (cost.latencyCycles * cost.utilizationRatio)),
  );
}

/**
 * Parts of an accelerator, side by side: part i gets `columns[i]` columns of the array, and of every
 * buffer and bandwidth that all columns share the same proportion.
 *
 * @throws SpecError where columns are left over for no part to be whole, or there are too few
 */
export function splitAccelerator(
  accelerator: Accelerator,
  columns: readonly number[],
): Accelerator[] {
  const all = accelerator.mac.meshX;
  columns.forEach((count, i) => {
    assertWhole(count, `${accelerator.name}: columns[${i}]`, all);
  });
  const used = sum(columns, (count) => count);
  if (used > all)
    throw new SpecError(`${accelerator.name}: expected at most ${all} columns, got ${used}`);
  return columns.map((count, i) => ({
    ...accelerator,
    name: `${accelerator.name} ${i + 1}/${columns.length}`,
    mac: narrowed(accelerator.mac, count, all, `${accelerator.name}: MACs`),
    levels: accelerator.levels.map((level) => shareOfLevel(level, count, all, accelerator.name)),
  }));
}

/** Columns of a level's own mesh if it has some, else a share of its capacity and bandwidth. */
function shareOfLevel(level: StorageLevel, count: number, all: number, who: string): StorageLevel {
  if (level.meshX > 1) return narrowed(level, count, all, `${who}: level ${level.name}`);
  const ratio = count / all;
  const bandwidths = (['readBitsPerCycle', 'writeBitsPerCycle', 'sharedBitsPerCycle'] as const)
    .filter((port) => level[port] !== undefined)
    .map((port) => [port, (level[port] ?? 0) * ratio]);
  return {
    ...level,
    capacityBits: level.capacityBits === null ? null : Math.floor(level.capacityBits * ratio),
    ...(level.areaUm2 === undefined ? {} : { areaUm2: level.areaUm2 * ratio }),
    ...(Object.fromEntries(bandwidths) as Partial<StorageLevel>),
  };
}

function narrowed<T extends StorageLevel | MacArray>(
  part: T,
  count: number,
  all: number,
  who: string,
): T {
  const meshX = (part.meshX * count) / all;
  if (!Number.isInteger(meshX) || meshX < 1)
    throw new SpecError(
      `${who}: expected a multiple of ${all / part.meshX} columns of MACs, got ${count}`,
    );
  return { ...part, meshX, instances: (part.instances / part.meshX) * meshX };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
