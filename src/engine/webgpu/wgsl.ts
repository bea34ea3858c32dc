/** @file Pieces of WGSL that several kernels share. */
import { MIN_STEP } from '../kernels.ts';

/** Flat workgroup of a dispatch that `spread` laid out. */
export const FLAT_GROUP = 'let flatGroup = group.x + group.y * groups.x;';

/** Largest finite float32, for the ends of an empty range. */
export const LARGEST = '0x1.fffffep+127f';

/**
 * Values below 0 become 0; NaN stays, so that a diverged run is seen (`max` may drop it).
 */
export const RECTIFY = `
fn rectify(value: f32) -> f32 { return select(value, 0.0, value < 0.0); }
`;

/**
 * One value on its grid. NaN stays: the bit test cannot be optimized away, and \`clamp\` would turn
 * it into an end of the range. WGSL's \`round\` breaks ties to even.
 */
export const QUANTIZE = `
fn isNan(value: f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; }
fn stepOf(low: f32, high: f32, steps: u32) -> f32 {
  return max((high - low) / f32(steps), ${MIN_STEP});
}
fn quantize(value: f32, low: f32, high: f32, step: f32) -> f32 {
  let snapped = round((clamp(value, low, high) - low) / step) * step + low;
  return select(snapped, value, isNan(value));
}
`;
