/**
 * @file Whether a mapping fits the array and the buffers it names, before anything is counted.
 */
import { fanoutOf, mayKeep } from './accelerator.ts';
import type { Accelerator } from './accelerator.ts';
import { DIMS, INPUTS, OUTPUTS, SPACES, WEIGHTS } from './dims.ts';
import type { LoopNest } from './loop-nest.ts';
import type { MacLaw } from './mac-law.ts';
import { NEST } from './nest.ts';
import { CONV_DIMS, DATASPACES } from './workload.ts';
import type { OperandBits } from './workload.ts';

/** What the array offers a mapping, by level. */
export interface Room {
  readonly fanoutX: Float64Array;
  readonly fanoutY: Float64Array;
  /** Spatial factors at level 0 along dimensions that lanes cannot take. */
  readonly fanoutPlain: number;
  /** By dimension: 1 where it may use the lanes of a MAC. */
  readonly laneDims: Int32Array;
  /** Bit masks of the dataspaces that a level can keep. */
  readonly mayKeep: Int32Array;
}

export function roomOf(accelerator: Accelerator, mac: MacLaw): Room {
  const fanouts = accelerator.levels.map((_, level) => fanoutOf(accelerator, level));
  return {
    fanoutX: Float64Array.from(fanouts, ({ x }, level) => (level === 0 ? x * mac.lanes : x)),
    fanoutY: Float64Array.from(fanouts, ({ y }) => y),
    fanoutPlain: (fanouts[0]?.x ?? 1) * (fanouts[0]?.y ?? 1),
    laneDims: Int32Array.from(CONV_DIMS, (dim) => (mac.laneDims.includes(dim) ? 1 : 0)),
    mayKeep: Int32Array.from(accelerator.levels, (level) =>
      DATASPACES.reduce((mask, d, i) => (mayKeep(level, d) ? mask | (1 << i) : mask), 0),
    ),
  };
}

/** The first thing that does not fit the array; null if all does. */
export type Misfit =
  | {
      readonly kind: 'fanout';
      readonly level: number;
      readonly axis: 'X' | 'Y' | 'lanes';
      readonly needed: number;
      readonly have: number;
    }
  | { readonly kind: 'bypass'; readonly level: number; readonly dataspace: number };

/** True where all spatial loops fit the mesh and every level may keep what it is told to keep. */
export function fitsArray(code: Int32Array, levelCount: number, room: Room): boolean {
  for (let level = 0; level < levelCount; level++) {
    const at = level * NEST.stride;
    let x = 1;
    let y = 1;
    for (let d = 0; d < DIMS; d++) {
      x *= code[at + NEST.spatialX + d] as number;
      y *= code[at + NEST.spatialY + d] as number;
    }
    if (x > (room.fanoutX[level] as number) || y > (room.fanoutY[level] as number)) return false;
    if (((code[at + NEST.keep] as number) & ~(room.mayKeep[level] as number)) !== 0) return false;
  }
  return plainProduct(code, room) <= room.fanoutPlain;
}

/** What `fitsArray` found, in words. */
export function findMisfit(code: Int32Array, levelCount: number, room: Room): Misfit | null {
  for (let level = 0; level < levelCount; level++) {
    const at = level * NEST.stride;
    for (const axis of ['X', 'Y'] as const) {
      const start = at + (axis === 'X' ? NEST.spatialX : NEST.spatialY);
      const needed = code.subarray(start, start + DIMS).reduce((product, f) => product * f, 1);
      const have = (axis === 'X' ? room.fanoutX : room.fanoutY)[level] as number;
      if (needed > have) return { kind: 'fanout', level, axis, needed, have };
    }
    for (let dataspace: number = WEIGHTS; dataspace < SPACES; dataspace++)
      if ((((code[at + NEST.keep] as number) & ~(room.mayKeep[level] as number)) >> dataspace) & 1)
        return { kind: 'bypass', level, dataspace };
  }
  const needed = plainProduct(code, room);
  if (needed <= room.fanoutPlain) return null;
  return { kind: 'fanout', level: 0, axis: 'lanes', needed, have: room.fanoutPlain };
}

function plainProduct(code: Int32Array, room: Room): number {
  let product = 1;
  for (let d = 0; d < DIMS; d++)
    if (room.laneDims[d] === 0)
      product *= (code[NEST.spatialX + d] as number) * (code[NEST.spatialY + d] as number);
  return product;
}

/**
 * The least bits that the tiles of one instance need; exact but for Outputs, which may need the
 * wider of two widths (price.ts, `tileBitsAt`).
 */
export function leastTileBits(nest: LoopNest, bits: OperandBits, level: number): number {
  const at = level * SPACES;
  let needed = 0;
  if (nest.keeps(level, WEIGHTS)) needed += (nest.tileWords[at + WEIGHTS] as number) * bits.weights;
  if (nest.keeps(level, INPUTS)) needed += (nest.tileWords[at + INPUTS] as number) * bits.inputs;
  if (nest.keeps(level, OUTPUTS))
    needed += (nest.tileWords[at + OUTPUTS] as number) * Math.min(bits.outputs, bits.psums);
  return needed;
}
