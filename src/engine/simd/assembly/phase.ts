/**
 * @file The gradient to the input of a strided convolution, taken apart into *phases*: the lines (or
 * columns) of the input whose number leaves the same rest modulo the stride.
 *
 * Those of phase `phase` are reached by the taps `firstTap + stride · t` only, each from the output
 * line `line + (phase + pad) / stride − t`. So each phase is a convolution with stride 1 of the
 * output's gradient with those taps, turned around. With stride 1 there is one phase of all taps.
 */

/** Lines of a phase among `size`. */
export function phaseSize(size: i32, phase: i32, stride: i32): i32 {
  return max(0, (size - phase + stride - 1) / stride);
}

/** First tap that reaches a phase. */
export function phaseFirstTap(phase: i32, pad: i32, stride: i32): i32 {
  return (phase + pad) % stride;
}

/** Taps that reach a phase. */
export function phaseTaps(filter: i32, phase: i32, pad: i32, stride: i32): i32 {
  return max(0, (filter - phaseFirstTap(phase, pad, stride) + stride - 1) / stride);
}

/** Tap of the filter that turned tap `t` of a phase is. */
export function phaseTap(t: i32, filter: i32, phase: i32, pad: i32, stride: i32): i32 {
  const taps = phaseTaps(filter, phase, pad, stride);
  return phaseFirstTap(phase, pad, stride) + stride * (taps - 1 - t);
}

/** Output line under the first turned tap of the phase's first line; may be negative. */
export function phaseTop(filter: i32, phase: i32, pad: i32, stride: i32): i32 {
  return (phase + pad) / stride - (phaseTaps(filter, phase, pad, stride) - 1);
}

/** First output line that any phase needs. */
export function phasesTop(filter: i32, pad: i32, stride: i32): i32 {
  let top = phaseTop(filter, 0, pad, stride);
  for (let phase = 1; phase < stride; phase++) {
    top = min(top, phaseTop(filter, phase, pad, stride));
  }
  return top;
}

/** Output lines from `phasesTop` on that the phases of `size` lines need. */
export function phasesSpan(size: i32, filter: i32, pad: i32, stride: i32): i32 {
  const top = phasesTop(filter, pad, stride);
  let span = 1;
  for (let phase = 0; phase < stride; phase++) {
    const first = phaseTop(filter, phase, pad, stride) - top;
    const taps = phaseTaps(filter, phase, pad, stride);
    span = max(span, first + phaseSize(size, phase, stride) + taps - 1);
  }
  return span;
}
