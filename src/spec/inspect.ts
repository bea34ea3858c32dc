/** @file What the microscope shows of a trained network: plain data of bounded size. */

/** Values in bins of one width: bin i holds edges[i] ≤ value < edges[i + 1], the last its end too. */
export interface Histogram {
  /** Ascending, one more than there are bins. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** The weights of a layer at one bit-width, and the grid that they are put on. */
export interface WeightHistogram {
  readonly bits: number;
  /** Width of the weights at this bit-width; null: they are not quantized. */
  readonly gridBits: number | null;
  readonly trained: Histogram;
  /** Grid points, ascending; none where not quantized, or more than a picture can show. */
  readonly levels: readonly number[];
  /** Weights that are rounded to each of `levels`. */
  readonly levelCounts: readonly number[];
  /** 10 · log₁₀ of signal over rounding noise, dB, of what is shown; null: not quantized. */
  readonly sqnrDb: number | null;
}

export interface LayerWeights {
  readonly layer: string;
  /** Output channel; null: all of them, each measured on its own grid. */
  readonly channel: number | null;
  readonly channels: number;
  /** Weights shown. */
  readonly count: number;
  /**
   * What the horizontal axis measures. weight: as stored · tanh: tanh(w) over its largest ·
   * range: 0 a channel's lowest weight, 1 its highest · magnitude: 1 a channel's largest |w|.
   */
  readonly axis: 'weight' | 'tanh' | 'range' | 'magnitude';
  /** Ascending bits. */
  readonly byBits: readonly WeightHistogram[];
}

/** An image to look at: of the run's test set, or one's own at the network's size. */
export type ImageSource =
  | { readonly kind: 'test'; readonly index: number }
  /** shape [height, width, channels], 0 to 255 */
  | { readonly kind: 'own'; readonly pixels: Uint8Array };

/** What a layer gives out for one image at every bit-width: some of its channels. */
export interface ActivationMaps {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  /** Channels shown, the first ones. */
  readonly channels: number;
  readonly allChannels: number;
  /** Over all bit-widths and channels shown. */
  readonly lowest: number;
  readonly highest: number;
  /** Ascending bits. */
  readonly byBits: readonly {
    readonly bits: number;
    /** shape [channels, height, width] */
    readonly values: Float32Array;
    /** Root mean square of the difference to the highest bit-width, over that of the highest. */
    readonly relativeError: number;
  }[];
}

/** Answers of a network at one bit-width to the images of a test set. */
export interface BitAnswers {
  readonly bits: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Class that each image is taken for, shape [images]. */
  readonly predicted: Uint8Array;
  /** confusion[label][predicted], counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** How far a student's answers are from a teacher's, on the test set: the term of distillation. */
export interface TeachingTerm {
  readonly student: number;
  readonly teacher: number;
  readonly term: number;
}

export interface TestAnswers {
  readonly images: number;
  /** shape [images] */
  readonly labels: Uint8Array;
  /** Ascending bits. */
  readonly byBits: readonly BitAnswers[];
  /** Of every bit-width with every higher one, whether or not the method teaches so. */
  readonly terms: readonly TeachingTerm[];
}

/** Accuracy of the highest bit-width's weights and batch norm, rounded without training. */
export interface RoundedAccuracy {
  readonly bits: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

/** Images for the eye, and what they are. */
export interface Thumbnails {
  readonly width: number;
  readonly height: number;
  /** shape [count, height, width, 4] */
  readonly rgba: Uint8ClampedArray;
  readonly labels: readonly number[];
  /** Place of each in the test set. */
  readonly indices: readonly number[];
}
