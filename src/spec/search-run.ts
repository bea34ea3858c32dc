/** @file SearchRecord and its log: what a network search is, as plain data. */
import type { ModelSpec } from './model.ts';
import type { BackendReport, BitMetrics, DatasetInfo } from './run.ts';
import type { SearchMethod, SearchRecipe } from './search-recipe.ts';

export const SEARCH_STATUSES = ['searching', 'paused', 'stopped', 'found', 'failed'] as const;
export type SearchStatus = (typeof SEARCH_STATUSES)[number];

/** Where a search stands. */
export interface ArchitectureProgress {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  /** τ of the Gumbel-softmax. */
  readonly temperature: number;
  /** Weight of the efficiency loss. */
  readonly lambda: number;
  /** softmax(α), [blocks][choices]. */
  readonly probabilities: readonly (readonly number[])[];
  /** Mean over blocks: 1 undecided, 0 decided. */
  readonly entropy: number;
  /** Of the metric that is searched: MACs, pJ, cycles or pJ·cycles. */
  readonly expectedCost: number;
  /** The most likely choice of each block, and what that network costs. */
  readonly picks: readonly number[];
  readonly cost: number;
}

/** One line of a search's log. */
export interface SearchLogEntry extends ArchitectureProgress {
  /** Training losses of the supernet since the last entry, ascending bits. */
  readonly metrics: readonly BitMetrics[];
  /** On the architecture's half, at its bit-width, means since the last entry; null in warm-up. */
  readonly validation: { readonly crossEntropy: number; readonly accuracy: number } | null;
  readonly imagesPerSecond: number;
  /** A sentence, where the line tells what happened at that step and measures nothing. */
  readonly event?: string;
}

/** Bytes that a step takes, computed before the start (`search/memory.ts`). */
export interface MemoryPlan {
  readonly parametersBytes: number;
  readonly activationsBytes: number;
  readonly gradientsBytes: number;
  readonly totalBytes: number;
}

/** A network that came out. */
export interface FoundNetwork {
  /** By block, names of choices; null where the network is not of the space. */
  readonly choices: readonly string[] | null;
  readonly model: ModelSpec;
  readonly macs: number;
  readonly parameters: number;
  /** Of the metric that was searched, by the cost table; null where the network is not of the space. */
  readonly cost: number | null;
}

export interface SearchRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly status: SearchStatus;
  readonly method: SearchMethod;
  readonly recipe: SearchRecipe;
  readonly codeVersion: string;
  readonly backend: BackendReport;
  readonly dataset: DatasetInfo;
  readonly step: number;
  readonly totalSteps: number;
  readonly searchSeconds: number;
  /** Plain data of `search/cost-table.ts`; null until it is filled. */
  readonly table: unknown;
  readonly memory: MemoryPlan | null;
  readonly found?: FoundNetwork;
  /** Sentence for status 'failed'. */
  readonly failure?: string;
  /** The run that trains the network found. */
  readonly runId?: string;
  /**
   * Who writes it: another name for each start and each resume, so that one before, which may still wait for room
   * on the disk or was given up as hung, writes no more. Never in a file.
   */
  readonly writer?: string;
}
