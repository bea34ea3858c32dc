/**
 * @file How the inputs of layers are put on a grid: one object per quantizer.
 *
 * A range is [2] (one for the tensor) or [2, C] (one per channel); the convolution quantizes while
 * it reads. A *signed* input may be negative: it does not come out of a ReLU.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RangeScope } from '../engine/kernels.ts';
import { symmetricRange } from '../engine/ops.ts';
import type { Gridded } from '../engine/ops.ts';
import type { Tape } from '../engine/tape.ts';
import { normalClip } from './normal-clip.ts';
import type { ConvKind } from './weights.ts';

type Scope = Exclude<RangeScope, 'none'>;

export interface ActivationQuantizer {
  /**
   * Where a layer's range comes from. moving: the batch's in training, its running average in
   * inference · fixed: `initial`, for ever · learned: `initial`, then trained by gradient.
   */
  readonly source: 'moving' | 'fixed' | 'learned';
  scope(kind: ConvKind): Scope;
  /** Lowest and highest to start from. */
  initial(isSigned: boolean, bits: number): readonly [low: number, high: number];
  /** The grid's range for a batch whose own is `range`; the tape's. For source 'moving' only. */
  rangeOf(tape: Tape | null, range: Tensor): Tensor;
  /** @param bits 2 to 16 */
  gridded(x: Tensor, range: Tensor, bits: number, isSigned: boolean): Gridded;
}

/** Per tensor, and per channel into depthwise convolutions, where channels never meet. */
const scopeOf = (kind: ConvKind): Scope => (kind === 'depthwise' ? 'channel' : 'tensor');

/** Between lowest and highest: 2^bits − 1 steps; nothing of a training batch is clipped. */
export const minMaxActivations: ActivationQuantizer = {
  source: 'moving',
  scope: scopeOf,
  initial: () => [0, 1],
  rangeOf: (_tape, range) => range,
  gridded: (tensor, range, bits) => ({ tensor, range, steps: 2 ** bits - 1, clip: false }),
};

/** Around 0, c = max |x|: 2^bits − 2 steps over [−c, c]. */
export const symmetricActivations: ActivationQuantizer = {
  source: 'moving',
  scope: scopeOf,
  initial: () => [-1, 1],
  rangeOf: symmetricRange,
  gridded: (tensor, range, bits) => ({ tensor, range, steps: 2 ** bits - 2, clip: false }),
};

/** DoReFa: clipped to [0, 1], or to [−1, 1] where signed; outside there is no gradient. */
export const unitActivations: ActivationQuantizer = {
  source: 'fixed',
  scope: () => 'tensor',
  initial: (isSigned) => [isSigned ? -1 : 0, 1],
  rangeOf: (_tape, range) => range,
  gridded: (tensor, range, bits) => ({ tensor, range, steps: 2 ** bits - 1, clip: true }),
};

/** AdaBits: clipped to [0, α], or to [−α, α] where signed; α is trained by gradient. */
export const learnedActivations: ActivationQuantizer = {
  source: 'learned',
  scope: () => 'tensor',
  initial: (isSigned, bits) => {
    const clip = normalClip(bits, isSigned);
    return [isSigned ? -clip : 0, clip];
  },
  rangeOf: (_tape, range) => range,
  gridded: (tensor, range, bits, isSigned) => ({
    tensor,
    range,
    steps: 2 ** bits - 1,
    clip: true,
    learns: isSigned ? 'symmetric' : 'upper',
  }),
};
