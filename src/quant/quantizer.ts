/**
 * @file Quantizers: how weights and activations are put on a grid at a bit-width.
 *
 * Formulas, sources and where we differ from them: docs/training.md.
 */
import type { Precision } from '../spec/bits.ts';
import type { QuantizerName } from '../spec/recipe.ts';
import {
  learnedActivations,
  minMaxActivations,
  symmetricActivations,
  unitActivations,
} from './activations.ts';
import type { ActivationQuantizer } from './activations.ts';
import {
  MIN_MAX_GRID,
  SYMMETRIC_GRID,
  dorefaWeights,
  minMaxWeights,
  symmetricWeights,
} from './weights.ts';
import type { OwnGrid, WeightQuantizer } from './weights.ts';

/** "32" is not a grid: full precision. */
export const FULL_PRECISION = 32;

export interface Quantizer {
  readonly name: QuantizerName;
  readonly weights: WeightQuantizer;
  /** What `weights` does, where layers can be put on their grids together; else null. */
  readonly weightGrid: OwnGrid | null;
  readonly activations: ActivationQuantizer;
  /** One running range of a layer's input for all bit-widths, as in the paper's code. */
  readonly sharesRanges: boolean;
  /** Widths that a quantized layer has at one of the recipe's bit-widths. */
  precision(bits: number): Precision;
}

export interface QuantizerOptions {
  /** By bit-width; left out: both operands as the bit-width says. */
  readonly precisions?: ReadonlyMap<number, Precision>;
  /** Default false. */
  readonly sharesRanges?: boolean;
  /** Clip activations at a learned level in place of the quantizer's own range. Default false. */
  readonly learnsClips?: boolean;
}

const OPERANDS: Readonly<
  Record<
    QuantizerName,
    { weights: WeightQuantizer; weightGrid: OwnGrid | null; activations: ActivationQuantizer }
  >
> = {
  sbm: { weights: minMaxWeights, weightGrid: MIN_MAX_GRID, activations: minMaxActivations },
  dorefa: { weights: dorefaWeights, weightGrid: null, activations: unitActivations },
  symmetric: {
    weights: symmetricWeights,
    weightGrid: SYMMETRIC_GRID,
    activations: symmetricActivations,
  },
};

export function makeQuantizer(
  name: QuantizerName,
  { precisions, sharesRanges = false, learnsClips = false }: QuantizerOptions = {},
): Quantizer {
  const { weights, weightGrid, activations } = OPERANDS[name];
  return {
    name,
    weights,
    weightGrid,
    activations: learnsClips ? learnedActivations : activations,
    sharesRanges,
    precision: (bits) => precisions?.get(bits) ?? { weights: bits, activations: bits },
  };
}

/** The paper's quantizer with every default. */
export const sbm = makeQuantizer('sbm');
