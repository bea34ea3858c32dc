import type {
  ActivationMaps,
  ImageSource,
  LayerWeights,
  RoundedAccuracy,
  TestAnswers,
  Thumbnails,
} from '../spec/inspect.ts';
import type { LayerSqnr, Prediction } from '../spec/run.ts';

/**
 * Contract of the microscope, which the trainer worker answers between its runs: a network as its
 * last checkpoint has it. All reject with SpecError while that run trains, and for an unknown run,
 * layer or image; nothing is stored.
 */
export interface InspectApi {
  /** @param channel of the output; null: all, each on its own grid */
  weights(runId: string, layer: string, channel: number | null): Promise<LayerWeights>;
  /** What a convolution gives out for an image, after batch norm and ReLU. */
  activations(runId: string, layer: string, image: ImageSource): Promise<ActivationMaps>;
  /** Class probabilities of an image, ascending bits. */
  beliefs(runId: string, image: ImageSource): Promise<Prediction[]>;
  /** The whole test set at every bit-width; the same run is answered from memory. */
  answers(runId: string): Promise<TestAnswers>;
  /** The highest bit-width's network rounded to each width, ascending bits. */
  rounded(runId: string): Promise<RoundedAccuracy[]>;
  /** Signal to quantization noise: ascending bits, then layers. */
  sqnr(runId: string): Promise<LayerSqnr[]>;
  /** Some test images, at most 200. */
  thumbnails(runId: string, indices: readonly number[]): Promise<Thumbnails>;
}
