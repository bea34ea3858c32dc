/**
 * @file Where a learned clip starts: the level at which rounding and clipping a unit normal together
 * cost least, so that a low bit-width can learn from its first step.
 *
 * Batch norm starts with unit normal outputs; residual sums are wider, and learn their way.
 */

/** Points of the integral, over magnitudes up to `REACH` standard deviations. */
const POINTS = 4000;
const REACH = 7;

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const TOLERANCE = 1e-4;

const known = new Map<string, number>();

/**
 * @param isSigned true: a unit normal on [−α, α]; false: a rectified one on [0, α]
 * @returns α of least mean squared error on a grid of 2^bits − 1 steps
 */
export function normalClip(bits: number, isSigned: boolean): number {
  const key = `${bits} ${isSigned}`;
  const found = known.get(key) ?? searchClip(bits, isSigned);
  known.set(key, found);
  return found;
}

/** Golden-section search: the error has one minimum. */
function searchClip(bits: number, isSigned: boolean): number {
  let low = 0.5;
  let high = REACH;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let errorLeft = clipError(left, bits, isSigned);
  let errorRight = clipError(right, bits, isSigned);
  while (high - low > TOLERANCE) {
    if (errorLeft < errorRight) {
      high = right;
      [right, errorRight] = [left, errorLeft];
      left = high - GOLDEN * (high - low);
      errorLeft = clipError(left, bits, isSigned);
    } else {
      low = left;
      [left, errorLeft] = [right, errorRight];
      right = low + GOLDEN * (high - low);
      errorRight = clipError(right, bits, isSigned);
    }
  }
  return (low + high) / 2;
}

/** Mean squared error of the positive half, up to a constant factor; the negative adds the same. */
function clipError(clip: number, bits: number, isSigned: boolean): number {
  const lowest = isSigned ? -clip : 0;
  const step = (clip - lowest) / (2 ** bits - 1);
  let sum = 0;
  for (let i = 0; i < POINTS; i++) {
    const x = ((i + 0.5) / POINTS) * REACH;
    const rounded = Math.round((Math.min(x, clip) - lowest) / step) * step + lowest;
    sum += Math.exp(-0.5 * x * x) * (x - rounded) ** 2;
  }
  return sum;
}
