import type { ModelSpec } from '../spec/model.ts';
import type { Recipe, TrainingSpec } from '../spec/recipe.ts';
import type { LiveSetting } from '../spec/live-change.ts';
import type { BackendPreference, BackendReport, Prediction, RunLimits } from '../spec/run.ts';
import type { ProxyMarked } from 'comlink';
import type { InspectApi } from './inspect-api.ts';
import type { TrainProgress } from './progress.ts';

export interface TrainSpec {
  readonly runId: string;
  readonly name: string;
  readonly recipe: Recipe;
  readonly datasetId: string;
  readonly backend: BackendPreference;
  readonly codeVersion: string;
  readonly limits?: RunLimits;
}

/** A short training of random images, to see how fast a step is. */
export interface MeasureSpec {
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
  readonly bitWidths: readonly number[];
  readonly backend: BackendPreference;
  /** Workers that share the bit-widths; at most the bit-widths there are. */
  readonly workers: number;
  /** Timed steps, after two that are not. */
  readonly steps: number;
}

export interface TrainMeasure {
  readonly backend: BackendReport;
  /** One per timed step. */
  readonly msPerStep: readonly number[];
  /** Of the lab's and of stock kernels, in this worker; with one worker: all of a step. */
  readonly kernelCallsPerStep: number;
  /** GPU dispatches; null on other backends. */
  readonly dispatchesPerStep: number | null;
  /** Of this worker's tensors, MB; the heap that `simd` has grown to. */
  readonly peakMemoryMb: number;
}

/** Contract of the trainer worker: one run at a time. */
export interface TrainApi {
  /** A closer look at a stored run. */
  readonly inspect: InspectApi & ProxyMarked;
  /** Which backend would be used and why. */
  probe(preference: BackendPreference): Promise<BackendReport>;
  /** Train to the end, a stop or a failure; resolves then. Rejects with SpecError on a bad spec. */
  start(spec: TrainSpec, onProgress: (progress: TrainProgress) => void): Promise<void>;
  /**
   * Continue a stored run from its last checkpoint; as `start`. Rejects with SpecError while another
   * tab trains it, unless it is to be taken over: then waits a while for that tab to let go.
   */
  resume(
    runId: string,
    backend: BackendPreference,
    onProgress: (progress: TrainProgress) => void,
    takeOver?: boolean,
  ): Promise<void>;
  /** Takes effect after the step in hand; writes a checkpoint. */
  pause(runId: string): Promise<void>;
  /** Go on after a pause. */
  continue(runId: string): Promise<void>;
  /** One step while paused. */
  step(runId: string): Promise<void>;
  /** End now: evaluates, writes a checkpoint, keeps the run as 'stopped'. */
  stop(runId: string): Promise<void>;
  /** Change a setting from the next step on. Rejects with SpecError on a value out of bounds. */
  change(runId: string, setting: LiveSetting, value: number): Promise<void>;
  /** Class probabilities of a test image at every bit-width of a stored run. Ascending bits. */
  predict(runId: string, testIndex: number): Promise<Prediction[]>;
  /** Time training steps; stores nothing. Rejects while a run is in progress. */
  measure(spec: MeasureSpec): Promise<TrainMeasure>;
}
