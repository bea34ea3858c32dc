/**
 * @file Xilinx ZC706 (XC7Z045): 900 DSP48E1, 545 block RAMs of 36 Kb, DDR3, 200 MHz.
 *
 * An FPGA's array may have any shape; `zc706With` builds one of `meshX` × `meshY` DSPs, and the
 * preset is the largest square one. Every DSP has its accumulators in distributed RAM, all share
 * the block RAM, double-buffered.
 *
 * Energies are indicative: the board's own energy per access is not public. Block RAM is CACTI's
 * 32 nm SRAM of the same size, DRAM the 8 pJ a bit of the other presets, MACs are 45 nm ASIC ones.
 *
 * Not modelled: routing limits and clock loss at high utilization; LUTs used as multipliers.
 *
 * @source Xilinx DS190 (Zynq-7000 overview, XC7Z045); UG954 (ZC706); UG479 (DSP48E1).
 */
import { SpecError } from '../../util/errors.ts';
import type { Accelerator } from '../accelerator.ts';

export const ZC706_DSPS = 900;
export const ZC706_BLOCK_RAMS = 545;
/** All DSPs as a square. */
const WHOLE = { meshX: 30, meshY: 30 } as const;
const BLOCK_RAM_BITS = 36 * 1024;
const CLOCK_MHZ = 200;
const ACCUMULATORS = 32;
const ACCUMULATOR_BITS = 16;
const WORD_BITS = 16;
const CACTI = 'CACTI 7, itrs-hp 32 nm: 4 KB, 8-byte word';
const HOROWITZ = 'Horowitz, ISSCC 2014, 45 nm';

/** Horowitz: 0.2 pJ for an 8-bit multiplier, which grows with the square of its width; 16-bit add 0.05. */
const MAC_PJ = 0.2 * (WORD_BITS / 8) ** 2 + 0.05;

/**
 * @param mesh columns and rows of DSPs, at most 900 in all
 * @throws SpecError for more DSPs than the chip has
 */
export function zc706With(mesh: { readonly meshX: number; readonly meshY: number }): Accelerator {
  const dsps = mesh.meshX * mesh.meshY;
  if (!Number.isInteger(dsps) || dsps < 1 || dsps > ZC706_DSPS)
    throw new SpecError(
      `zc706: expected a mesh of 1 to ${String(ZC706_DSPS)} DSPs, got ${String(dsps)}`,
    );
  const isWhole = mesh.meshX === WHOLE.meshX && mesh.meshY === WHOLE.meshY;
  return {
    name: isWhole ? 'zc706' : `zc706:${String(mesh.meshX)}x${String(mesh.meshY)}`,
    clockMHz: CLOCK_MHZ,
    note: `ZC706 with ${String(dsps)} of 900 DSPs as ${String(mesh.meshX)} × ${String(mesh.meshY)}, 545 block RAMs, DDR3.`,
    mac: {
      kind: 'dsp-packed',
      instances: dsps,
      meshX: mesh.meshX,
      energyPj: MAC_PJ,
      nativeBits: WORD_BITS,
      // One 16-bit product; two 8-bit ones that share an operand (Xilinx WP486); four 4-bit ones
      // (Xilinx WP521). Both papers are about the DSP48E2; the E1 is two bits narrower.
      packing: [
        { maxBits: 4, products: 4 },
        { maxBits: 8, products: 2 },
        { maxBits: 16, products: 1 },
      ],
      packedDims: ['K', 'P', 'Q', 'N'],
      source: `${HOROWITZ}; packing: Xilinx WP486, WP521`,
    },
    levels: [
      {
        name: 'Accumulators',
        capacityBits: ACCUMULATORS * ACCUMULATOR_BITS,
        wordBits: ACCUMULATOR_BITS,
        instances: dsps,
        meshX: mesh.meshX,
        // A 128 B CACTI array is the smallest there is: 0.384 and 0.646 pJ at 45 nm.
        readPj: 0.384459,
        writePj: 0.646234,
        mayKeep: ['Outputs'],
        source: 'CACTI 7, itrs-hp 45 nm: 128 B, 2-byte word',
        sources: {
          capacityBits: '32 sums of 16 bits in distributed RAM: 8 LUTs of a SLICEM (UG474)',
        },
      },
      {
        name: 'BlockRam',
        capacityBits: ZC706_BLOCK_RAMS * BLOCK_RAM_BITS,
        wordBits: 64,
        instances: 1,
        meshX: 1,
        readPj: 2.22785,
        writePj: 4.02511,
        // True dual port, 36 bits each: one port reads, one writes.
        readBitsPerCycle: ZC706_BLOCK_RAMS * 36,
        writeBitsPerCycle: ZC706_BLOCK_RAMS * 36,
        doubleBuffered: true,
        source: CACTI,
        sources: { capacityBits: 'DS190: 545 × 36 Kb', bandwidth: 'UG473: 36 bits a port' },
      },
      {
        name: 'DRAM',
        capacityBits: null,
        wordBits: 64,
        instances: 1,
        meshX: 1,
        readPj: 512,
        writePj: 512,
        // DDR3-1600, 64 bits: 12.8 GB/s at 200 MHz.
        sharedBitsPerCycle: (12.8e9 * 8) / (CLOCK_MHZ * 1e6),
        source: 'timeloop-accelergy-exercises: 512 pJ for 64 bits',
        sources: { bandwidth: 'UG954: DDR3-1600 SODIMM on the logic side, 64 bits, 12.8 GB/s' },
      },
    ],
  };
}

export const zc706: Accelerator = zc706With(WHOLE);
