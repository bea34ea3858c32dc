import type { PrecisionSpec } from '../spec/bits.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { MappingSpec } from '../spec/mapping.ts';
import type { MapProgress } from './progress.ts';
import type { MappingRecord } from '../spec/run.ts';

export interface MapSpec {
  readonly runId: string;
  readonly model: ModelSpec;
  readonly bitWidths: readonly number[];
  /** Widths of weights and activations where a recipe sets them apart. */
  readonly precision?: PrecisionSpec | undefined;
  readonly mapping: MappingSpec;
  readonly seed: number;
}

/** Contract of the mapper worker: AutoMapper for every layer and bit-width of a network. */
export interface MapApi {
  /** Map to the end or a stop; writes the record to the store as it grows. */
  start(spec: MapSpec, onProgress: (progress: MapProgress) => void): Promise<MappingRecord>;
  pause(runId: string): Promise<void>;
  continue(runId: string): Promise<void>;
  /** End now with the best found so far. */
  stop(runId: string): Promise<void>;
}
