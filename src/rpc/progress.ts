/**
 * @file What workers report while they work. Plain data, at most ten times a second; the receiver
 * drops reports of another run by their `runId`.
 */
import type { RoundPlace } from '../mapper/run.ts';
import type { Spread } from '../mapper/spread.ts';
import type { BackendReport, LogEntry, MappingRecord, RunRecord } from '../spec/run.ts';

export interface StageProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export type TrainProgress =
  | { readonly kind: 'stage'; readonly runId: string; readonly progress: StageProgress }
  | { readonly kind: 'backend'; readonly runId: string; readonly backend: BackendReport }
  | {
      readonly kind: 'step';
      readonly runId: string;
      readonly step: number;
      readonly totalSteps: number;
      readonly epoch: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'log'; readonly runId: string; readonly entries: readonly LogEntry[] }
  /** Something that the reader should know while the run goes on; null: it is over. */
  | { readonly kind: 'notice'; readonly runId: string; readonly text: string | null }
  /** The record changed: status, accuracies. */
  | { readonly kind: 'run'; readonly runId: string; readonly run: RunRecord };

/** Best objective of a whole network so far: pJ, cycles or pJ·cycles. */
export interface BitBest {
  readonly bits: number;
  readonly best: number;
}

export type MapProgress =
  | {
      readonly kind: 'search';
      readonly runId: string;
      readonly bits: number;
      readonly layer: string;
      /** Of the run in hand; a pipeline's cuts are runs of their own. */
      readonly place: RoundPlace;
      /** Share of the budget that is spent, 0 to 1. */
      readonly doneRatio: number;
      readonly evaluations: number;
      readonly valid: number;
      readonly evaluationsPerSecond: number;
      /** Best objective of this layer so far, its unit follows the objective; null before the first. */
      readonly best: number | null;
      /** The same over the mappings that the search holds of this layer; null between two tasks. */
      readonly spread: Spread | null;
      /** All layers together, at each bit-width; the first value is that of all loops outermost. */
      readonly networks: readonly BitBest[];
      /** Mappings of this layer, and of the whole network at one width, as powers of ten. */
      readonly spaceLog10: { readonly layer: number; readonly network: number };
    }
  | { readonly kind: 'mapping'; readonly runId: string; readonly record: MappingRecord }
  /** What the reader should know; null: no longer. May come after the end. */
  | { readonly kind: 'notice'; readonly runId: string; readonly text: string | null };
