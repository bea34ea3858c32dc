import type { BackendPreference, BackendReport } from '../spec/run.ts';
import type { SearchMethod, SearchRecipe } from '../spec/search-recipe.ts';
import type {
  ArchitectureProgress,
  MemoryPlan,
  SearchLogEntry,
  SearchRecord,
} from '../spec/search-run.ts';
import type { CostTable } from '../search/cost-table.ts';
import type { StageProgress } from './progress.ts';

export interface SearchSpec {
  readonly searchId: string;
  readonly name: string;
  readonly recipe: SearchRecipe;
  readonly method: SearchMethod;
  readonly datasetId: string;
  readonly backend: BackendPreference;
  readonly codeVersion: string;
  /** MACs of a network to match where the target is not in MACs; for MobileNetV2. */
  readonly macs?: number;
}

/** At most ten times a second; reports of another search are dropped by their id. */
export type SearchProgress =
  | { readonly kind: 'stage'; readonly searchId: string; readonly progress: StageProgress }
  | { readonly kind: 'backend'; readonly searchId: string; readonly backend: BackendReport }
  /** Before the first step. */
  | { readonly kind: 'memory'; readonly searchId: string; readonly memory: MemoryPlan }
  | { readonly kind: 'table'; readonly searchId: string; readonly table: CostTable }
  | {
      readonly kind: 'step';
      readonly searchId: string;
      readonly architecture: ArchitectureProgress;
      /** Choices that took part in the half step last done, by block. */
      readonly drawn: readonly (readonly number[])[];
      /** Of both halves of the training set together. */
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'log'; readonly searchId: string; readonly entry: SearchLogEntry }
  /** What the reader should know while the search goes on; null: no longer. */
  | { readonly kind: 'notice'; readonly searchId: string; readonly text: string | null }
  /** The record changed in the store: status, found network. */
  | { readonly kind: 'record'; readonly searchId: string; readonly record: SearchRecord };

/** A few timed steps of a supernet on made-up images. */
export interface SearchMeasureSpec {
  readonly recipe: SearchRecipe;
  readonly backend: BackendPreference;
  /** Timed steps, after two that are not. */
  readonly steps: number;
}

export interface SearchMeasure {
  readonly backend: BackendReport;
  /** Both halves of a step; one per timed step. */
  readonly msPerStep: readonly number[];
  readonly kernelCallsPerStep: number;
  /** GPU dispatches; null on other backends. */
  readonly dispatchesPerStep: number | null;
  /** As computed before the start. */
  readonly memory: MemoryPlan;
  /** Of this worker's tensors, MB; the heap that `simd` has grown to. */
  readonly peakMemoryMb: number;
}

/** What a cost table is filled for. */
export interface PriceSpec {
  readonly recipe: SearchRecipe;
  /** Of the images. */
  readonly shape: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly classes: number;
  };
}

/** Contract of the search worker: one search at a time. */
export interface SearchApi {
  /** Search to the end, a stop or a failure, and give the record. Rejects with SpecError on a bad spec. */
  start(spec: SearchSpec, onProgress: (progress: SearchProgress) => void): Promise<SearchRecord>;
  /**
   * Continue a stored search from its last checkpoint; as `start`. Rejects with SpecError while another
   * tab carries it out, unless it is to be taken over: then waits a while for that tab to let go.
   */
  resume(
    searchId: string,
    backend: BackendPreference,
    onProgress: (progress: SearchProgress) => void,
    takeOver?: boolean,
  ): Promise<SearchRecord>;
  /** Takes effect after the half step in hand; writes a checkpoint. */
  pause(searchId: string): Promise<void>;
  continue(searchId: string): Promise<void>;
  /** Half a step (weights or architecture) while paused. */
  step(searchId: string): Promise<void>;
  /** End now and derive the network as it stands. */
  stop(searchId: string): Promise<void>;
  /**
   * Fill the cost table of a recipe; stores nothing. Rejects while a search is in progress.
   * @param onProgress share of the evaluations made, 0 to 1
   */
  price(spec: PriceSpec, onProgress: (doneRatio: number) => void): Promise<CostTable>;
  /** Time steps of a supernet; stores nothing. Rejects while a search is in progress. */
  measure(spec: SearchMeasureSpec): Promise<SearchMeasure>;
}
