/**
 * @file RunRecord: what a run is, as plain data: spec, seed, code version, device, log, results.
 *
 * Everything the page shows of a run can be rebuilt from it and its log.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import type { ConvShape, Dataspace, OperandBits } from '../hw/workload.ts';
import type { LiveChange } from './live-change.ts';
import type { MapAlgorithm, MapSchedule, Objective } from './mapping.ts';
import type { ModelSpec } from './model.ts';
import type { Recipe } from './recipe.ts';

export type BackendName = 'webgpu' | 'simd' | 'cpu';
export type BackendPreference = 'auto' | BackendName;

/** Which compute is used and why; shown, never hidden. */
export interface BackendReport {
  readonly name: BackendName;
  /** Workers that share the bit-widths of a step, the trainer included. */
  readonly workers: number;
  /** One sentence: why this one. */
  readonly reason: string;
  /** Adapter, SIMD flavour, cores: for the run record. */
  readonly detail: string;
}

export interface DatasetInfo {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: number;
  readonly test: number;
  /** Images per class. */
  readonly trainCounts: readonly number[];
  readonly testCounts: readonly number[];
  readonly checksum: string;
  readonly bytes: number;
  readonly createdAt: number;
}

/** Loss and accuracy of one bit-width. Accuracy 0 to 1. */
export interface BitMetrics {
  readonly bits: number;
  readonly crossEntropy: number;
  /** Σ over teachers of their terms, without β. */
  readonly distillation: number;
  readonly accuracy: number;
  /** Ascending bits; missing where there is none, and in logs of older versions. */
  readonly teachers?: readonly TeacherTerm[];
}

/** What pulls a bit-width towards one of its teachers: part of its `distillation`. */
export interface TeacherTerm {
  readonly bits: number;
  readonly term: number;
}

/** One line of a training log. */
export type LogEntry =
  | {
      readonly kind: 'train';
      readonly step: number;
      readonly epoch: number;
      readonly learningRate: number;
      /** Means since the last entry, ascending bits. */
      readonly metrics: readonly BitMetrics[];
      readonly imagesPerSecond: number;
    }
  | {
      readonly kind: 'test';
      readonly step: number;
      readonly epoch: number;
      /** On (a part of) the test set, ascending bits. */
      readonly metrics: readonly BitMetrics[];
      readonly images: number;
    }
  | {
      readonly kind: 'event';
      readonly step: number;
      readonly epoch: number;
      readonly text: string;
      /** A setting changed with this step. */
      readonly change?: LiveChange;
    };

export type RunStatus = 'training' | 'paused' | 'stopped' | 'trained' | 'failed';

