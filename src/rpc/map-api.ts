import type { EnergyTerm } from '../hw/explain.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import type { Mapping } from '../hw/mapping.ts';
import type { ConvShape, OperandBits } from '../hw/workload.ts';
import type { PrecisionSpec } from '../spec/bits.ts';
import type { MappingSpec, Objective } from '../spec/mapping.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { CostTotals, EnergyPart, LayerCost, MappingRecord } from '../spec/run.ts';
import type { MapProgress } from './progress.ts';

/** What is mapped: a network that the lab can train, or one of the literature by its name. */
export type MapNetwork =
  | {
      readonly kind: 'model';
      readonly model: ModelSpec;
      /** Widths of weights and activations where a recipe sets them apart. */
      readonly precision?: PrecisionSpec | undefined;
    }
  | { readonly kind: 'literature'; readonly name: string };

export interface MapSpec {
  /** The run, or the id under which a network without a run is stored. */
  readonly runId: string;
  /** For a network without a run. */
  readonly title?: string;
  readonly network: MapNetwork;
  readonly bitWidths: readonly number[];
  /** Its accelerator is the name of a preset or of one of the reader's own. */
  readonly mapping: MappingSpec;
  readonly seed: number;
}

/** One layer under one mapping. */
export interface LayerQuestion {
  readonly name: string;
  readonly shape: ConvShape;
  readonly bits: OperandBits;
  readonly accelerator: Accelerator;
  readonly mapping: Mapping;
  readonly count?: number;
}

export type LayerAnswer =
  | {
      readonly ok: true;
      readonly layer: LayerCost;
      /** What sets the latency. */
      readonly bound: string;
      /** Where each picojoule comes from, the largest term first. */
      readonly terms: readonly EnergyTerm[];
    }
  | { readonly ok: false; readonly sentence: string };

/** A whole network under one rule of mapping. */
export interface Rival {
  readonly name: string;
  readonly title: string;
  /** Whose rule it is. */
  readonly source: string;
  readonly total: CostTotals;
  readonly parts: readonly EnergyPart[];
  /** All layers together. */
  readonly terms: readonly EnergyTerm[];
}

/** Contract of the mapper worker: AutoMapper for every layer and bit-width of a network. */
export interface MapApi {
  /** Map to the end or a stop; writes the record to the store as it grows. */
  start(spec: MapSpec, onProgress: (progress: MapProgress) => void): Promise<MappingRecord>;
  pause(runId: string): Promise<void>;
  continue(runId: string): Promise<void>;
  /** End now with the best found so far. */
  stop(runId: string): Promise<void>;
  /** Cost one mapping of one layer, or say why it does not fit. */
  inspect(question: LayerQuestion): Promise<LayerAnswer>;
  /** Where the energy of these layers comes from, all together. */
  terms(layers: readonly LayerQuestion[]): Promise<EnergyTerm[]>;
  /**
   * The same layers, one after another on the whole array, under every expert's dataflow that suits
   * the accelerator, tiled for the objective; each is told as it is done. Their own accelerators are not looked at. A newer
   * call ends this one, which then resolves early.
   */
  compare(
    accelerator: Accelerator,
    layers: readonly LayerQuestion[],
    objective: Objective,
    onRival: (rival: Rival) => void,
  ): Promise<void>;
}
