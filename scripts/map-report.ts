/** @file The JSON that `npm run -s map` prints. All totals are per image. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { isConvolution } from '../src/hw/networks/layers.ts';
import { evaluateNetwork } from '../src/hw/schedule.ts';
import type { OperandBits } from '../src/hw/workload.ts';
import type { MappedLayer } from '../src/mapper/result.ts';
import type { MapOptions } from './map-options.ts';
import { chunksOf } from './map-search.ts';
import type { Mapped, Searched } from './map-search.ts';

export interface Report {
  readonly options: MapOptions;
  readonly searched: Searched;
  readonly rival: { readonly name: string; readonly mapped: readonly Mapped[] } | null;
}

/** The highest bit-width's figures stand on top; with several, each stands under `byBits` too. */
export function reportOf({ options, searched, rival }: Report): Record<string, unknown> {
  const { network, accelerator, objective, algorithm, seed, workers, schedule, batch } = options;
  const byBits = searched.mapped.map((mapped, i) =>
    figuresOf(options, mapped, rival?.mapped[i] ?? null, rival?.name ?? ''),
  );
  const widest = searched.mapped.reduce(
    (best, { bits }, i) => (bits > (searched.mapped[best]?.bits ?? 0) ? i : best),
    0,
  );
  const { valid, total } = searched.evaluations;
  return {
    network,
    accelerator: accelerator.name,
    batch,
    objective,
    algorithm,
    seed,
    workers,
    schedule,
    ...byBits[widest],
    ...(byBits.length > 1 ? { byBits } : {}),
    evaluations: { total, valid, validPerSecond: valid / searched.seconds },
    wallSeconds: searched.seconds,
  };
}

function figuresOf(
  options: MapOptions,
  mapped: Mapped,
  rival: Mapped | null,
  rivalName: string,
): Record<string, unknown> {
  const { batch, accelerator } = options;
  const layers = mapped.parts.flatMap((part) => part.layers);
  const total = totalOf(mapped, batch);
  const convolutions = totalOf(mapped, batch, isMappedConvolution);
  return {
    bits: widestBits(layers),
    total,
    ...(convolutions === null ? {} : { convolutions }),
    ...(accelerator.mac.kind === 'dsp-packed' ? fpgaUse(mapped) : {}),
    ...(mapped.parts.length > 1
      ? {
          chunks: mapped.parts.map((part) => ({
            columns: part.accelerator.mac.meshX,
            layers: part.layers.map(({ name }) => name),
          })),
        }
      : {}),
    layers: layers.map((layer) => layerFigures(layer)),
    ...(mapped.oneMapping ? { oneMapping: oneMapping(mapped, mapped.oneMapping, batch) } : {}),
    ...(rival ? { against: against(rivalName, mapped, rival, batch) } : {}),
  };
}

type Totals = NonNullable<ReturnType<typeof totalOf>>;

function totalOf(
  mapped: Mapped,
  images: number,
  keep: (layer: MappedLayer) => boolean = () => true,
) {
  const chunks = chunksOf(mapped, keep);
  if (chunks.length === 0) return null;
  const cost = evaluateNetwork(chunks, images);
  return {
    macs: cost.macs,
    energyPj: cost.energyPj,
    latencyCycles: cost.intervalCycles,
    edpPjCycles: cost.edpPjCycles,
    utilizationRatio: cost.utilizationRatio,
    framesPerSecond: cost.framesPerSecond,
    gops: cost.gops,
  };
}

function isMappedConvolution({ shape, name, count }: MappedLayer): boolean {
  return isConvolution({ shape, name, count });
}

function against(name: string, mapped: Mapped, rival: Mapped, batch: number) {
  const [ours, theirs] = [totalOf(mapped, batch), totalOf(rival, batch)];
  const [ourConvs, theirConvs] = [mapped, rival].map((one) =>
    totalOf(one, batch, isMappedConvolution),
  );
  return {
    name,
    total: theirs,
    ...reductions(ours, theirs),
    ...(ourConvs && theirConvs
      ? { convolutions: { total: theirConvs, ...reductions(ourConvs, theirConvs) } }
      : {}),
  };
}

function reductions(ours: Totals | null, theirs: Totals | null) {
  const percent = (of: (totals: Totals) => number): number =>
    ours && theirs ? 100 * (1 - of(ours) / of(theirs)) : 0;
  return {
    energyReductionPercent: percent(({ energyPj }) => energyPj),
    latencyReductionPercent: percent(({ latencyCycles }) => latencyCycles),
    edpReductionPercent: percent(({ edpPjCycles }) => edpPjCycles),
  };
}

/** What keeping the widest network's mappings costs at this bit-width. */
function oneMapping(mapped: Mapped, layers: readonly MappedLayer[], batch: number) {
  const parts = mapped.parts.map((part) => ({ ...part, layers }));
  const [ours, kept] = [totalOf(mapped, batch), totalOf({ ...mapped, parts }, batch)];
  return { total: kept, ...reductions(ours, kept) };
}

/** For one pass over the batch. */
function layerFigures({ name, count, bits, cost, mapping }: MappedLayer) {
  const { macs, energyPj, latencyCycles, edpPjCycles, utilizationRatio, boundBy } = cost;
  return {
    name,
    count,
    bits,
    macs,
    energyPj,
    latencyCycles,
    edpPjCycles,
    utilizationRatio,
    boundBy,
    energyPjByLevel: Object.fromEntries([
      ['MACs', cost.macEnergyPj],
      ...cost.byLevel.map((level) => [level.name, level.energyPj] as const),
    ]),
    mapping,
  };
}

/** Each width at its widest; single layers may have less. */
function widestBits(layers: readonly MappedLayer[]): OperandBits {
  const most = (name: keyof OperandBits): number =>
    Math.max(...layers.map(({ bits }) => bits[name]));
  return {
    weights: most('weights'),
    inputs: most('inputs'),
    outputs: most('outputs'),
    psums: most('psums'),
  };
}

/** DSPs and block RAM that the largest layer of each part needs, all parts together. */
function fpgaUse({ parts }: Mapped): { dsp: number; bramKb: number } {
  let dsp = 0;
  let bits = 0;
  for (const { accelerator, layers } of parts) {
    dsp += Math.max(...layers.map((layer) => usedMacs(layer, accelerator)));
    bits += Math.max(...layers.map((layer) => blockRamBits(layer, accelerator)));
  }
  return { dsp, bramKb: bits / 1024 };
}

/** All spatial loops together, lanes of a DSP counted once. */
function usedMacs({ mapping, cost }: MappedLayer, accelerator: Accelerator): number {
  let products = 1;
  for (const { spatialX, spatialY } of mapping.levels)
    for (const [, factor] of [...spatialX, ...spatialY]) products *= factor;
  const lanes =
    cost.macs / (cost.latencyCycles * cost.utilizationRatio) / accelerator.mac.instances;
  return Math.min(accelerator.mac.instances, Math.ceil(products / lanes));
}

/** Tiles in block RAM, both halves where it is double-buffered. */
function blockRamBits({ cost }: MappedLayer, accelerator: Accelerator): number {
  const index = accelerator.levels.findIndex(({ name }) => name === 'BlockRam');
  const level = cost.byLevel[index];
  if (!level) return 0;
  const tiles = Object.values(level.kept).reduce((sum, { tileBits }) => sum + tileBits, 0);
  return accelerator.levels[index]?.doubleBuffered === true ? 2 * tiles : tiles;
}