/** Final accuracy of one bit-width on the whole test set. */
export interface BitAccuracy {
  readonly bits: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** confusion[label][predicted], counts. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * What a network says of some test images, kept with its run so that the page can show it before any
 * worker has started.
 */
export interface ShownAnswers {
  /** The run's, when it said so. */
  readonly step: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Places in the test split. */
  readonly indices: readonly number[];
  /** Class of each. */
  readonly labels: readonly number[];
  /** Of the first images, as many as there are: [images, height, width, channels]. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** [images, bit-widths ascending, classes], 0 to 1. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly status: RunStatus;
  readonly recipe: Recipe;
  readonly model: ModelSpec;
  readonly parameters: number;
  readonly macs: number;
  readonly codeVersion: string;
  readonly backend: BackendReport;
  readonly dataset: DatasetInfo;
  readonly step: number;
  readonly totalSteps: number;
  readonly trainSeconds: number;
  /** Why it failed, or why it stopped of itself: one sentence. */
  readonly failure?: string;
  /** Ascending bits; absent until trained or stopped. */
  readonly accuracies?: readonly BitAccuracy[];
  /** One of the runs that come with the lab; never in a file. */
  readonly example?: boolean;
  readonly answers?: ShownAnswers;
  /** The reader's own words. */
  readonly note?: string;
  /** Which of the run colours it has, from 0; left out: one by its turn. */
  readonly color?: number;
  /** Settings changed while it trained, in order; with its recipe they decide the result. */
  readonly changes?: readonly LiveChange[];
  readonly limits?: RunLimits;
  /**
   * Who writes it: another name for each start and each resume, so that one before, which may still wait for room
   * on the disk or was given up as hung, writes no more. Never in a file.
   */
  readonly writer?: string;
}

/** What ends a run apart from its recipe: how long steps take is up to the machine. */
export interface RunLimits {
  readonly minutes: number;
}

/** Energy, latency and EDP of one layer or of a network, for one image. */
export interface CostTotals {
  readonly macs: number;
  readonly energyPj: number;
  readonly latencyCycles: number;
  readonly edpPjCycles: number;
  /** 0 to 1. */
  readonly utilizationRatio: number;
}

export interface EnergyPart {
  /** Level name, or 'MACs'. */
  readonly level: string;
  readonly dataspace: 'Weights' | 'Inputs' | 'Outputs' | 'MACs';
  readonly energyPj: number;
}

/** What one storage level holds while a layer runs. */
export interface LevelUse {
  readonly name: string;
  readonly usedInstances: number;
  /** Tiles' share of the usable capacity of one instance; 0 where unlimited. */
  readonly occupancyRatio: number;
  /** Of one instance; a dataspace that passes by is not listed. */
  readonly tiles: readonly {
    readonly dataspace: Dataspace;
    readonly words: number;
    readonly bits: number;
  }[];
}

/** Fields that may be missing are not in records of older versions. */
export interface LayerCost extends CostTotals {
  readonly name: string;
  readonly parts: readonly EnergyPart[];
  /** What bounds latency: 'compute' or a level's name. */
  readonly boundBy: string;
  /** The mapping as plain data (hw `Mapping`). */
  readonly mapping: unknown;
  /** Equal layers that this one stands for; missing is 1. */
  readonly count?: number;
  readonly shape?: ConvShape;
  readonly bits?: OperandBits;
  /** Inner to outer. */
  readonly levels?: readonly LevelUse[];
  /** Mappings that this layer has on its array, as a power of ten. */
  readonly spaceLog10?: number;
}

/** One stage of a pipeline: the next `layers` layers on `columns` columns of the array. */
export interface ChunkUse {
  readonly columns: number;
  readonly layers: number;
}

/** The best mapping found of a network at one bit-width. */
export interface BitMapping {
  readonly bits: number;
  /** In a pipeline `latencyCycles` is the time between two images. */
  readonly total: CostTotals;
  readonly layers: readonly LayerCost[];
  /** The same layers under the mappings of the widest width; missing where that is not known. */
  readonly oneMapping?: CostTotals;
  /** Missing: all layers on the whole array. */
  readonly chunks?: readonly ChunkUse[];
}

export interface MappingRecord {
  /** The run whose network was mapped, or the id of a network mapped without a run. */
  readonly runId: string;
  /** What was mapped, where it is no run's network. */
  readonly network?: { readonly title: string };
  readonly accelerator: string;
  /** The accelerator as it was then: one of the reader's own may have changed since. */
  readonly hardware?: Accelerator;
  readonly objective: Objective;
  readonly seed: number;
  readonly evaluationsPerLayer: number;
  readonly algorithm?: MapAlgorithm;
  readonly schedule?: MapSchedule;
  readonly target?: number;
  readonly evaluations: { readonly total: number; readonly valid: number };
  readonly wallSeconds: number;
  /** Ascending bits. */
  readonly byBits: readonly BitMapping[];
  readonly updatedAt: number;
  readonly done: boolean;
}

/** Class probabilities of one image at one bit-width. */
export interface Prediction {
  readonly bits: number;
  readonly probabilities: readonly number[];
}

/** Signal to quantization noise of a layer at a bit-width, dB; null: not quantized, Infinity: exact. */
export interface LayerSqnr {
  readonly layer: string;
  readonly bits: number;
  readonly weightsDb: number | null;
  /** On a batch of test images, with the ranges that inference uses. */
  readonly inputsDb: number | null;
}
