/**
 * @file A mapping of one layer fitted to another: the same orders, bypasses and use of the array,
 * factors cut to the new sizes.
 */
import { NEST } from '../hw/nest.ts';
import { DIMS } from './mapspace.ts';
import type { Mapspace } from './mapspace.ts';

/**
 * Fit a mapping in flat form to a space, which may be another layer's on the same accelerator.
 *
 * Inner factors are kept as far as the new sizes go, the outermost level takes the rest. Where that
 * does not fit, dimensions are moved out of the inner levels one by one.
 *
 * @returns a mapping that fits, null where there is none of that kind
 */
export function transplant(code: Int32Array, space: Mapspace): Int32Array | null {
  const fitted = code.slice();
  const top = (space.levels - 1) * NEST.stride;
  for (let d = 0; d < DIMS; d++) {
    const size = space.sizes[d] as number;
    let extent = 1;
    for (const { at } of space.slots) {
      const left = Math.ceil(size / extent);
      const factor = at === top ? left : Math.min(fitted[at + d] as number, left);
      fitted[at + d] = factor;
      extent *= factor;
    }
  }
  for (let level = 0; level < space.levels; level++) {
    const at = level * NEST.stride + NEST.keep;
    fitted[at] = (fitted[at] as number) & (space.mayKeep[level] as number);
    if (!space.keepFits(level, fitted[at])) fitted[at] = 0;
  }
  for (const d of space.loopDims) {
    if (space.fits(fitted)) return fitted;
    for (const { at } of space.slots) fitted[at + d] = at === top ? (space.sizes[d] as number) : 1;
  }
  return space.fits(fitted) ? fitted : null;
}
