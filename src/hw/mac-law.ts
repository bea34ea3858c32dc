/**
 * @file How a MAC takes operands of other widths than its own: products a cycle, passes, energy.
 *
 * Products a cycle ("lanes") multiply the fan-out of MACs below the innermost level, so a mapping
 * has to put loops there to use them. Passes multiply the compute cycles.
 *
 * - fixed: one product a cycle. Energy is proportional to both widths, E·(bW/native)(bI/native)
 *   [Timeloop PAT, pat-public/src/pat/pat.cpp: (bA/16)(bB/16)]; operands wider than native take
 *   ceil(bW/native)·ceil(bI/native) passes.
 * - bit-scalable [Sharma et al., Bit Fusion, ISCA 2018; simulator, performance factor]: widths are
 *   rounded up to a power of two of at least `minBits`; a unit does
 *   floor(native/bI)·floor(native/bW) products a cycle and adds them up, so its lanes take only
 *   reduction dimensions; its energy a cycle is constant, so a product costs E / lanes.
 * - dsp-packed: `packing` says how many products one block does a cycle while both operands fit
 *   `maxBits`; its energy a cycle is constant. Wider than native: passes as above.
 */
import type { MacArray } from './accelerator.ts';
import { CONV_DIMS, REDUCTION_DIMS } from './workload.ts';
import type { ConvDim, OperandBits } from './workload.ts';

export interface MacLaw {
  /** Products that one MAC unit does in a cycle. */
  readonly lanes: number;
  /** The dimensions that lanes may be used for. */
  readonly laneDims: readonly ConvDim[];
  /** Cycles that one product takes. */
  readonly passes: number;
  /** One product. */
  readonly energyPj: number;
}

export function macLaw(mac: MacArray, bits: OperandBits): MacLaw {
  const { weights, inputs } = bits;
  switch (mac.kind) {
    case 'fixed':
      return {
        lanes: 1,
        laneDims: [],
        passes: passesOf(weights, inputs, mac.nativeBits),
        energyPj: mac.energyPj * ((weights * inputs) / mac.nativeBits ** 2),
      };
    case 'bit-scalable': {
      const w = brickWidth(weights, mac.minBits);
      const i = brickWidth(inputs, mac.minBits);
      const lanes =
        Math.max(1, Math.floor(mac.nativeBits / w)) * Math.max(1, Math.floor(mac.nativeBits / i));
      const passes = passesOf(w, i, mac.nativeBits);
      return {
        lanes,
        laneDims: REDUCTION_DIMS,
        passes,
        energyPj: (mac.energyPj * passes) / lanes,
      };
    }
    case 'dsp-packed': {
      const widest = Math.max(weights, inputs);
      const lanes = mac.packing.find((step) => widest <= step.maxBits)?.products ?? 1;
      const passes = passesOf(weights, inputs, mac.nativeBits);
      return {
        lanes,
        laneDims: lanes > 1 ? mac.packedDims : CONV_DIMS,
        passes,
        energyPj: (mac.energyPj * passes) / lanes,
      };
    }
    default:
      return mac satisfies never;
  }
}

/** Round up to a power of two of at least `minBits`. */
function brickWidth(bits: number, minBits: number): number {
  let width = minBits;
  while (width < bits) width *= 2;
  return width;
}

function passesOf(weights: number, inputs: number, nativeBits: number): number {
  return Math.ceil(weights / nativeBits) * Math.ceil(inputs / nativeBits);
}
